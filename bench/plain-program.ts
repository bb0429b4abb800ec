import type { Command } from "commander";
import type { CliIo } from "../src/cli/io/io.ts";
import { createProgram } from "../src/cli/program.ts";

/** The commands with their flags, to be looked at and not to be run. */
export function plainProgram(): Command {
  const output = { isTty: false, write: () => undefined };
  const io: CliIo = {
    stdout: output,
    stderr: output,
    env: {},
    exit: () => undefined,
    onInterrupt: () => () => undefined,
  };
  return createProgram(io, () => undefined);
}
