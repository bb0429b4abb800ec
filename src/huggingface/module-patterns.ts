import { InputError } from "../errors.ts";

/** Whether a module of a layer, known by several names, is among those that a list of patterns means. Layers count from 0. */
export type ModuleTest = (layer: number, names: readonly string[]) => boolean;

/** How the path of a layer begins: plain, and where the text model is a part of a larger one. */
const LAYER_PATHS = ["model.layers", "language_model.model.layers", "model.language_model.layers"];

/**
 * A test for lists of modules as quantizers write them. A plain name means the module of that name and all inside it, wherever the
 * name stands in the path; `*` means any text; `re:` begins a regular expression for the path's beginning.
 * @throws InputError for a regular expression that is none, and for names of single experts, which are not told apart
 */
export function moduleTest(patterns: readonly string[], place: string): ModuleTest {
  const plain = new Set<string>();
  const expressions: RegExp[] = [];
  for (const pattern of patterns) {
    if (/(?<!shared_)experts\.\d/.test(pattern)) {
      throw new InputError(
        place,
        `"${pattern}" names a single expert.`,
        "Experts of a layer are not told apart here: give the model with --weight-format instead.",
      );
    }
    if (pattern.startsWith("re:")) expressions.push(expression(pattern.slice(3), place));
    else if (pattern.includes("*")) expressions.push(wildcard(pattern));
    else plain.add(pattern);
  }
  if (patterns.length === 0) return () => false;
  const isMeant = (layer: number, names: readonly string[]): boolean =>
    names.some((name) =>
      LAYER_PATHS.some((start) => {
        const path = `${start}.${layer}.${name}`;
        return (
          (plain.size > 0 && partsOf(path).some((part) => plain.has(part))) ||
          expressions.some((test) => test.test(path))
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

function expression(source: string, place: string): RegExp {
  try {
    return new RegExp(`^(?:${source})`);
  } catch {
    throw new InputError(place, `"re:${source}" is no regular expression.`, "Correct it.");
  }
}

function wildcard(pattern: string): RegExp {
  const source = pattern.split("*").map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}(?:\\..*)?$`);
}

/** All runs of names in a dotted path: a.b.c gives a, a.b, a.b.c, b, b.c, c. */
function partsOf(path: string): string[] {
  const names = path.split(".");
  return names.flatMap((_, first) =>
    names.slice(first).map((_, length) => names.slice(first, first + length + 1).join(".")),
  );
}
