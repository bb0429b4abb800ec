/**
 * The one error a user of the program can cause: something in the input is wrong.
 *
 * `where` is a place the user can go to (`config.csv:12`, `--tp-degrees`, `stages[1].tp_degree`), `message` says what is
 * wrong with the value named, `hint` says what to do next. Everything that is not an InputError is a defect of the program.
 */
export class InputError extends Error {
  readonly where: string;
  readonly hint: string;
  /** What is wrong, without place and hint. */
  readonly problem: string;

  constructor(where: string, message: string, hint: string) {
    super(`${where}: ${message} ${hint}`.trim());
    this.name = "InputError";
    this.where = where;
    this.hint = hint;
    this.problem = message;
  }

  /** The same error, told at another place. */
  at(where: string): InputError {
    return new InputError(where, this.problem, this.hint);
  }
}

/** A broken promise inside the program (never the user's fault): the solver and the evaluator disagree, a back end lied. */
export class InternalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InternalError";
  }
}
