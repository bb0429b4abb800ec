import { oneLine } from "./comment-text.ts";

/** A word as the shell reads it back: nothing in it is expanded. */
export function shellQuote(text: string): string {
  if (!/['$`]/.test(text)) return `'${text}'`;
  return `"${text.replace(/["\\$`]/g, "\\$&")}"`;
}

/** A flag with its value, which is quoted; without value for a switch. */
export interface Flag {
  /** Without leading dashes. */
  readonly name: string;
  readonly value: string | number | null;
}

/** A switch or a value. */
export function flag(name: string, value: string | number | null = null): Flag {
  return { name, value };
}

/** `--name 'value'`. */
function flagText({ name, value }: Flag): string {
  return value === null ? `--${name}` : `--${name} ${shellQuote(String(value))}`;
}

/** Words of a command line that are no text of ours but the shell's: `"${MASTER_ADDR}"`. */
export interface ShellText {
  readonly shell: string;
}

/**
 * A bash script that stops at the first error.
 * @param comment lines above the commands, without comment signs
 */
export function bashScript(comment: readonly string[], lines: readonly string[]): string {
  return [
    "#!/usr/bin/env bash",
    ...comment.map((line) => `# ${oneLine(line)}`.trimEnd()),
    "set -euo pipefail",
    "",
    ...lines,
    "",
  ].join("\n");
}

/** `export NAME='value'`. */
export function exportLine(name: string, value: string): string {
  return `export ${name}=${shellQuote(value)}`;
}

/** An array of words, one line each: `args=( … )`. */
export function argumentArray(words: readonly (Flag | string | ShellText)[]): string[] {
  const text = (word: Flag | string | ShellText): string => {
    if (typeof word === "string") return shellQuote(word);
    return "shell" in word ? word.shell : flagText(word);
  };
  return ["args=(", ...words.map((word) => `  ${text(word)}`), ")"];
}

/** Stops with a message when a variable is not set. */
export function requireVariable(name: string, what: string): string {
  return `: "\${${name}:?set it to ${what}}"`;
}

/** The value of a variable as one word. */
export function variable(name: string): string {
  return `"\${${name}}"`;
}

/** Replaces the script by a command with the words of `args` and then those the script was given. */
export function execWithArguments(command: string): string {
  return `exec ${command} ${variable("args[@]")} "$@"`;
}
