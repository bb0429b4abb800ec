import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { parse as parseYaml, stringify } from "yaml";

/** One change to a valid input. Which place it hits, and how, follows from the numbers; few edits are a small counterexample. */
export interface Edit {
  /** Modulo the places that there are. */
  readonly place: number;
  /** Modulo the kinds of change. */
  readonly kind: number;
  readonly value: unknown;
}

/** A change to a text, whatever it says. */
export interface TextEdit {
  readonly place: number;
  readonly kind: number;
  readonly text: string;
}

export type Format = "csv" | "json" | "yaml" | "text";

/** Texts that have broken readers before: bounds of numbers, units, names of JavaScript, what steers terminals and tables. */
const ODD_TEXTS: readonly string[] = [
  ..."0 -0 1 -1 2 3 8 0.5 1.5 1e3 1e-9 1e308 1e-308 5e-324 1e400 0x10 1_000 1,000 +1 .5 5. NaN Infinity -Infinity".split(
    " ",
  ),
  ..."4294967296 9007199254740991 9007199254740993 1000000 10000 1024 99999999999999999999".split(
    " ",
  ),
  ..."true false null yes no * - -- .. / \\ % %s $ # @ : = ~ ? ! & | ; ' ` ( ) [ ] { } < >".split(
    " ",
  ),
  ..."__proto__ constructor toString hasOwnProperty prototype undefined valueOf length".split(" "),
  ..."$40.96 CA$40 €5 40.96/hr 600GB/s 100Gbps 80GB PCIe Gen4 spot owned on-demand max vllm sglang fp8".split(
    " ",
  ),
  "",
  " ",
  ",",
  '"',
  "\n",
  "\t",
  "\u0000",
  "\u001b[31m",
  "\u202e",
  "\ufeff",
  "\ud800",
  "é",
  "日本",
  "=1+1",
  "@SUM(A1)",
  "600 GB/s",
  "100 Gbps",
  "80 GB",
  "$140-160",
  "2026-11-24",
  "9999-99-99",
  "a,b",
  'a"b',
  "a\nb",
  "re:.*",
  "re:(a+)+$",
  "n".repeat(300),
  "9".repeat(400),
  "[".repeat(600),
];

const oddNumber = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    2,
    3,
    7,
    0.5,
    1e-9,
    1e9,
    1e18,
    1e308,
    5e-324,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
  ),
  fc.integer({ min: -10, max: 2000 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), oddNumber.map(String), fc.string());
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  oddNumber,
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { a: 1 }),
  fc.array(oddNumber, { maxLength: 3 }),
  fc.array(oddText, { maxLength: 3 }),
);

const natural = fc.nat(2 ** 30);

export const edit: fc.Arbitrary<Edit> = fc.record({
  place: natural,
  kind: natural,
  value: oddValue,
});
export const textEdit: fc.Arbitrary<TextEdit> = fc.record({
  place: natural,
  kind: natural,
  text: oddText,
});

/** Seeds as they are parsed, by their texts: each is changed thousands of times, and no edit changes it in place. */
const parsed = new Map<string, unknown>();

function once<T>(seed: string, parseSeed: (seed: string) => T): T {
  if (!parsed.has(seed)) parsed.set(seed, parseSeed(seed));
  return parsed.get(seed) as T;
}

/** A valid text with the edits of its structure in it. */
export function edited(seed: string, format: Format, edits: readonly Edit[]): string {
  switch (format) {
    case "csv":
      return csvText(edits.reduce(editTable, once(seed, tableOf)));
    case "json":
      return JSON.stringify(
        edits.reduce(
          editTree,
          once<unknown>(seed, (text) => JSON.parse(text) as unknown),
        ),
        null,
        1,
      );
    case "yaml":
      return stringify(
        edits.reduce(
          editTree,
          once<unknown>(seed, (text) => parseYaml(text)),
        ),
      );
    case "text":
      return edits.reduce(
        (text, { place, kind, value }) => editText(text, { place, kind, text: String(value) }),
        seed,
      );
  }
}

