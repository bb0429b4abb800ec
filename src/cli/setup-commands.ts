import type { Command } from "commander";
import { type Shell, shellArgument } from "./completion/shells.ts";
import type { DoctorFlags } from "./doctor/doctor.ts";
import type { InitFlags } from "./init/init.ts";
import type { CliIo } from "./io/io.ts";
import { addOptions, jsonOption, switchOption, textOption } from "./options/options.ts";
import { addDescriptionOptions } from "./options/problem-options.ts";
import { addRequestOptions } from "./solve/solve-options.ts";

type Done = (exitCode: number) => void;

/** Declares `init`: with the flags of all that a problem can hold, and the file. */
export function addInit(program: Command, io: CliIo, done: Done): void {
  const init = program
    .command("init")
    .description("write a configuration file from flags and your answers");
  addOptions(addRequestOptions(addDescriptionOptions(init)), [
    textOption("--out <file>", "the file to write (default: problem.yaml)"),
    switchOption("--force", "replace an existing file"),
  ]).action(async (_flags: InitFlags, command: Command) => {
    const { runInit } = await import("./init/init.ts");
    done(await runInit(command, io));
  });
}

/** Declares `completion`. */
export function addCompletion(program: Command, io: CliIo, done: Done): void {
  program
    .command("completion")
    .description("print a shell script that completes commands, flags and values")
    .addArgument(shellArgument())
    .action(async (shell: Shell) => {
      const { runCompletion } = await import("./completion/completion.ts");
      done(await runCompletion(shell, program, io));
    });
}

/** Declares `doctor`. */
export function addDoctor(program: Command, io: CliIo, done: Done): void {
  program
    .command("doctor")
    .description("check that this machine meets the requirements")
    .addOption(jsonOption())
    .action(async (flags: DoctorFlags) => {
      const { runDoctor } = await import("./doctor/doctor.ts");
      done(await runDoctor(flags, io));
    });
}
