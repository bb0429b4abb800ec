import type { Command } from "commander";
import { libraryNames } from "../../files/model-library.ts";
import { type CliIo, EXIT } from "../io/io.ts";
import { bashScript } from "./bash.ts";
import { completedProgram } from "./commands.ts";
import { fishScript } from "./fish.ts";
import type { Shell } from "./shells.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `completion`: a script that completes commands, flags, their values and files. */
export async function runCompletion(shell: Shell, program: Command, io: CliIo): Promise<number> {
  const names = new Map([["--model", libraryNames()]]);
  await io.stdout.write(SCRIPTS[shell](completedProgram(program, names)));
  return EXIT.ok;
}
