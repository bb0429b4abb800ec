import type { Command } from "commander";
import type { CliIo } from "../io/io.ts";

/** The flags that every command takes. */
export interface GlobalFlags {
  readonly quiet?: true;
  readonly verbose?: true;
  /** --color or --no-color; absent: neither. */
  readonly color?: boolean;
}

/** Adds the flags that every command takes, before or after its name. */
export function addGlobalOptions(program: Command): Command {
  return program
    .option("-q, --quiet", "no warnings, notes or progress on stderr; errors are still printed")
    .option("--verbose", "print on stderr which files are read, their size and search progress")
    .option("--color", "colours even if stdout is not a terminal")
    .option("--no-color", "no colours, as with NO_COLOR");
}

/** The world of a command, as far as the global flags change it; they are asked for when something is said. */
export function withGlobals(io: CliIo, flags: () => GlobalFlags): CliIo {
  return {
    ...io,
    get verbosity() {
      const { quiet, verbose } = flags();
      return quiet ? "quiet" : verbose ? "verbose" : "normal";
    },
    get colours() {
      return flags().color;
    },
  };
}
