/** Text of numbers and names in launch files. The same everywhere: no locale takes part. */

/** A whole number with thousands commas, as engines print it. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** About four significant digits, without exponent: 1210, 40.96, 0.2295. */
export function short(value: number): string {
  return Math.abs(value) >= 1000 ? grouped(value) : String(Number(value.toPrecision(4)));
}

/** "1 node", "3 nodes". */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly (string | number)[]): string {
  const last = words.at(-1);
  return words.length < 2 ? `${last ?? ""}` : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** A text on one line: nothing in it ends a comment or steers a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}

/** Longest name that Kubernetes takes for what others derive names from; a DNS label has 63. */
const MOST_NAME_CHARACTERS = 40;

/** A name that is a DNS label (RFC 1123): small letters, digits and dashes. */
export function dnsName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, MOST_NAME_CHARACTERS)
    .replace(/-+$/, "");
  return name === "" ? "model" : name;
}
