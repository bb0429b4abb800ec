import { isMap, isScalar, isSeq, type Node } from "yaml";
import { InputError } from "../../errors.ts";
import { type NumberRange, numberProblem, rangeHint } from "../../input/text/numbers.ts";
import type { FlagValue } from "../options/flag-value.ts";
import { type ConfigDocument, type Entry, entriesOf } from "./document.ts";

/** A value as the text that the flag would have; `true` for a switch that is on, null for one that is off. */
export type FlagText = string | true | null;

/** Part of a list or a map as the flag's text, and where it stands. */
interface Piece {
  readonly text: string;
  readonly where: string;
}

/**
 * Writes a value of the file as the text of its flag. Whether the flag takes the text is not checked, only that the value is of
 * the right kind; `check` is told every piece of a list or a map with its own place.
 * @throws InputError at the value
 */
export function flagText(
  { key, node, where }: Entry,
  value: FlagValue,
  document: ConfigDocument,
  check: (piece: string, where: string) => void,
): FlagText {
  const refuse = (hint: string, at: Node | null = node, place: string = where): never => {
    throw new InputError(place, `it is ${words(at)}.`, hint);
  };
  const scalar = (
    at: Node | null,
    types: readonly string[],
    hint: string,
    place: string,
  ): string => {
    const content = isScalar(at) ? at.value : undefined;
    if (!types.includes(typeof content)) return refuse(hint, at, place);
    // As it stands there: YAML has hexadecimal numbers, and what a flag would not take is not taken here.
    return typeof content === "number" && isScalar(at)
      ? (at.source ?? String(content))
      : String(content);
  };
  const list = (types: readonly string[], hint: string): string => {
    if (!isSeq(node)) return scalar(node, [...types, "string"], hint, where);
    if (node.items.length === 0) return refuse(hint);
    const pieces: Piece[] = node.items.map((item) => {
      const at = document.resolve(item);
      const place = `${document.placeOf(item as Node)}, ${key}`;
      return { text: unsplit(scalar(at, types, hint, place), place), where: place };
    });
    for (const piece of pieces) check(piece.text, piece.where);
    return pieces.map(({ text }) => text).join(",");
  };
  switch (value.kind) {
    case "switch": {
      const content = isScalar(node) ? node.value : undefined;
      if (typeof content !== "boolean") return refuse("Give true or false.");
      return content ? true : null;
    }
    case "text":
    case "name-or-path":
    case "path":
      return scalar(node, ["string"], "Give a string; quote it if it looks like a number.", where);
    case "choice":
      return scalar(node, ["string"], `Give one of ${value.choices.join(", ")}.`, where);
    case "number":
      return scalar(node, ["number"], rangeHint(value.range), where);
    case "numbers":
      return list(["number"], listHint(value.range));
    case "names":
      return list(["string"], "Give a list of names.");
    case "texts":
      return list(["string", "number"], "Give a list.");
    case "number-map": {
      const hint = "Give a map from names to numbers, such as {g5.48xlarge: 4}.";
      if (!isMap(node)) return scalar(node, ["string"], hint, where);
      if (node.items.length === 0) return refuse(hint);
      const itemHint = rangeHint(value.range);
      const pieces: Piece[] = entriesOf(node, `${key}.`, document.placeOf, document.resolve).map(
        (entry) => {
          const number = scalar(entry.node, ["number"], itemHint, entry.where);
          const problem = numberProblem(Number(number), value.range);
          if (problem !== null)
            throw new InputError(entry.where, `${number} is ${problem}.`, itemHint);
          return { text: `${unsplit(entry.key, entry.keyWhere)}=${number}`, where: entry.where };
        },
      );
      for (const piece of pieces) check(piece.text, piece.where);
      return pieces.map(({ text }) => text).join(",");
    }
  }
}

/** Whether a value is a list or a map, and the kind of flag takes none. */
export function isOfOtherShape(node: Node | null, { kind }: FlagValue): boolean {
  if (isSeq(node)) return !["numbers", "names", "texts"].includes(kind);
  return isMap(node) && kind !== "number-map";
}

/** @throws InputError for a name that would be two on the command line */
function unsplit(name: string, where: string): string {
  if (name !== "" && !name.includes(",")) return name;
  throw new InputError(
    where,
    name === "" ? "it is empty." : `"${name}" contains a comma.`,
    "Give one item each.",
  );
}

function listHint(range: NumberRange): string {
  return `Give a list such as [1, 2, 4]. ${rangeHint(range).replace("Give", "An item is")}`;
}

/** What a node is, in words that follow "it is". */
function words(node: Node | null): string {
  if (isSeq(node)) return node.items.length === 0 ? "an empty list" : "a list";
  if (isMap(node)) return node.items.length === 0 ? "an empty map" : "a map";
  const content = isScalar(node) ? node.value : null;
  switch (typeof content) {
    case "string":
      return `the string "${content}"`;
    case "number":
      return `the number ${content}`;
    case "boolean":
      return `${content}`;
    default:
      return "empty";
  }
}
