import type { Command, Option } from "commander";
import { flagValueOf } from "../options/flag-value.ts";

/** What may follow a flag, or stand as an argument of a command. */
export type Candidates =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "words-and-files"; readonly words: readonly string[] }
  | { readonly kind: "files" | "directories" | "anything" };

/** A flag as shells complete it. */
export interface CompletedFlag {
  /** With its dashes; the short form, where there is one, comes second. */
  readonly names: readonly string[];
  readonly description: string;
  /** Null: a switch. */
  readonly value: Candidates | null;
}

/** A command as shells complete it. */
export interface CompletedCommand {
  /** "" is the program itself, "instances import" a command of a command. */
  readonly path: string;
  /** The last word of the path. */
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CompletedCommand[];
  readonly flags: readonly CompletedFlag[];
  /** Null: it takes no arguments. */
  readonly argument: Candidates | null;
}

/**
 * Everything that can be completed.
 * @param names words that a flag takes where its declaration does not list them, by flag
 */
export function completedProgram(
  program: Command,
  names: ReadonlyMap<string, readonly string[]>,
): CompletedCommand {
  const globals = flagsOf(program.options, names);
  const of = (command: Command, path: string): CompletedCommand => ({
    path,
    name: path.slice(path.lastIndexOf(" ") + 1),
    description: command.description(),
    commands: command.commands.map((inner) => of(inner, `${path} ${inner.name()}`.trim())),
    flags: [
      ...(command === program ? [] : flagsOf(command.options, names)),
      ...globals,
      { names: ["--help", "-h"], description: "display help for command", value: null },
    ],
    argument: argumentOf(command),
  });
  return of(program, "");
}

/** All commands below a command, inner ones after their outer ones. */
export function allCommands(command: CompletedCommand): readonly CompletedCommand[] {
  return command.commands.flatMap((inner) => [inner, ...allCommands(inner)]);
}

function flagsOf(
  options: readonly Option[],
  names: ReadonlyMap<string, readonly string[]>,
): CompletedFlag[] {
  return options.map((option) => ({
    names: [option.long, option.short].filter((name) => name !== undefined && name !== null),
    description: option.description,
    value: candidatesOf(option, names.get(option.long ?? "") ?? []),
  })) as CompletedFlag[];
}

function candidatesOf(option: Option, words: readonly string[]): Candidates | null {
  const value = flagValueOf(option);
  switch (value.kind) {
    case "switch":
      return null;
    case "choice":
      return { kind: "words", words: value.choices };
    case "path":
      return { kind: value.of === "file" ? "files" : "directories" };
    case "name-or-path":
      return { kind: "words-and-files", words };
    default:
      return words.length > 0 ? { kind: "words", words } : { kind: "anything" };
  }
}

/** Arguments are words where the command lists them, else files. */
function argumentOf({ registeredArguments: [first] }: Command): Candidates | null {
  if (!first) return null;
  return first.argChoices ? { kind: "words", words: first.argChoices } : { kind: "files" };
}
