import { Worker } from "node:worker_threads";
import { describeError } from "./describe-error.ts";
import { buffersOf } from "./highs-arrays.ts";
import { type DisposableRunner, HighsBackend } from "./highs-backend.ts";
import type { HighsHooks, HighsJob } from "./highs-job.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "./highs-protocol.ts";
import type { HighsReport } from "./highs-verdict.ts";
import type { MilpBackend } from "./model.ts";

/** The part of a worker thread that is used here. */
export interface WorkerLike {
  postMessage(message: ToWorker, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (message: FromWorker) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
  /** Whether the worker keeps the process alive. */
  ref(): void;
  unref(): void;
}

/** How long a worker is waited for, in seconds. */
interface Patience {
  /** Until the module must be loaded when no time limit says otherwise. */
  readonly load: number;
  /** From the time limit (plus a tenth of it, if that is more) until HiGHS is asked to end, which it should have done itself. */
  readonly overtime: number;
  /** From being asked by the watchdog until the worker is terminated. */
  readonly afterLimit: number;
  /** From being cancelled until the worker is terminated. */
  readonly afterCancel: number;
}

const DISPOSED = "the back end was disposed";

const PATIENCE: Patience = { load: 60, overtime: 2, afterLimit: 3, afterCancel: 2 };

export interface HighsWorkerOptions {
  /**
   * Compile the WASM once and fast instead of twice and well; default true. A cold short solve is several times faster, a
   * solve of minutes up to twice slower. The setting holds for all WASM in the process.
   */
  readonly liftoffOnly?: boolean;
  /** Solve again with another random seed before "optimal" or "infeasible" is reported; default true. */
  readonly confirm?: boolean;
  /** Makes the workers; for tests that need one which fails. */
  readonly createWorker?: (birth: WorkerBirth) => WorkerLike;
  readonly patience?: Partial<Patience>;
}

/**
 * HiGHS in a worker thread of Node. The worker starts with the first model, which most searches do without, stays warm between
 * solves, is replaced when it fails, and keeps the process alive only while it solves.
 */
export function createHighsWorkerBackend(options: HighsWorkerOptions = {}): MilpBackend {
  return new HighsBackend("highs", new WorkerRunner(options), options.confirm ?? true);
}

/** Starts the real worker, from the build or, when this file is not built, from the sources. */
export function startHighsWorker(birth: WorkerBirth): WorkerLike {
  const entry = import.meta.url.endsWith(".ts") ? "./highs-worker-source.mjs" : "./highs-worker.js";
  // Nothing the module prints may reach this process's own output; the streams stay unread, since reading them would keep
  // the process alive.
  return new Worker(new URL(entry, import.meta.url), {
    workerData: birth,
    execArgv: [],
    stdout: true,
    stderr: true,
  }) as WorkerLike;
}

/** A worker and the one job it may be at. */
interface Live {
  readonly worker: WorkerLike;
  readonly cancelFlag: Int32Array;
  isReady: boolean;
  /** Why it is of no more use, or null. */
  ended: string | null;
  /** Told of each message, and of the end as a crash. */
  listener: ((message: FromWorker) => void) | null;
}

class WorkerRunner implements DisposableRunner {
  readonly #options: HighsWorkerOptions;
  readonly #patience: Patience;
  #live: Live | null = null;
  #isDisposed = false;

  constructor(options: HighsWorkerOptions) {
    this.#options = options;
    this.#patience = { ...PATIENCE, ...options.patience };
  }

  run(job: HighsJob, hooks: HighsHooks, signal: AbortSignal | undefined): Promise<HighsReport> {
    // A job that was cut short by dispose() would be tried again.
    if (this.#isDisposed) return Promise.resolve({ kind: "crashed", reason: DISPOSED });
    if (this.#live === null || this.#live.ended !== null) this.#live = this.#start();
    const live = this.#live;
    return new Promise((resolve) => {
      const timers = new Set<NodeJS.Timeout>();
      const after = (seconds: number, act: () => void): void => {
        timers.add(setTimeout(act, seconds * 1000));
      };
      const finish = (report: HighsReport): void => {
        live.listener = null;
        for (const timer of timers) clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        live.worker.unref();
        resolve(report);
      };
      const abandon = (report: HighsReport): void => {
        finish(report);
        void endWith(live, "terminated");
      };
      const askToEnd = (thenTerminateAfter: number): void => {
        Atomics.store(live.cancelFlag, 0, 1);
        after(thenTerminateAfter, () => abandon({ kind: "stopped" }));
      };
      const cancel = (): void => askToEnd(this.#patience.afterCancel);

      live.listener = (message) => {
        if (message.kind === "improving") hooks.onImproving(message.values);
        else if (message.kind === "progress") hooks.onProgress(message.bound);
        else if (message.kind === "answer") finish(message);
        else if (message.kind === "crashed") abandon(message);
      };
      signal?.addEventListener("abort", cancel, { once: true });
      if (job.timeLimitSeconds !== null) {
        const overtime = Math.max(this.#patience.overtime, job.timeLimitSeconds / 10);
        // A timer beyond 2^31 ms would fire at once.
        const seconds = Math.min(job.timeLimitSeconds + overtime, 2_000_000);
        after(seconds, () => askToEnd(this.#patience.afterLimit));
      } else if (!live.isReady) {
        after(this.#patience.load, () => {
          if (live.isReady) return;
          abandon({ kind: "crashed", reason: `HiGHS did not load in ${this.#patience.load} s` });
        });
      }
      Atomics.store(live.cancelFlag, 0, 0);
      live.worker.ref();
      try {
        live.worker.postMessage({ kind: "solve", job }, transferablesOf(job));
      } catch (error) {
        abandon({ kind: "crashed", reason: describeError(error) });
      }
    });
  }

  async renew(): Promise<void> {
    await this.#end("the worker was replaced");
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#end(DISPOSED);
  }

  async #end(reason: string): Promise<void> {
    const live = this.#live;
    this.#live = null;
    if (live !== null) await endWith(live, reason);
  }

  #start(): Live {
    const cancelFlag = new Int32Array(new SharedArrayBuffer(4));
    const create = this.#options.createWorker ?? startHighsWorker;
    const worker = create({ cancelFlag, liftoffOnly: this.#options.liftoffOnly ?? true });
    const live: Live = { worker, cancelFlag, isReady: false, ended: null, listener: null };
    worker.on("message", (message) => {
      if (message.kind === "ready") live.isReady = true;
      else if (message.kind === "crashed") void endWith(live, message.reason);
      else live.listener?.(message);
    });
    worker.on(
      "error",
      (error) => void endWith(live, `the worker stopped with ${describeError(error)}`),
    );
    worker.on("exit", (code) => void endWith(live, `the worker ended with code ${code}`));
    // An idle worker must not keep the process alive.
    worker.unref();
    return live;
  }
}

/** Ends a worker for good and tells the job it was at, if any. */
async function endWith(live: Live, reason: string): Promise<void> {
  if (live.ended === null) {
    live.ended = reason;
    live.listener?.({ kind: "crashed", reason });
  }
  await live.worker.terminate();
}

/** The job's arrays are made for one run, so they are handed over instead of copied. */
function transferablesOf(job: HighsJob): ArrayBuffer[] {
  const start = job.start === null ? [] : [job.start.buffer as ArrayBuffer];
  return [...buffersOf(job.arrays), ...start];
}
