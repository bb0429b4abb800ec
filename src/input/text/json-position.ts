import { placeAt, type TextPlace } from "./json-structure.ts";

/** Where a text stops being JSON: the first character that cannot stand there. */
export interface JsonBreak extends TextPlace {
  /** What stands there, in quotes, or "the end". */
  readonly found: string;
  readonly expected: string;
}

/** A character of a string is a blank or above, and neither a quote (before #) nor a backslash (between [ and ]). */
const TOKEN =
  /[{}[\],:]|"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/uy;
const BLANK = /[ \t\n\r]*/y;

type Expected = "value" | "value or ]" | "key" | "key or }" | ":" | "next" | "end";

/**
 * Finds the first place at which a text breaks the grammar of JSON, null when it does not. JSON.parse says where only for some
 * errors and only in some engines; this is asked after it has failed.
 */
export function findJsonBreak(text: string): JsonBreak | null {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let offset = 0;
  for (;;) {
    BLANK.lastIndex = offset;
    offset += BLANK.exec(text)![0].length;
    if (offset === text.length && expected === "end") return null;
    TOKEN.lastIndex = offset;
    const token = TOKEN.exec(text)?.[0];
    const next: Expected | null = token === undefined ? null : step(expected, token, open);
    if (next === null) return describe(text, offset, expected, open.at(-1));
    expected = next;
    offset += token!.length;
  }
}

/** What may follow a token, null when the token itself may not stand there; keeps `open` up to date. */
function step(expected: Expected, token: string, open: ("{" | "[")[]): Expected | null {
  const afterValue = (): Expected => (open.length === 0 ? "end" : "next");
  switch (expected) {
    case "key":
    case "key or }":
      if (token.startsWith('"')) return ":";
      if (token !== "}" || expected === "key") return null;
      open.pop();
      return afterValue();
    case ":":
      return token === ":" ? "value" : null;
    case "next": {
      const inside = open.at(-1);
      if (token === ",") return inside === "{" ? "key" : "value";
      if (token !== (inside === "{" ? "}" : "]")) return null;
      open.pop();
      return afterValue();
    }
    case "end":
      return null;
    default:
      if (token === "{" || token === "[") {
        open.push(token);
        return token === "{" ? "key or }" : "value or ]";
      }
      if (token === "]" && expected === "value or ]") {
        open.pop();
        return afterValue();
      }
      return /^[}\],:]/.test(token) ? null : afterValue();
  }
}

const WORDS: Readonly<Record<Exclude<Expected, "next">, string>> = {
  value: "a value",
  "value or ]": "a value or ]",
  key: "a name in double quotes",
  "key or }": "a name in double quotes or }",
  ":": "a colon",
  end: "the end",
};

function describe(
  text: string,
  offset: number,
  expected: Expected,
  inside: "{" | "[" | undefined,
): JsonBreak {
  const found = /^(?:[\w.+-]{1,20}|.)/su.exec(text.slice(offset))?.[0];
  return {
    ...placeAt(text, offset),
    found: found === undefined ? "the end" : JSON.stringify(found),
    expected: expected === "next" ? `a comma or ${inside === "{" ? "}" : "]"}` : WORDS[expected],
  };
}
