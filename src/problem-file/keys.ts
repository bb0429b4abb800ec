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

/** The path of a field whose name is not one of a file, as `maxCost` is not: `fromFile` would read it as `max_cost`. */
export function oddName(value: unknown, path: readonly string[] = []): readonly string[] | null {
  if (typeof value !== "object" || value === null) return null;
  for (const [name, field] of Object.entries(value)) {
    const at = [...path, name];
    const odd = snakeName(camelName(name)) === name ? oddName(field, at) : at;
    if (odd) return odd;
  }
  return null;
}
