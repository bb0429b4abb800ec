import type { Highs } from "highs";
import { describeError } from "./describe-error.ts";
import { type DisposableRunner, HighsBackend } from "./highs-backend.ts";
import { type HighsHooks, type HighsJob, runHighsJob } from "./highs-job.ts";
import { type HighsSource, loadHighs } from "./highs-load.ts";
import type { HighsReport } from "./highs-verdict.ts";
import type { MilpBackend } from "./model.ts";

export interface InlineHighsOptions extends HighsSource {
  /** Solve again with another random seed before "optimal" or "infeasible" is reported; default true. */
  readonly confirm?: boolean;
  /** Loads the module; for tests that need a module which fails. */
  readonly load?: () => Promise<Highs>;
}

/**
 * HiGHS in the calling thread: for browsers, workers and libraries. A solve blocks the thread, so only a time limit or an
 * abort from within `onProgress` ends it early. The module is loaded at the first solve.
 */
export function createInlineHighs(options: InlineHighsOptions = {}): MilpBackend {
  const { confirm = true, load, ...source } = options;
  const runner = new InlineRunner(load ?? (() => loadHighs(source)));
  return new HighsBackend("highs-inline", runner, confirm);
}

class InlineRunner implements DisposableRunner {
  readonly #load: () => Promise<Highs>;
  #module: Promise<Highs> | null = null;

  constructor(load: () => Promise<Highs>) {
    this.#load = load;
  }

  async run(job: HighsJob, hooks: HighsHooks): Promise<HighsReport> {
    try {
      this.#module ??= this.#load();
      return { kind: "answer", answer: runHighsJob(await this.#module, job, hooks) };
    } catch (error) {
      this.#module = null;
      return { kind: "crashed", reason: `HiGHS stopped with ${describeError(error)}` };
    }
  }

  async renew(): Promise<void> {
    this.#module = null;
  }

  async dispose(): Promise<void> {
    this.#module = null;
  }
}
