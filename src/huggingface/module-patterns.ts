import { RE2JS } from "re2js";
import { InputError } from "../errors.ts";

/** Whether a module of a layer, known by several names, is among those that a list of patterns means. Layers count from 0. */
export type ModuleTest = (layer: number, names: readonly string[]) => boolean;

/** How the path of a layer begins: plain, and where the text model is a part of a larger one. */
const LAYER_PATHS = ["model.layers", "language_model.model.layers", "model.language_model.layers"];

/**
 * A test for lists of modules as quantizers write them. A plain name means the module of that name and all inside it, wherever the
 * name stands in the path; `*` means any text; `re:` begins a regular expression for the path's beginning.
 * A file may hold any pattern: they are matched in a time that grows with the text alone, whatever they are.
 * @throws InputError for a regular expression that is none, that needs backtracking or is too large, and for names of single
 *   experts, which are not told apart
 */
export function moduleTest(patterns: readonly string[], place: string): ModuleTest {
  const plain = new Set<string>();
  const expressions: string[] = [];
  for (const pattern of patterns) {
    if (/(?<!shared_)experts\.\d/.test(pattern)) {
      throw new InputError(
        place,
        `"${pattern}" names a single expert.`,
        "Single experts of a layer are not supported: set --weight-format instead.",
      );
    }
    if (pattern.startsWith("re:")) expressions.push(checked(pattern.slice(3), place));
    else if (pattern.includes("*")) expressions.push(wildcard(pattern));
    else plain.add(pattern);
  }
  if (patterns.length === 0) return () => false;
  const matchesExpression = matcher(expressions, place);
  const isMeant = (layer: number, names: readonly string[]): boolean =>
    names.some((name) =>
      LAYER_PATHS.some((start) => {
        const path = `${start}.${layer}.${name}`;
        return (
          (plain.size > 0 && partsOf(path).some((part) => plain.has(part))) ||
          matchesExpression(path)
        );
      }),
    );
  return patterns.some((pattern) => TELLS_LAYERS_APART.test(pattern))
    ? isMeant
    : sameForAllLayers(isMeant);
}

/** A pattern without digits, and without \d or a set that could stand for some, means the same in every layer. */
const TELLS_LAYERS_APART = /\d|\\d|\[/;

/** Asks once for each module: patterns are long and layers many. */
function sameForAllLayers(test: ModuleTest): ModuleTest {
  const known = new Map<string, boolean>();
  return (_, names) => {
    const key = names.join();
    const answer = known.get(key) ?? test(0, names);
    known.set(key, answer);
    return answer;
  };
}

/** Steps of a compiled expression: real lists take some hundreds, and beyond this compiling is what takes long. */
const MOST_STEPS = 20_000;
/** Characters of all expressions together. */
const MOST_CHARACTERS = 200_000;

/** One test for all expressions, from a path's beginning. */
function matcher(expressions: readonly string[], place: string): (path: string) => boolean {
  if (expressions.length === 0) return () => false;
  const tooLarge = new InputError(
    place,
    "its regular expressions are too large to test.",
    "Name the modules, or set the served format with --weight-format.",
  );
  const characters = expressions.reduce((sum, { length }) => sum + length, 0);
  if (characters > MOST_CHARACTERS) throw tooLarge;
  const all = compiled(`^(?:${expressions.map((source) => `(?:${source})`).join("|")})`);
  if (all === null || all.programSize() > MOST_STEPS) throw tooLarge;
  return (path) => all.test(path);
}

/** The expression itself where it is one that can be matched without backtracking. */
function checked(source: string, place: string): string {
  if (source.length <= MOST_CHARACTERS && compiled(source) !== null) return source;
  throw new InputError(
    place,
    `"re:${source.length <= 60 ? source : `${source.slice(0, 57)}...`}" is not a regular expression that can be tested in linear time.`,
    "Correct it, or write it without looking ahead or back, or set the served format with --weight-format.",
  );
}

function compiled(source: string): RE2JS | null {
  try {
    return RE2JS.compile(source);
  } catch {
    return null;
  }
}

function wildcard(pattern: string): string {
  return `${pattern
    .split("*")
    .map((text) => RE2JS.quote(text))
    .join(".*")}(?:\\..*)?$`;
}

/** All runs of names in a dotted path: a.b.c gives a, a.b, a.b.c, b, b.c, c. */
function partsOf(path: string): string[] {
  const names = path.split(".");
  return names.flatMap((_, first) =>
    names.slice(first).map((_, length) => names.slice(first, first + length + 1).join(".")),
  );
}
