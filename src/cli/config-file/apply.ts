import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Command } from "commander";
import { isSeq } from "yaml";
import { InputError } from "../../errors.ts";
import { readText } from "../../files/read-text.ts";
import { nearestHint } from "../../nearest.ts";
import type { FlagValue } from "../options/flag-value.ts";
import { givesWay } from "./alternatives.ts";
import { type ConfigDocument, type Entry, parseConfigDocument } from "./document.ts";
import { type FlagText, flagText, isOfOtherShape } from "./flag-text.ts";
import { type ConfigKeys, configKeys, type KeyUse, keyOf } from "./keys.ts";

/** The key that is the flag's path of a file, or a list of what may be rented. */
export const POOL_KEY = "pool";
/** Names the schema in a JSON file, for editors. */
export const SCHEMA_KEY = "$schema";

/** Where the values of flags stand that a configuration file gave: file:line:column, by flag. */
export type FlagPlaces = ReadonlyMap<string, string>;

/**
 * Gives a command the flags of a configuration file, as if they stood on the command line; those that do stand there win.
 * Values of other commands' flags are checked and left out.
 * @returns where each flag that was taken stands
 * @throws InputError with file, line and column for unknown keys and for values that the flag does not take
 */
export async function applyConfigFile(command: Command, path: string): Promise<FlagPlaces> {
  const document = parseConfigDocument(readText(path), path);
  const keys = configKeys(command.parent!);
  const onCommandLine = new Set(command.options.filter(isGiven(command)).map(keyOf));
  const places = new Map<string, string>();
  let pool: Entry | undefined;
  for (const entry of document.entries) {
    if (entry.key === SCHEMA_KEY) continue;
    if (entry.key === POOL_KEY && isSeq(entry.node)) {
      pool = entry;
      continue;
    }
    const use = chooseUse(entry, command.name(), keys);
    const text = readEntry(entry, use, document, path);
    if (use.command !== command.name() || text === null) continue;
    if (onCommandLine.has(entry.key) || givesWay(entry.key, onCommandLine)) continue;
    const value = text === true ? true : use.option.parseArg!(text, undefined);
    command.setOptionValueWithSource(use.option.attributeName(), value, "config");
    places.set(use.option.long!, entry.where);
  }
  if (pool && !onCommandLine.has(POOL_KEY) && !givesWay(POOL_KEY, onCommandLine)) {
    const { readPoolItems } = await import("./pool-items.ts");
    const { maxCount } = command.opts<{ readonly maxCount?: number }>();
    command.setOptionValueWithSource(POOL_KEY, readPoolItems(pool, document, maxCount), "config");
  }
  return places;
}

function isGiven(command: Command): (option: { attributeName(): string }) => boolean {
  return (option) => command.getOptionValueSource(option.attributeName()) === "cli";
}

/** The command's own flag of a name, or that of another command. @throws InputError for a name that no command has */
function chooseUse({ key, node, keyWhere }: Entry, command: string, keys: ConfigKeys): KeyUse {
  const uses = keys.get(key);
  if (!uses) {
    throw new InputError(
      keyWhere,
      `unknown key "${key}".`,
      key.includes("-") && keys.has(key.replaceAll("-", "_"))
        ? `Write ${key.replaceAll("-", "_")}.`
        : nearestHint(key, [...keys.keys()]),
    );
  }
  const own = uses.find((use) => use.command === command);
  if (own && !isOfOtherShape(node, own.value)) return own;
  const other = uses.find((use) => use.command !== command && !isOfOtherShape(node, use.value));
  return other ?? own ?? uses[0]!;
}

/** Reads a value as its flag does. @throws InputError at the value */
function readEntry(
  entry: Entry,
  { option, value }: KeyUse,
  document: ConfigDocument,
  path: string,
): FlagText {
  const parse = (text: string, where: string): void => {
    try {
      option.parseArg!(text, undefined);
    } catch (error) {
      throw error instanceof InputError ? error.at(where) : error;
    }
  };
  const text = flagText(entry, value, document, parse);
  if (typeof text !== "string") return text;
  parse(text, entry.where);
  return resolvePath(text, value, path);
}

/**
 * Paths in a file are meant from the file's own directory. Where a name may stand as well, a path has a slash or ends in .json, and
 * leads to something.
 */
function resolvePath(text: string, { kind }: FlagValue, configPath: string): string {
  if (isAbsolute(text)) return text;
  const fromFile = join(dirname(configPath), text);
  if (kind === "path") return fromFile;
  const isPath = kind === "name-or-path" && /[/\\]|\.json$/.test(text) && existsSync(fromFile);
  return isPath ? fromFile : text;
}
