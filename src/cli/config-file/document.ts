import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { InputError } from "../../errors.ts";
import { checkSize, tooDeep } from "./document-size.ts";

/** A value of a configuration file. */
export interface Entry {
  readonly key: string;
  readonly node: Node | null;
  /** file:line:column of the value, and its key. */
  readonly where: string;
  /** The same of the key. */
  readonly keyWhere: string;
}

/** A YAML or JSON file whose top level is a map. */
export interface ConfigDocument {
  readonly entries: readonly Entry[];
  /** file:line:column of a node, for messages. */
  readonly placeOf: (node: Node | null) => string;
  /** What an alias stands for; any other node is itself. */
  readonly resolve: (node: unknown) => Node | null;
  /** A node as plain data. */
  readonly valueOf: (node: Node | null) => unknown;
}

/** @throws InputError with file, line and column for what is no YAML, or no map at its top */
export function parseConfigDocument(text: string, path: string): ConfigDocument {
  const { document, lines } = parseUnique(text);
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw syntaxError(problem.message, problem.code, placeAt(problem.pos[0]));
  const placeOf = (node: Node | null): string => placeAt(node?.range?.[0] ?? 0);
  checkSize(document, placeOf);
  const resolve = (node: unknown): Node | null =>
    isAlias(node) ? (node.resolve(document) ?? null) : ((node ?? null) as Node | null);
  const { contents } = document;
  if (contents === null) {
    throw new InputError(
      path,
      "it is empty.",
      "Give at least one line, such as input_length: 2048.",
    );
  }
  if (!isMap(contents)) {
    throw new InputError(
      placeOf(contents),
      "it is not a map.",
      "Give lines of the form key: value.",
    );
  }
  return {
    entries: entriesOf(contents, "", placeOf, resolve),
    placeOf,
    resolve,
    // How much aliases stand for has been checked.
    valueOf: (node) => node?.toJS(document, { maxAliasCount: -1 }) ?? null,
  };
}

/** A document with the errors of the parser, and of keys that are given twice. */
function parseUnique(text: string): { readonly document: Document; readonly lines: LineCounter } {
  const parse = (uniqueKeys: boolean) => {
    const lines = new LineCounter();
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys };
    return { document: parseDocument(text, options), lines };
  };
  // The parser compares every key of a map with all before it: only a file with something wrong is worth that.
  const parsed = parse(false);
  return parsed.document.errors.length > 0 || repeatsKey(parsed.document) ? parse(true) : parsed;
}

function repeatsKey(document: Document): boolean {
  let isRepeated = false;
  visit(document, {
    Map(_, { items }) {
      const names = items.flatMap(({ key }) => (isScalar(key) ? [key.value] : []));
      isRepeated = new Set(names).size < names.length;
      return isRepeated ? visit.BREAK : undefined;
    },
  });
  return isRepeated;
}

/**
 * The pairs of a map by key.
 * @param prefix what stands before the key in messages
 * @throws InputError for a key that is no text
 */
export function entriesOf(
  map: YAMLMap,
  prefix: string,
  placeOf: ConfigDocument["placeOf"],
  resolve: ConfigDocument["resolve"],
): readonly Entry[] {
  return map.items.map(({ key, value }) => {
    const keyNode = resolve(key);
    const name = isScalar(keyNode) ? keyNode.value : undefined;
    if (typeof name !== "string") {
      throw new InputError(placeOf(keyNode), "a key is not a string.", "Put it in quotes.");
    }
    return {
      key: name,
      node: resolve(value),
      where: `${placeOf((value ?? key) as Node)}, ${prefix}${name}`,
      keyWhere: `${placeOf(keyNode)}, ${prefix}${name}`,
    };
  });
}

/** The key of a map by its name. */
export function keyNode(map: Node | null, name: string): Node | null {
  const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === name) : null;
  return isNode(pair?.key) ? pair.key : null;
}

/** What stands at a path below a node: keys of maps, indices of lists. */
export function nodeAt(node: Node | null, path: readonly PropertyKey[]): Node | null {
  if (!isMap(node) && !isSeq(node)) return null;
  const found = node.getIn(path, true);
  return isNode(found) ? found : null;
}

function syntaxError(message: string, code: string, where: string): InputError {
  switch (code) {
    case "DUPLICATE_KEY":
      return new InputError(where, "this key is given twice.", "Keep one of the two.");
    case "MULTIPLE_DOCS":
      return new InputError(where, "a second document starts.", "Keep one.");
    case "RESOURCE_EXHAUSTION":
      return tooDeep(where);
    default:
      return new InputError(
        where,
        `invalid YAML: ${message.replace(/\.$/, "")}.`,
        "Correct the file.",
      );
  }
}
