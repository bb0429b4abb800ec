/*
 * Where things stand in a JSON text, which JSON.parse reads. `structureOf` bounds every text; the rest is for texts with something wrong
 * in them, and for messages. Why this is not a package: docs/architecture.md, "Dependencies".
 */

/** A place of a text, from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A name that stands more than once in one object. */
export interface RepeatedName extends TextPlace {
  readonly name: string;
  readonly firstLine: number;
}

/**
 * Objects and lists that may stand inside one another. Real files stay below 20; what is read here walks through its values by
 * calls inside calls, which a deeper file would bring down.
 */
const MOST_LEVELS = 64;

/** Characters of one text in a file: real ones stay below 10,000; a regular expression gives up at ten million. */
const MOST_CHARACTERS = 1_000_000;

/** What a text of JSON is made of. */
interface Structure {
  /** Members of all objects together. */
  readonly members: number;
  /** The first thing that is larger than anything real, null when there is none. */
  readonly excess: {
    readonly offset: number;
    readonly problem: string;
    readonly hint: string;
  } | null;
}

/** Goes through a text once, strings aside. What the text is when it is no JSON means nothing. */
export function structureOf(text: string): Structure {
  let members = 0;
  let level = 0;
  for (let offset = 0; offset < text.length; offset++) {
    switch (text.charCodeAt(offset)) {
      case QUOTE: {
        const end = endOfString(text, offset);
        if (end - offset > MOST_CHARACTERS) {
          const problem = `a string of ${end - offset - 1} characters begins here.`;
          const hint = `Give at most ${MOST_CHARACTERS}.`;
          return { members, excess: { offset, problem, hint } };
        }
        offset = end;
        break;
      }
      case COLON:
        members++;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++level > MOST_LEVELS) {
          const problem = `more than ${MOST_LEVELS} levels of objects and lists are nested.`;
          return { members, excess: { offset, problem, hint: "Reduce the nesting." } };
        }
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        level--;
    }
  }
  return { members, excess: null };
}

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const BACKSLASH = 0x5c;

/** The offset of the quote that ends a string; the text's length where none does. */
function endOfString(text: string, start: number): number {
  for (let end = start + 1; ; end++) {
    end = text.indexOf('"', end);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

/** The members of all objects in a parsed value whose levels are bounded. */
export function memberCount(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + memberCount(item), 0);
  const members = Object.values(value);
  return members.reduce<number>((sum, item) => sum + memberCount(item), members.length);
}

/** Whether a parsed value whose levels are bounded holds a number that no double can: JSON.parse makes it infinite. */
export function holdsInfinity(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInfinity);
}

/** Strings, numbers, and what opens, closes and parts objects and lists; words are passed over. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],]/g;

/** The first number in a JSON text that is beyond what a double holds, null when there is none. */
export function infiniteNumber(text: string): (TextPlace & { readonly number: string }) | null {
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^[-\d]/.test(token) && !Number.isFinite(Number(token))) {
      return { number: token, ...placeAt(text, index) };
    }
  }
  return null;
}

/** An object or list that is open; of an object, the first offsets of its names so far, and the last name. */
interface Open {
  readonly names: Map<string, number> | null;
  name: string | null;
  expectsName: boolean;
}

/** The names in a text that is JSON, with what is open around each and, where its object has it already, the first one's offset. */
function* namesOf(text: string) {
  const open: Open[] = [];
  for (const { 0: token, index: offset } of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    if (token === "{" || token === "[") {
      const isObject = token === "{";
      open.push({ names: isObject ? new Map() : null, name: null, expectsName: isObject });
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ",") {
      if (inside) inside.expectsName = inside.names !== null;
    } else if (inside?.names && inside.expectsName) {
      const name = JSON.parse(token) as string;
      const first = inside.names.get(name);
      inside.name = name;
      inside.expectsName = false;
      if (first === undefined) inside.names.set(name, offset);
      yield { name, offset, first, open };
    }
  }
}

/** The first name in a JSON text that stands in its object already, null when there is none. */
export function repeatedName(text: string): RepeatedName | null {
  for (const { name, offset, first } of namesOf(text)) {
    if (first === undefined) continue;
    return { name, ...placeAt(text, offset), firstLine: placeAt(text, first).line };
  }
  return null;
}

/**
 * The line on which a field's name stands in a text that is JSON, null when it is not there.
 * @param path names of the objects around it, then its own
 */
export function lineOfField(text: string, path: readonly string[]): number | null {
  for (const { offset, open } of namesOf(text)) {
    if (open.length === path.length && open.every(({ name }, depth) => name === path[depth])) {
      return placeAt(text, offset).line;
    }
  }
  return null;
}

/** The line and the column of an offset. */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
