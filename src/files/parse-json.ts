import { InputError } from "../errors.ts";
import { findJsonBreak } from "./json-position.ts";

/** The members of a JSON object. */
export type JsonFields = Readonly<Record<string, unknown>>;

/**
 * Parses JSON.
 * @param firstLine Line of the file on which the text starts.
 * @throws InputError with line and column for what is none
 */
export function parseJson(text: string, fileName: string, firstLine: number = 1): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const broken = findJsonBreak(text);
    // JSON.parse and the search for the break disagree: a defect, not the user's fault.
    if (!broken) throw error;
    throw new InputError(
      `${fileName}:${firstLine + broken.line - 1}, column ${broken.column}`,
      `not JSON: ${broken.expected} has to stand here, not ${broken.found}.`,
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
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
