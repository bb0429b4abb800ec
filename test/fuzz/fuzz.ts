import { Worker } from "node:worker_threads";
import type { Failure, FuzzReport, FuzzSettings, Shared, WorkerData } from "./protocol.ts";

/** An input that is still read after so many seconds hangs: five seconds of CPU time are too many already, and other work may share it. */
const HANG_SECONDS = 60;
const MOST_TEXT_BYTES = 1 << 20;

/**
 * Fuzzes every reader in a thread of its own, so that an input that hangs it is seen and named.
 * @param onFailure told each failure as soon as it is found
 */
export function fuzz(
  settings: FuzzSettings,
  onFailure: (failure: Failure) => void = () => undefined,
): Promise<FuzzReport> {
  const shared: Shared = {
    counts: new Int32Array(new SharedArrayBuffer(8)),
    text: new Uint8Array(new SharedArrayBuffer(MOST_TEXT_BYTES)),
  };
  const data: WorkerData = { settings, shared };
  const worker = new Worker(new URL("./worker-source.mjs", import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    let seen = 0;
    let sinceSeconds = 0;
    const timer = setInterval(() => {
      const begun = Atomics.load(shared.counts, 0);
      sinceSeconds = begun === seen ? sinceSeconds + 1 : 0;
      seen = begun;
      if (sinceSeconds >= HANG_SECONDS && begun > 0) {
        finish({ inputs: begun, byTarget: {}, failures: [hanging(shared, settings.seed)] });
      }
    }, 1000);
    const finish = (report: FuzzReport): void => {
      clearInterval(timer);
      void worker.terminate();
      resolve(report);
    };
    const fail = (error: unknown): void => {
      clearInterval(timer);
      reject(error);
    };
    worker.on("message", (message: { report?: FuzzReport; failure?: Failure }) => {
      if (message.failure) onFailure(message.failure);
      if (message.report) finish(message.report);
    });
    worker.on("error", fail);
    worker.on("exit", (code) => fail(new Error(`the fuzzer's thread ended with code ${code}.`)));
  });
}

function hanging({ counts, text }: Shared, seed: number): Failure {
  const told = new TextDecoder().decode(text.slice(0, Atomics.load(counts, 1)));
  const end = told.indexOf("\n");
  return {
    target: told.slice(0, end),
    seed,
    input: told.slice(end + 1),
    error: `it has not ended after ${HANG_SECONDS} s.`,
  };
}

/** A failure with all that it takes to see it again. */
export function failureText({ target, seed, input, error }: Failure): string {
  return `${target}, seed ${seed}:\n${error}\n--- input, ${input.length} characters, as JSON text ---\n${JSON.stringify(input)}\n`;
}
