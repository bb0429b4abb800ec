import { type Document, isAlias, isCollection, isPair, type Node } from "yaml";
import { InputError } from "../../errors.ts";

/** Lists and maps that may stand inside one another; a problem has four levels. */
const MOST_LEVELS = 64;

/** Values that aliases of a document may stand for together. */
const MOST_ALIASED = 1000;

/** What stands where a list or a map is, aliases as they are. */
interface Size {
  readonly levels: number;
  readonly values: number;
}

/**
 * Refuses a document that is far larger inside than its text: lists inside lists without end, and aliases of aliases.
 * @throws InputError at the node
 */
export function checkSize(document: Document, placeOf: (node: Node | null) => string): void {
  const known = new Map<unknown, Size>();
  const open = new Set<unknown>();
  let aliased = 0;
  const sizeOf = (node: unknown, level: number): Size => {
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (open.has(target)) {
        throw new InputError(placeOf(node), "an alias refers to itself.", ALIASES);
      }
      const size = sizeOf(target, level);
      aliased += size.values;
      if (aliased <= MOST_ALIASED) return size;
      throw new InputError(
        placeOf(node),
        `the aliases up to here expand to more than ${MOST_ALIASED} values.`,
        ALIASES,
      );
    }
    if (isPair(node)) return sum([sizeOf(node.key, level), sizeOf(node.value, level)]);
    if (!isCollection(node)) return { levels: 0, values: 1 };
    const size = known.get(node) ?? sizeOfItems(node, level);
    if (level + size.levels > MOST_LEVELS) throw tooDeep(placeOf(node));
    return size;
  };
  const sizeOfItems = (node: { readonly items: readonly unknown[] }, level: number): Size => {
    if (level === MOST_LEVELS) throw tooDeep(placeOf(node as unknown as Node));
    open.add(node);
    const inside = sum(node.items.map((item) => sizeOf(item, level + 1)));
    open.delete(node);
    const size = { levels: inside.levels + 1, values: inside.values + 1 };
    known.set(node, size);
    return size;
  };
  sizeOf(document.contents, 0);
}

const ALIASES = "Write the values out.";

/** The error for lists and maps inside one another without end. */
export function tooDeep(where: string): InputError {
  return new InputError(
    where,
    `more than ${MOST_LEVELS} levels of lists and maps are nested.`,
    "Reduce the nesting.",
  );
}

function sum(sizes: readonly Size[]): Size {
  return sizes.reduce(
    (all, { levels, values }) => ({
      levels: Math.max(all.levels, levels),
      values: all.values + values,
    }),
    { levels: 0, values: 0 },
  );
}
