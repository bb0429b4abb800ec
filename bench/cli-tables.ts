import { Command, type Option } from "commander";
import { type FlagValue, flagValueOf } from "../src/cli/options/flag-value.ts";
import { addProblemOptions } from "../src/cli/options/problem-options.ts";
import { type NumberRange, rangeHint } from "../src/input/text/numbers.ts";

const START = /^<!-- flags of (.+) -->$/;
const END = "<!-- end of flags -->";

/**
 * A document with its tables of flags as the commands have them: between `<!-- flags of solve -->` and `<!-- end of flags -->`
 * stand those of `solve`; "problem" stands for what the commands share, "every command" for the flags of the program, "init without
 * solve" for what `init` has and `solve` has not.
 */
export function withFlagTables(markdown: string, program: Command): string {
  const lines: string[] = [];
  let isInside = false;
  for (const line of markdown.split("\n")) {
    if (line === END) isInside = false;
    if (!isInside) lines.push(line);
    const [, name] = START.exec(line) ?? [];
    if (name === undefined) continue;
    isInside = true;
    lines.push("", ...tables(optionsOf(name, program)), "");
  }
  if (isInside) throw new Error(`a table has no ${END}.`);
  return lines.join("\n");
}

function optionsOf(name: string, program: Command): readonly Option[] {
  const [of = "", without] = name.split(" without ");
  if (without !== undefined) {
    const others = [...optionsOf("problem", program), ...optionsOf(without, program)];
    const flags = new Set(others.map(({ flags: each }) => each));
    return optionsOf(of, program).filter((option) => !flags.has(option.flags));
  }
  const shared = addProblemOptions(new Command()).options;
  if (name === "problem") return shared;
  if (name === "every command") return program.options;
  let command = program;
  for (const word of name.split(" ")) {
    const inner = command.commands.find((each) => each.name() === word);
    if (!inner) throw new Error(`there is no command "${name}".`);
    command = inner;
  }
  const flags = new Set(shared.map(({ flags: each }) => each));
  const takesShared = shared.every(({ long }) =>
    command.options.some((option) => option.long === long),
  );
  return takesShared
    ? command.options.filter((option) => !flags.has(option.flags))
    : command.options;
}

/** One table, or one under each heading where the help has several. */
function tables(options: readonly Option[]): string[] {
  const groups = new Map<string, Option[]>();
  for (const option of options) {
    const heading = option.helpGroupHeading ?? "Options:";
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return [...groups].flatMap(([heading, each], index) => [
    ...(index === 0 ? [] : [""]),
    ...(groups.size === 1 ? [] : [heading, ""]),
    ...table(each),
  ]);
}

function table(options: readonly Option[]): string[] {
  const rows = [
    ["flag", "takes", "meaning"],
    ...options.map((option) => [
      `\`${option.flags}\``,
      takes(flagValueOf(option)),
      meaning(option),
    ]),
  ].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const [head, ...body] = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`,
  );
  return [head!, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body];
}

/** What a flag takes, in words. */
function takes(value: FlagValue): string {
  switch (value.kind) {
    case "switch":
      return "";
    case "text":
      return "text";
    case "name-or-path":
      return "name or path";
    case "path":
      return value.of;
    case "number":
      return numberWords(value.range);
    case "choice":
      return value.choices
        .map((choice) => `\`${choice}\`${choice === value.byDefault ? " (default)" : ""}`)
        .join(", ");
    case "numbers":
      return `list: ${numberWords(value.range)}`;
    case "names":
    case "texts":
      return "list";
    case "number-map":
      return `\`NAME=N,…\`: ${numberWords(value.range)}`;
  }
}

function numberWords(range: NumberRange): string {
  return rangeHint(range)
    .replace(/^Give an? /, "")
    .replace(/\.$/, "");
}

/** The description, without the choices that it ends with. */
function meaning(option: Option): string {
  const value = flagValueOf(option);
  if (value.kind !== "choice") return option.description;
  const list = value.choices.join(", ");
  return option.description.replace(/: [^:]*$/, (end) => (end.startsWith(`: ${list}`) ? "" : end));
}
