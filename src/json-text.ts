/** Control characters but line feeds, which stand between members only, and what is invisible or turns text round. */
const STEERING = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A value as JSON that steers no terminal it is printed on: what could is escaped, so that it parses to the same value.
 * @param indent blanks of a level; absent: all in one line
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(STEERING, escaped);
}

function escaped(characters: string): string {
  return Array.from({ length: characters.length }, (_, index) => {
    const code = characters.charCodeAt(index).toString(16).padStart(4, "0");
    return `\\u${code}`;
  }).join("");
}
