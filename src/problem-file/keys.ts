/** Names of fields in files are snake_case, those of the program camelCase; every name has one counterpart. */

/** `maxModelLenTokens` as `max_model_len_tokens`. */
export function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `max_model_len_tokens` as `maxModelLenTokens`. */
function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Plain data with all field names in snake_case, sorted, so that equal data has equal text; fields without a value are left out. */
export function toFile(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toFile);
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => [snakeName(name), toFile(field)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields);
}

/** The inverse of `toFile`. */
export function fromFile(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromFile);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [camelName(name), fromFile(field)]),
  );
}
