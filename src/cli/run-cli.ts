import { CommanderError } from "commander";
import { InputError } from "../errors.ts";
import { visible } from "../report/format.ts";
import type { FlagPlaces } from "./config-file/apply.ts";
import { edgeOf } from "./io/edge.ts";
import { type CliIo, EXIT, OutputError, reportOutputError } from "./io/io.ts";
import { type GlobalFlags, withGlobals } from "./options/global-flags.ts";
import { createProgram } from "./program.ts";

/**
 * Runs a command line, without the program's own name, and returns the exit code. Never throws: whatever goes wrong is
 * told on stderr.
 */
export async function runCli(argv: readonly string[], world: CliIo): Promise<number> {
  let globals: GlobalFlags = {};
  const edge = edgeOf({ ...world, commandLine: argv }, () => globals.color);
  const io = withGlobals(edge.io, () => globals);
  let exitCode: number = EXIT.ok;
  let places: FlagPlaces = new Map();
  let stopTelling = (): void => undefined;
  try {
    const program = createProgram(io, (code) => {
      exitCode = code;
    });
    program.hook("preAction", async (_, command) => {
      globals = program.opts<GlobalFlags>();
      if (globals.quiet && globals.verbose)
        throw new InputError(
          "--quiet",
          "it cannot be combined with --verbose.",
          "Keep one of the two.",
        );
      if (globals.verbose) {
        const { tellReads } = await import("./io/log-file-reads.ts");
        stopTelling = tellReads(io);
      }
      const { config } = command.opts<{ readonly config?: string }>();
      if (config === undefined) return;
      const { applyConfigFile } = await import("./config-file/apply.ts");
      places = await applyConfigFile(command, config);
    });
    await program.parseAsync(argv, { from: "user" }).catch(throwUnlessHelp);
    await edge.settle();
    return exitCode;
  } catch (error) {
    return await reportError(atPlace(error, places), io);
  } finally {
    stopTelling();
  }
}

/** An error about a flag that a configuration file gave is told where it stands there. */
function atPlace(error: unknown, places: FlagPlaces): unknown {
  if (!(error instanceof InputError)) return error;
  const [flag = ""] = /^--[\w-]+/.exec(error.where) ?? [];
  const place = places.get(flag);
  return place === undefined ? error : error.at(`${place}${error.where.slice(flag.length)}`);
}

/** Help that was asked for ends the option parser with an error, too. */
function throwUnlessHelp(error: unknown): void {
  if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
}

async function reportError(error: unknown, io: CliIo): Promise<number> {
  // The option parser has printed what is wrong.
  if (error instanceof CommanderError) return EXIT.badInput;
  if (error instanceof OutputError) return await reportOutputError(error, io);
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
