import { conflictWithHighs, type HighsRunner, solveWithHighs } from "./highs-policy.ts";
import type { MilpBackend, MilpModel, MilpOptions, MilpOutcome } from "./model.ts";
import { failed } from "./outcome.ts";

/** A runner that can be given back. */
export interface DisposableRunner extends HighsRunner {
  dispose(): Promise<void>;
}

/** The back end over a runner: models are solved one after the other in the order they came. */
export class HighsBackend implements MilpBackend {
  readonly name: string;
  readonly #runner: DisposableRunner;
  readonly #confirmInfeasible: boolean;
  #last: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor(name: string, runner: DisposableRunner, confirmInfeasible: boolean) {
    this.name = name;
    this.#runner = runner;
    this.#confirmInfeasible = confirmInfeasible;
  }

  solve(model: MilpModel, options: MilpOptions = {}): Promise<MilpOutcome> {
    const outcome = this.#last.then(() =>
      this.#isDisposed
        ? failed("the back end was disposed")
        : solveWithHighs(this.#runner, model, options, this.#confirmInfeasible),
    );
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  conflict(model: MilpModel): Promise<readonly string[] | null> {
    const rows = this.#last.then(() =>
      this.#isDisposed ? null : conflictWithHighs(this.#runner, model),
    );
    this.#last = rows.catch(() => undefined);
    return rows;
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#runner.dispose();
  }
}
