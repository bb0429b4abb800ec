import {
  conflictWithHighs,
  type HighsRunner,
  relaxWithHighs,
  solveWithHighs,
} from "./highs-policy.ts";
import type {
  MilpBackend,
  MilpModel,
  MilpOptions,
  MilpOutcome,
  RelaxationOutcome,
} from "./model.ts";
import { failed } from "./outcome.ts";

/** A runner that can be given back. */
export interface DisposableRunner extends HighsRunner {
  dispose(): Promise<void>;
}

const DISPOSED = "the back end was disposed";

/** The back end over a runner: models are solved one after the other in the order they came. */
export class HighsBackend implements MilpBackend {
  readonly name: string;
  readonly #runner: DisposableRunner;
  readonly #confirm: boolean;
  #last: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor(name: string, runner: DisposableRunner, confirm: boolean) {
    this.name = name;
    this.#runner = runner;
    this.#confirm = confirm;
  }

  solve(model: MilpModel, options: MilpOptions = {}): Promise<MilpOutcome> {
    return this.#inTurn(failed(DISPOSED), () =>
      solveWithHighs(this.#runner, model, options, this.#confirm),
    );
  }

  conflict(model: MilpModel): Promise<readonly string[] | null> {
    return this.#inTurn(null, () => conflictWithHighs(this.#runner, model));
  }

  relax(model: MilpModel, options: MilpOptions = {}): Promise<RelaxationOutcome> {
    return this.#inTurn(failed(DISPOSED), () => relaxWithHighs(this.#runner, model, options));
  }

  /** Runs when everything before it has ended, unless the back end was disposed by then. */
  #inTurn<T>(whenDisposed: T, run: () => Promise<T>): Promise<T> {
    const outcome = this.#last.then(() => (this.#isDisposed ? whenDisposed : run()));
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#runner.dispose();
  }
}
