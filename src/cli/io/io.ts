import type { MilpBackend } from "../../milp/model.ts";
import { visible } from "../../report/format.ts";

/** Where a command writes to. */
export interface Output {
  /** Resolves when the text is written whole. Of stdout: throws an OutputError where it cannot be. */
  write(text: string): void | Promise<void>;
  readonly isTty: boolean;
  /** Width of the terminal; absent when there is none. */
  readonly columns?: number | undefined;
}

/** Stdout cannot be written any more. */
export class OutputError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.name = "OutputError";
    this.exitCode = exitCode;
  }
}

/** Everything a command has of the world besides files: injected, so that tests run commands without a process. */
export interface CliIo {
  /** Data only. */
  readonly stdout: Output;
  /** Warnings, errors, progress and times. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls the listener at every Ctrl-C until the returned function is called. Without a listener Ctrl-C ends the process. */
  readonly onInterrupt: (listener: (exitCode: number) => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Asks the user, whose answer is a line; absent where there is no terminal to ask on. */
  readonly ask?: (question: string) => Promise<string>;
  /** Makes the solver back end in place of the usual one; for tests. */
  readonly createBackend?: (name: SolverName) => MilpBackend;
  /** The command line, without the program's own name; absent where there is none. */
  readonly commandLine?: readonly string[];
  /** How much is said on stderr; absent: normal. */
  readonly verbosity?: Verbosity;
  /** Whether long work says on lines of its own how it goes where stderr is no terminal; absent: only with --verbose. */
  readonly progressLines?: boolean;
  /** What the user wants, whatever stdout is; absent: nothing. */
  readonly colours?: boolean | undefined;
}

/** quiet: errors only; verbose: also what is read and how the work goes. */
export type Verbosity = "quiet" | "normal" | "verbose";

/** The MILP back ends a user can choose from. */
export const SOLVERS = ["highs", "jslp"] as const;
export type SolverName = (typeof SOLVERS)[number];
export const DEFAULT_SOLVER: SolverName = "highs";

/** What the exit codes mean. */
export const EXIT = {
  ok: 0,
  /** Usage or bad input. */
  badInput: 1,
  infeasible: 2,
  /** A limit struck before the proof. */
  notProven: 3,
  /** A defect of the program. */
  internal: 70,
  /** Ended by the second Ctrl-C. */
  interrupted: 130,
  /** The reader of stdout went away, as `head` does when it has seen enough: quiet, and as after SIGPIPE. */
  brokenPipe: 141,
} as const;

/**
 * Whether reports on stdout are coloured: as --color and --no-color say, else not with NO_COLOR, else as FORCE_COLOR says, else
 * on a terminal that knows colours.
 */
export function wantsColours({ stdout, env, colours }: CliIo): boolean {
  if (colours !== undefined) return colours;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return !["0", "false"].includes(env.FORCE_COLOR);
  return stdout.isTty && env.TERM !== "dumb";
}

/** Prints each different warning once, unless told to be quiet. */
export async function printWarnings(io: CliIo, warnings: readonly string[]): Promise<void> {
  if (io.verbosity === "quiet") return;
  for (const warning of new Set(warnings)) await io.stderr.write(`warning: ${visible(warning)}\n`);
}

/** Tells on stderr what is good to know and no warning, unless told to be quiet. */
export async function printNote(io: CliIo, text: string): Promise<void> {
  if (io.verbosity !== "quiet") await io.stderr.write(`${text}\n`);
}

/** Tells that stdout could not be written, except to a reader that went away. @returns the exit code */
export async function reportOutputError(error: OutputError, { stderr }: CliIo): Promise<number> {
  if (error.exitCode !== EXIT.brokenPipe) await stderr.write(`error: stdout: ${error.message}\n`);
  return error.exitCode;
}
