/** Strings, and what opens, closes and parts objects and lists; numbers and words are passed over. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/** An object or list that is open; of an object, the name that was read last. */
interface Open {
  readonly isObject: boolean;
  name: string | null;
  expectsName: boolean;
}

/**
 * The line, from 1, on which a field's name stands in a text that is JSON, null when it is not there.
 * @param path names of the objects around it, then its own
 */
export function lineOfField(text: string, path: readonly string[]): number | null {
  const open: Open[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    const inside = open.at(-1);
    if (token === "{" || token === "[") {
      open.push({ isObject: token === "{", name: null, expectsName: token === "{" });
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ",") {
      if (inside) inside.expectsName = inside.isObject;
    } else if (inside?.expectsName) {
      inside.name = JSON.parse(token) as string;
      inside.expectsName = false;
      if (open.length === path.length && open.every(({ name }, depth) => name === path[depth])) {
        return text.slice(0, match.index).split("\n").length;
      }
    }
  }
  return null;
}
