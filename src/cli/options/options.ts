import { type Command, Option } from "commander";
import { InputError } from "../../errors.ts";
import {
  type NumberRange,
  numberProblem,
  rangeHint,
  readNumber,
} from "../../input/text/numbers.ts";
import { nearestHint } from "../../nearest.ts";
import { DescribedOption, type FlagValue, valueByPlaceholder } from "./flag-value.ts";

/** An option that takes a text. What the text is, a path or a list, is told by its placeholder unless `value` says it. */
export function textOption(
  flags: string,
  description: string,
  value: FlagValue = valueByPlaceholder(flags),
): Option {
  return valueOption(flags, description, value, (flag, text) => {
    if (text === "")
      throw new InputError(flag, "the value is empty.", "Give one, or leave it out.");
    return text;
  });
}

/** An option that takes a number within a range. */
export function numberOption(flags: string, description: string, range: NumberRange): Option {
  return valueOption(flags, description, { kind: "number", range }, (flag, text) =>
    readNumberFlag(flag, text, range),
  );
}

/** An option that takes one of some words; `what` they are is said in messages. */
export function choiceOption(
  flags: string,
  description: string,
  { what, choices, byDefault }: { what: string; choices: readonly string[]; byDefault?: string },
): Option {
  const list = `${choices.join(", ")}${byDefault === undefined ? "" : ` (default: ${byDefault})`}`;
  const value: FlagValue = { kind: "choice", choices, byDefault };
  return valueOption(flags, `${description}: ${list}`, value, (flag, text) => {
    if (choices.includes(text)) return text;
    throw new InputError(flag, `"${text}" is not ${what}.`, nearestHint(text, choices));
  });
}

/** An option that takes numbers separated by commas. */
export function numberListOption(flags: string, description: string, range: NumberRange): Option {
  return valueOption(flags, description, { kind: "numbers", range }, (flag, text) =>
    text.split(",").map((item) => {
      if (item !== "") return readNumberFlag(flag, item, range);
      throw new InputError(flag, `an item of "${text}" is empty.`, rangeHint(range));
    }),
  );
}

/** An option that takes names separated by commas. */
export function nameListOption(flags: string, description: string): Option {
  return valueOption(flags, description, { kind: "names" }, (flag, text) => {
    const names = new Set<string>();
    for (const name of text.split(",")) {
      if (name === "") {
        throw new InputError(
          flag,
          text === "" ? "the value is empty." : `an item of "${text}" is empty.`,
          "Give names separated by commas, without spaces.",
        );
      }
      if (names.has(name)) {
        throw new InputError(flag, `${name} is given twice.`, "Keep one of the two.");
      }
      names.add(name);
    }
    return [...names];
  });
}

/** An option that takes NAME=NUMBER pairs separated by commas. */
export function numberMapOption(flags: string, description: string, range: NumberRange): Option {
  return valueOption(flags, description, { kind: "number-map", range }, (flag, text) => {
    const numbers = new Map<string, number>();
    for (const item of text.split(",")) {
      const [name = "", number, ...more] = item.split("=");
      if (name === "" || number === undefined || more.length > 0) {
        throw new InputError(
          flag,
          `"${item}" is not of the form NAME=NUMBER.`,
          "Give pairs such as g5.48xlarge=4, separated by commas.",
        );
      }
      if (numbers.has(name)) {
        throw new InputError(flag, `${name} is given twice.`, "Keep one of the two.");
      }
      numbers.set(name, readNumberFlag(`${flag} ${name}`, number, range));
    }
    return numbers;
  });
}

/** An option without a value. */
export function switchOption(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** Adds options to a command, in their order. */
export function addOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/** The option for the directory of a command's files. */
export function outOption(description: string): Option {
  return textOption("--out <dir>", description);
}

/** The option for a file that holds flags. */
export function configOption(): Option {
  return textOption(
    "--config <file>",
    "a whole problem as YAML or JSON; flags win over it. See init and docs/config-file.md",
  );
}

/** The option for JSON in place of a report. */
export function jsonOption(): Option {
  return new Option("--json", "print JSON");
}

/** Reads the number of a flag. @throws InputError with the flag, the text and the range. */
function readNumberFlag(flag: string, text: string, range: NumberRange): number {
  const reading = readNumber(text, range);
  if ("value" in reading) return reading.value;
  // A text that Number() takes and we do not, such as "0x10", has no problem of its own.
  const problem = numberProblem(Number(text), range) ?? "not a decimal number";
  throw new InputError(
    flag,
    text === "" ? "the value is empty." : `"${text}" is ${problem}.`,
    rangeHint(range),
  );
}

/** An option with a value that is read at once and that may be given once. */
function valueOption(
  flags: string,
  description: string,
  value: FlagValue,
  read: (flag: string, text: string) => unknown,
): Option {
  const option = new DescribedOption(flags, description, value);
  const flag = option.long ?? flags;
  return option.argParser((text: string, previous: unknown) => {
    if (previous !== undefined) {
      throw new InputError(flag, "it is given twice.", "Keep one of the two.");
    }
    return read(flag, text);
  });
}
