import type { Command, Option } from "commander";
import { type FlagValue, flagValueOf } from "../options/flag-value.ts";

/** The flag that names a configuration file; a command that has it takes its flags from there. */
const CONFIG_FLAG = "--config";

/** A flag of a command that may stand in a configuration file. */
export interface KeyUse {
  readonly command: string;
  readonly option: Option;
  readonly value: FlagValue;
}

/** The keys of configuration files, each with the commands that have a flag of that name. */
export type ConfigKeys = ReadonlyMap<string, readonly KeyUse[]>;

/** `--max-tpot-ms` is `max_tpot_ms` in a file. */
export function keyOf(option: Option): string {
  return option.name().replaceAll("-", "_");
}

/** Every key that a configuration file may hold, in the order of the commands' flags. */
export function configKeys(program: Command): ConfigKeys {
  const keys = new Map<string, KeyUse[]>();
  for (const command of program.commands.filter(takesConfigFile)) {
    for (const option of command.options) {
      if (option.long === CONFIG_FLAG) continue;
      const use = { command: command.name(), option, value: flagValueOf(option) };
      keys.set(keyOf(option), [...(keys.get(keyOf(option)) ?? []), use]);
    }
  }
  return keys;
}

/** Whether a command has `--config`. */
function takesConfigFile(command: Command): boolean {
  return command.options.some(({ long }) => long === CONFIG_FLAG);
}
