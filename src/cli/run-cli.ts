import { CommanderError } from "commander";
import { InputError } from "../errors.ts";
import { visible } from "../report/format.ts";
import { type CliIo, EXIT } from "./io.ts";
import { createProgram } from "./program.ts";

/**
 * Runs a command line, without the program's own name, and returns the exit code. Never throws: whatever goes wrong is
 * told on stderr.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const program = createProgram(io, (code) => {
      exitCode = code;
    });
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return await reportError(error, io);
  }
}

async function reportError(error: unknown, io: CliIo): Promise<number> {
  // The option parser has printed what there is to say: help, the version or what is wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  if (error instanceof InputError) {
    await io.stderr.write(`error: ${visible(error.message)}\n`);
    return EXIT.badInput;
  }
  const name = error instanceof Error ? error.message : String(error);
  await io.stderr.write(
    `internal error: ${name}\nThis is a defect of llm-placement, not of your input. Please report it with the command and its files.\n`,
  );
  if (io.env.LLM_PLACEMENT_DEBUG && error instanceof Error) {
    await io.stderr.write(`${error.stack}\n`);
  }
  return EXIT.internal;
}
