import type { Command } from "commander";
import { textOption } from "../options/options.ts";
import { addDescriptionOptions } from "../options/problem-options.ts";
import { addRequestOptions } from "../solve/solve-options.ts";

/** Adds the flags of `init` to its command: all that a problem can hold, and the file. */
export function addInitOptions(command: Command): Command {
  return addRequestOptions(addDescriptionOptions(command))
    .addOption(textOption("--out <file>", "the file to write (default: problem.yaml)"))
    .option("--force", "replace an existing file");
}
