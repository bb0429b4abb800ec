import { InputError } from "../../errors.ts";
import { findJsonBreak } from "./json-position.ts";
import {
  holdsInfinity,
  infiniteNumber,
  memberCount,
  placeAt,
  repeatedName,
  structureOf,
  type TextPlace,
} from "./json-structure.ts";

/** The members of a JSON object. */
export type JsonFields = Readonly<Record<string, unknown>>;

/**
 * Parses JSON: the one reader for every file.
 * @param firstLine Line of the file on which the text starts.
 * @throws InputError with line and column for what is none, for levels, texts and numbers beyond all measure, and for a name that stands
 *   twice in one object
 */
export function parseJson(text: string, fileName: string, firstLine: number = 1): unknown {
  const where = ({ line, column }: TextPlace): string =>
    `${fileName}:${firstLine + line - 1}, column ${column}`;
  const { members, excess } = structureOf(text);
  if (excess !== null) {
    throw new InputError(where(placeAt(text, excess.offset)), excess.problem, excess.hint);
  }
  const value = parse(text, where);
  const infinite = holdsInfinity(value) ? infiniteNumber(text) : null;
  if (infinite) {
    throw new InputError(
      where(infinite),
      `the number ${cut(infinite.number)} is larger than any that can be calculated with.`,
      "Give a number below 1e308.",
    );
  }
  // Only the last of several members of one name is in the value.
  const repeated = memberCount(value) === members ? null : repeatedName(text);
  if (repeated === null) return value;
  throw new InputError(
    where(repeated),
    `duplicate key ${JSON.stringify(repeated.name)}, first in line ${firstLine + repeated.firstLine - 1}.`,
    "Keep one of the two.",
  );
}

function parse(text: string, where: (place: TextPlace) => string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const broken = findJsonBreak(text);
    // JSON.parse and the search for the break disagree: a defect, not the user's fault.
    if (!broken) throw error;
    throw new InputError(
      where(broken),
      `invalid JSON: expected ${broken.expected}, found ${broken.found}.`,
      "Correct the JSON.",
    );
  }
}

/** @throws InputError with the JSON path for what is no object */
export function jsonObject(value: unknown, where: string): JsonFields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonFields;
  }
  throw jsonMisfit(where, value, "a JSON object");
}

/** An error for a value that is not what its place takes. */
export function jsonMisfit(where: string, value: unknown, wanted: string): InputError {
  return new InputError(
    where,
    value === undefined ? "it is missing." : `it is ${shown(value)}.`,
    `Give ${wanted}.`,
  );
}

/** A value as JSON, cut to a readable length. */
function shown(value: unknown): string {
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
