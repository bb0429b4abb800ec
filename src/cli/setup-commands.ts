import type { Command } from "commander";
import { type Shell, shellArgument } from "./completion/shells.ts";
import type { DoctorFlags } from "./doctor/doctor.ts";
import type { InitFlags } from "./init/init.ts";
import { addInitOptions } from "./init/init-options.ts";
import type { CliIo } from "./io/io.ts";
import { jsonOption } from "./options/options.ts";

type Done = (exitCode: number) => void;

/** Declares `init`. */
export function addInit(program: Command, io: CliIo, done: Done): void {
  addInitOptions(
    program.command("init").description("write a configuration file from flags and your answers"),
  ).action(async (_flags: InitFlags, command: Command) => {
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
