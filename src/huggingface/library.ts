import { InputError } from "../errors.ts";
import { WEIGHT_FORMATS, type WeightFormat } from "../model/architecture.ts";
import { isJsonObject, misfit } from "./config-fields.ts";
import type { HuggingFaceModel, ModelOverrides } from "./huggingface-model.ts";
import type { JsonFile } from "./quantization-files.ts";
import { huggingFaceModel } from "./read-huggingface.ts";

/** A model of the library, as its file states it. */
export interface LibraryEntry {
  readonly name: string;
  /** `owner/name` on Hugging Face. */
  readonly repository: string;
  readonly publishedParameters: PublishedParameters;
  /** Where the fields and the counts are published. */
  readonly source: string;
  /** The day they were looked at, YYYY-MM-DD. */
  readonly checkedOn: string;
  /** Repositories of others that have the weights in other formats, in the layout compressed-tensors. */
  readonly quantised: QuantisedCheckpoints;
  /** The fields of the repository's config.json that are read. */
  readonly config: unknown;
}

type QuantisedCheckpoints = {
  readonly [Format in WeightFormat]?: {
    /** `owner/name` on Hugging Face. */
    readonly repository: string;
    /** Where it is published. */
    readonly source: string;
  };
};

/** Parameters as the publisher states them. */
interface PublishedParameters {
  readonly total: number;
  /** Null where the model has no experts or nothing is stated. */
  readonly active: number | null;
  /** Which of a model's active parameters the publisher counts. */
  readonly activeCounts: ActiveCounts;
}

/** `layers`: without embedding and LM head. */
const ACTIVE_COUNTS = ["all", "without embedding", "layers"] as const;
type ActiveCounts = (typeof ACTIVE_COUNTS)[number];

/**
 * A file of the library.
 * @throws InputError with the field's name for what is missing
 */
export function libraryEntry({ value, placeOf }: JsonFile): LibraryEntry {
  if (!isJsonObject(value)) throw misfit(placeOf([]), value, "a JSON object");
  const text = (name: string, pattern: RegExp, wanted: string): string =>
    textAt({ value, placeOf }, [name], pattern, wanted);
  return {
    name: text("name", /^[a-z0-9][a-z0-9.-]*$/, "a name of small letters, digits, . and -"),
    repository: text("repository", REPOSITORY, "owner/name on Hugging Face"),
    source: text("source", /\S/, "where the fields and counts are published"),
    checkedOn: text("checkedOn", /^\d{4}-\d\d-\d\d$/, "a day as YYYY-MM-DD"),
    publishedParameters: published({ value: value.publishedParameters, placeOf }),
    quantised: quantised({ value: value.quantised, placeOf }),
    config: value.config,
  };
}

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/** A text of a file. @throws InputError at its place for another value */
function textAt(
  { value, placeOf }: JsonFile,
  path: readonly string[],
  pattern: RegExp,
  wanted: string,
): string {
  const name = path.at(-1)!;
  const field = isJsonObject(value) ? value[name] : undefined;
  if (typeof field === "string" && pattern.test(field)) return field;
  throw misfit(placeOf(path), field, wanted);
}

function quantised({ value, placeOf }: JsonFile): QuantisedCheckpoints {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw misfit(placeOf(["quantised"]), value, "a JSON object");
  const entries = Object.entries(value).map(([format, checkpoint]) => {
    const path = ["quantised", format];
    if (!WEIGHT_FORMATS.some((known) => known === format)) {
      throw misfit(placeOf(path), format, `one of ${WEIGHT_FORMATS.join(", ")}`);
    }
    const file = { value: checkpoint, placeOf };
    return [
      format,
      {
        repository: textAt(file, [...path, "repository"], REPOSITORY, "owner/name on Hugging Face"),
        source: textAt(file, [...path, "source"], /\S/, "where it is published"),
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

function published({ value, placeOf }: JsonFile): PublishedParameters {
  const path = "publishedParameters";
  if (!isJsonObject(value)) throw misfit(placeOf([path]), value, "a JSON object");
  const { total, active = null, activeCounts = "all" } = value;
  if (typeof total !== "number" || !(total > 0)) {
    throw misfit(placeOf([path, "total"]), total, "a number of parameters");
  }
  if (active !== null && !(typeof active === "number" && active > 0 && active <= total)) {
    throw misfit(placeOf([path, "active"]), active, "a number of parameters, at most all");
  }
  const counts = ACTIVE_COUNTS.find((name) => name === activeCounts);
  if (counts === undefined) {
    throw misfit(
      placeOf([path, "activeCounts"]),
      activeCounts,
      `one of ${ACTIVE_COUNTS.join(", ")}`,
    );
  }
  return { total, active, activeCounts: counts };
}

/** A model of the library: what its file states, and what follows from it. */
export interface LibraryModel {
  readonly entry: LibraryEntry;
  readonly model: HuggingFaceModel;
}

/**
 * The model of a file of the library, read like any config.json.
 * @throws InputError with the field's name
 */
export function libraryModel(file: JsonFile, overrides: ModelOverrides = {}): HuggingFaceModel {
  const { name, repository, quantised: others, config } = libraryEntry(file);
  if (config === undefined) {
    throw new InputError(
      file.placeOf(["config"]),
      "it is missing.",
      "Give the fields of config.json.",
    );
  }
  const placeOf = (path: readonly string[]): string => file.placeOf(["config", ...path]);
  const model = huggingFaceModel({
    name,
    repository,
    config: { value: config, placeOf },
    overrides,
  });
  const { weightFormat } = overrides;
  const other = weightFormat && model.checkpoint === null ? others[weightFormat] : undefined;
  return other ? { ...model, quantisedCheckpoint: other.repository } : model;
}
