import { visible } from "../report/format.ts";
import type { MilpBackend } from "../solver/milp/model.ts";

/** Where a command writes to. */
export interface Output {
  /** Resolves when more may be written. */
  write(text: string): void | Promise<void>;
  readonly isTty: boolean;
  /** Width of the terminal; absent when there is none. */
  readonly columns?: number | undefined;
}

/** Everything a command has of the world besides files: injected, so that tests run commands without a process. */
export interface CliIo {
  /** Data only. */
  readonly stdout: Output;
  /** Warnings, errors, progress and times. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls the listener at every Ctrl-C until the returned function is called. Without a listener Ctrl-C ends the process. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** HiGHS, where it was started ahead of the command; whoever takes it frees it. */
  readonly startedHighs?: MilpBackend;
  /** Makes the solver back end in place of the usual one; for tests. */
  readonly createBackend?: (name: SolverName) => MilpBackend;
}

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
  /** The reader of stdout went away, as after SIGPIPE. */
  brokenPipe: 141,
} as const;

/** Whether reports on stdout are coloured: only on a terminal, and not when the user says no. */
export function wantsColours({ stdout, env }: CliIo): boolean {
  return stdout.isTty && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Prints each different warning once. */
export async function printWarnings(io: CliIo, warnings: readonly string[]): Promise<void> {
  for (const warning of new Set(warnings)) await io.stderr.write(`warning: ${visible(warning)}\n`);
}