/** Cuts, doubles and inserts, wherever it is. */
export function editText(text: string, { place, kind, text: piece }: TextEdit): string {
  const at = text.length === 0 ? 0 : place % (text.length + 1);
  const length = 1 + ((kind >> 3) % 20);
  switch (kind % 5) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at + length);
    case 3:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + piece + text.slice(at + piece.length);
  }
}

type Table = readonly (readonly string[])[];

function tableOf(seed: string): Table {
  return parse(seed, { relax_column_count: true, bom: true }) as string[][];
}

function csvText(table: Table): string {
  const cellText = (cell: string): string =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return table.map((row) => `${row.map(cellText).join(",")}\n`).join("");
}

function editTable(table: Table, { place, kind, value }: Edit): Table {
  if (table.length === 0) return [[String(value)]];
  // Mostly below the header: an unknown column ends the reading.
  const row = table.length === 1 || place % 11 === 0 ? 0 : 1 + (place % (table.length - 1));
  const width = table[row]!.length;
  const column = width === 0 ? 0 : (place >> 8) % width;
  const replaceRow = (by: readonly (readonly string[])[]): Table => table.toSpliced(row, 1, ...by);
  switch (kind % 12) {
    case 0:
      return table.map((each) => each.toSpliced(column, 1));
    case 1:
      return replaceRow([]);
    case 2:
      return replaceRow([table[row]!, table[row]!]);
    case 3:
      return replaceRow([table[row]!.toSpliced(column, 0, String(value))]);
    case 4: {
      const other = table[(kind >> 4) % table.length]!;
      return replaceRow([table[row]!.toSpliced(column, 1, other[column] ?? "")]);
    }
    case 5:
      return replaceRow([table[row]!.toSpliced(column, 1, "")]);
    default:
      return replaceRow([table[row]!.toSpliced(column, 1, String(value))]);
  }
}

type Path = readonly (string | number)[];

function* pathsOf(tree: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof tree !== "object" || tree === null) return;
  for (const [key, inner] of Object.entries(tree)) {
    yield* pathsOf(inner, [...path, Array.isArray(tree) ? Number(key) : key]);
  }
}

function editTree(tree: unknown, { place, kind, value }: Edit): unknown {
  const paths = [...pathsOf(tree)];
  const path = paths[place % paths.length]!;
  const other = at(tree, paths[(kind >> 4) % paths.length]!);
  switch (kind % 12) {
    case 0:
      return put(tree, path, undefined);
    case 1:
      return put(tree, path, other);
    case 2:
      return put(tree, path, [at(tree, path)]);
    case 3:
      return put(tree, [...path, String(value).slice(0, 400)], value);
    case 4: {
      const here = at(tree, path);
      return Array.isArray(here) ? put(tree, path, [...here, ...here]) : put(tree, path, value);
    }
    case 5: {
      const here = at(tree, path);
      return put(tree, path, typeof here === "number" ? -here : value);
    }
    case 6: {
      const here = at(tree, path);
      return put(tree, path, typeof here === "number" ? String(here) : value);
    }
    default:
      return put(tree, path, value);
  }
}

function at(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], tree);
}

/** The tree with a value at a path; undefined takes what is there away. */
function put(tree: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value ?? null;
  if (Array.isArray(tree)) {
    if (typeof key !== "number") return tree;
    if (rest.length === 0 && value === undefined) return tree.toSpliced(key, 1);
    return tree.with(key, put(tree[key], rest, value));
  }
  if (typeof tree !== "object" || tree === null) return value;
  const entries = new Map(Object.entries(tree));
  if (rest.length === 0 && value === undefined) entries.delete(String(key));
  else entries.set(String(key), put(entries.get(String(key)), rest, value));
  return Object.fromEntries(entries);
}
