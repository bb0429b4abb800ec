import { Option } from "commander";
import type { NumberRange } from "../../input/text/numbers.ts";

/**
 * What a flag takes, for machines: the configuration file, its schema, shell completion and the tables of docs/cli.md are made
 * from it. A list is separated by commas on the command line, a map is NAME=NUMBER,….
 */
export type FlagValue =
  | { readonly kind: "switch" }
  | { readonly kind: "text" }
  /** A name, or the path of a file or folder. */
  | { readonly kind: "name-or-path" }
  | { readonly kind: "path"; readonly of: "file" | "directory" }
  | { readonly kind: "number"; readonly range: NumberRange }
  | {
      readonly kind: "choice";
      readonly choices: readonly string[];
      readonly byDefault: string | undefined;
    }
  | { readonly kind: "numbers"; readonly range: NumberRange }
  | { readonly kind: "names" }
  /** Numbers, or texts such as 2048:512. */
  | { readonly kind: "texts" }
  | { readonly kind: "number-map"; readonly range: NumberRange };

/** An option that says what it takes. */
export class DescribedOption extends Option {
  readonly value: FlagValue;

  constructor(flags: string, description: string, value: FlagValue) {
    super(flags, description);
    this.value = value;
  }
}

/** What an option takes; where the option does not say it, its placeholder does. */
export function flagValueOf(option: Option): FlagValue {
  return option instanceof DescribedOption ? option.value : valueByPlaceholder(option.flags);
}

/** `--out <dir>` takes a directory, `--data <file...>` files, `--pp-stages <list>` a list, `--json` nothing. */
export function valueByPlaceholder(flags: string): FlagValue {
  switch (/<([^>]+?)(?:\.\.\.)?>/.exec(flags)?.[1]) {
    case undefined:
      return { kind: "switch" };
    case "dir":
      return { kind: "path", of: "directory" };
    case "file":
      return { kind: "path", of: "file" };
    case "list":
      return { kind: "texts" };
    default:
      return { kind: "text" };
  }
}
