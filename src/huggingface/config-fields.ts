import { InputError } from "../errors.ts";
import { nearestName } from "../nearest.ts";

/** The members of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Where a field stands, as messages say it: `config.json:12, text_config.num_experts`. */
export type PlaceOf = (path: readonly string[]) => string;

/** The text model of a config.json: its fields, and those of the whole file where it is nested. */
export interface ConfigFields {
  readonly own: JsonObject;
  /** Names of the objects that the text model is nested in; empty where it is not. */
  readonly nesting: readonly string[];
  readonly outer: JsonObject;
  /** What the family's configuration class in transformers takes for fields that are absent. */
  readonly defaults: JsonObject;
  readonly placeOf: PlaceOf;
}

/** Names under which checkpoints nest their text model. */
const NESTED_UNDER = ["text_config", "llm_config", "language_config"] as const;

/**
 * The fields of a config.json's text model.
 * @throws InputError when the file is no JSON object
 */
export function configFields(config: unknown, placeOf: PlaceOf): ConfigFields {
  if (!isJsonObject(config)) throw misfit(placeOf([]), config, "a JSON object");
  const name = NESTED_UNDER.find((key) => isJsonObject(config[key]));
  return {
    own: name === undefined ? config : (config[name] as JsonObject),
    nesting: name === undefined ? [] : [name],
    outer: name === undefined ? {} : config,
    defaults: {},
    placeOf,
  };
}

/** A field that is there. */
export interface Found {
  readonly name: string;
  readonly value: unknown;
  /** Where it stands; of a default: where the file would have it. */
  readonly place: string;
}

/** A field of the text model, else of the whole file, else the family's default; null when it is absent everywhere or null. */
export function findField(fields: ConfigFields, name: string): Found | null {
  const { own, outer, defaults, placeOf } = fields;
  const isOwn = (own[name] ?? null) !== null;
  const isOuter = !isOwn && (outer[name] ?? null) !== null;
  const value = own[name] ?? outer[name] ?? defaults[name] ?? null;
  if (value === null) return null;
  return {
    name,
    value,
    // Looked up when it is asked for: most fields are right.
    get place() {
      return isOuter ? placeOf([name]) : placeOfField(fields, name);
    },
  };
}

/** Where a field of the text model stands. */
export function placeOfField({ nesting, placeOf }: ConfigFields, name: string): string {
  return placeOf([...nesting, name]);
}

/**
 * One thing that goes by several names.
 * @throws InputError where two of them are there and differ
 */
function findOneOf(fields: ConfigFields, names: readonly string[]): Found | null {
  const all = names.flatMap((name) => findField(fields, name) ?? []);
  const [first] = all;
  const other = all.find(({ value }) => value !== first!.value);
  if (other) {
    throw new InputError(
      other.place,
      `${other.name} is ${shown(other.value)}, but ${first!.name}, its other name, is ${shown(first!.value)}.`,
      "Remove the wrong one.",
    );
  }
  return first ?? null;
}

/** Nothing that a model has so many of is counted here: vocabularies end below a million, contexts at some ten million tokens. */
const MOST_COUNTED = 1_000_000_000;

/**
 * A whole number from `least` to `most` under one of several names, null when absent.
 * @throws InputError for anything else
 */
export function countOf(
  fields: ConfigFields,
  names: string | readonly string[],
  least: number = 1,
  most: number = MOST_COUNTED,
): number | null {
  const found = findOneOf(fields, typeof names === "string" ? [names] : names);
  if (found === null) return null;
  const value = found.value as number;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw misfit(found.place, value, `a whole number from ${least} to ${most}`);
}

/** A whole number from 1 on that has to be there. @throws InputError with the field's name where it is not */
export function requiredCount(fields: ConfigFields, name: string, most?: number): number {
  const value = countOf(fields, name, 1, most);
  if (value !== null) return value;
  const meant = nearestName(name, Object.keys(fields.own));
  throw new InputError(
    placeOfField(fields, name),
    "it is missing.",
    meant === null
      ? `Give a whole number from 1 to ${most ?? MOST_COUNTED}.`
      : `Is ${meant} meant?`,
  );
}

/** true or false, `absent` where the field is absent. @throws InputError for anything else */
export function flagOf(fields: ConfigFields, name: string, absent: boolean): boolean {
  const found = findField(fields, name);
  if (found === null) return absent;
  if (typeof found.value === "boolean") return found.value;
  throw misfit(found.place, found.value, "true or false");
}

/** A list whose members a test accepts, null when absent. @throws InputError for anything else */
export function listOf<T>(
  fields: ConfigFields,
  name: string,
  isMember: (value: unknown) => value is T,
  wanted: string,
): readonly T[] | null {
  const found = findField(fields, name);
  if (found === null) return null;
  if (Array.isArray(found.value) && found.value.every(isMember)) return found.value;
  throw misfit(found.place, found.value, wanted);
}

/** A list with one member for each layer, null when absent. @throws InputError for another length */
export function listByLayer<T>(
  fields: ConfigFields,
  name: string,
  layers: number,
  isMember: (value: unknown) => value is T,
  wanted: string,
): readonly T[] | null {
  const list = listOf(fields, name, isMember, wanted);
  if (list === null || list.length === layers) return list;
  throw new InputError(
    placeOfField(fields, name),
    `it lists ${list.length} layers, num_hidden_layers is ${layers}.`,
    "Give one entry for each layer.",
  );
}

export const isText = (value: unknown): value is string => typeof value === "string";
export const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An error for a value that is not what its field takes. */
export function misfit(place: string, value: unknown, wanted: string): InputError {
  const isMissing = value === undefined || value === null;
  return new InputError(
    place,
    isMissing ? "it is missing." : `it is ${shown(value)}.`,
    `Give ${wanted}.`,
  );
}

/** A value as JSON, cut to a readable length. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
