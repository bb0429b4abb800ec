import { InputError } from "../errors.ts";
import { BYTES_PER_PARAMETER, type WeightFormat } from "../model/architecture.ts";
import type { WeightGroups } from "../model/weight-groups.ts";
import { isJsonObject, isText, type JsonObject, misfit, type PlaceOf } from "./config-fields.ts";
import { type ModuleTest, moduleTest } from "./module-patterns.ts";

/** How a checkpoint's weights and cache are quantised. */
export interface Quantization {
  readonly format: WeightFormat;
  /** Bytes of a weight that is, scales included. */
  readonly bytes: number;
  /** How many weights share a scale, where a cut may not part them; null where that does not matter. */
  readonly group: ScaleGroup | null;
  /** Modules of layers that are not: they keep 16 bit. */
  readonly isLeftAlone: ModuleTest;
  /** Whether the cache is FP8; null where nothing is said. */
  readonly hasFp8Cache: boolean | null;
  readonly place: string;
}

/** Weights that share a scale: so many along the input of a matrix, and along its output; elements. */
export type ScaleGroup = Omit<WeightGroups, "parts">;

/** One object that describes a quantisation, and where it stands. */
interface Section {
  readonly fields: JsonObject;
  readonly place: (name: string) => string;
}

type Format = Pick<Quantization, "format" | "bytes" | "group">;

const fixed = (format: WeightFormat, group: ScaleGroup | null = groupOfFormat(format)): Format => ({
  format,
  bytes: BYTES_PER_PARAMETER[format],
  group,
});

/** What a format alone says of groups. Engines pad parted ones of MXFP4; how INT4 is grouped, a checkpoint says. */
export function groupOfFormat(format: WeightFormat): ScaleGroup | null {
  return format === "nvfp4" ? { inputs: 16, outputs: 1 } : null;
}

const METHODS = [
  "fp8",
  "fbgemm_fp8",
  "compressed-tensors",
  "modelopt",
  "modelopt_fp4",
  "mxfp4",
  "awq",
  "gptq",
] as const;

/**
 * The `quantization_config` of a config.json.
 * @throws InputError with the field's name for a method or a format that is not modelled
 */
export function readQuantizationConfig(
  value: unknown,
  path: readonly string[],
  placeOf: PlaceOf,
): Quantization {
  if (!isJsonObject(value)) throw misfit(placeOf(path), value, "a JSON object");
  const section: Section = { fields: value, place: (name) => placeOf([...path, name]) };
  const method = value.quant_method;
  switch (method) {
    case "fp8":
    case "fbgemm_fp8":
      return finish(section, fixed("fp8", blockOf(section, "weight_block_size", value)), [
        "ignored_layers",
        "modules_to_not_convert",
      ]);
    case "mxfp4":
      return finish(section, fixed("mxfp4"), ["modules_to_not_convert"]);
    case "awq":
    case "gptq":
      refuseByModule(section);
      return finish(section, grouped(section, "bits", value, 4 / 8), ["modules_to_not_convert"]);
    case "compressed-tensors":
      return compressedTensors(section);
    case "modelopt":
    case "modelopt_fp4":
      return finish(section, modeloptFormat(section), ["ignore", "exclude_modules"]);
    default:
      throw new InputError(
        section.place("quant_method"),
        method === undefined ? "it is missing." : `${JSON.stringify(method)} is not known.`,
        `Known: ${METHODS.join(", ")}.`,
      );
  }
}

/**
 * The `quantization` of ModelOpt's hf_quant_config.json.
 * @throws InputError with the field's name for what is not modelled
 */
export function readHfQuantConfig(file: unknown, placeOf: PlaceOf): Quantization {
  const value = isJsonObject(file) ? file.quantization : file;
  if (!isJsonObject(value)) throw misfit(placeOf(["quantization"]), value, "a JSON object");
  const section: Section = { fields: value, place: (name) => placeOf(["quantization", name]) };
  return finish(section, modeloptFormat(section), ["exclude_modules"]);
}

function finish(section: Section, format: Format, lists: readonly string[]): Quantization {
  const name = lists.find((list) => Array.isArray(section.fields[list]));
  const patterns = name === undefined ? [] : (section.fields[name] as readonly unknown[]);
  const place = section.place(name ?? lists[0]!);
  if (!patterns.every(isText)) throw misfit(place, patterns, "a list of module names");
  return {
    ...format,
    isLeftAlone: moduleTest(patterns, place),
    hasFp8Cache: cacheOf(section),
    place,
  };
}

/**
 * A block of weights that share a scale, as outputs × inputs; null where none is named.
 * @throws InputError for what is no pair of whole numbers
 */
function blockOf({ place }: Section, name: string, weights: JsonObject): ScaleGroup | null {
  const block = weights[name] ?? null;
  if (block === null) return null;
  const isPair =
    Array.isArray(block) &&
    block.length === 2 &&
    block.every((side) => Number.isSafeInteger(side) && side > 0);
  if (!isPair) throw misfit(place(name), block, "two whole numbers above 0");
  const [outputs, inputs] = block as [number, number];
  return { inputs, outputs };
}

/** Source: ModelOpt, FP8_2D_BLOCKWISE_WEIGHT_ONLY_CFG. */
const MODELOPT_BLOCK: ScaleGroup = { inputs: 128, outputs: 128 };

/** ModelOpt's names of formats. Source: QUANT_ALGO of TensorRT-LLM and vLLM's modelopt readers. */
const MODELOPT_FORMATS: Readonly<Record<string, WeightFormat>> = {
  FP8: "fp8",
  FP8_PB_WO: "fp8",
  FP8_PER_CHANNEL_PER_TOKEN: "fp8",
  NVFP4: "nvfp4",
  NVFP4_AWQ: "nvfp4",
};

function modeloptFormat({ fields, place }: Section): Format {
  const algorithm = fields.quant_algo;
  const isKnown = typeof algorithm === "string" && Object.hasOwn(MODELOPT_FORMATS, algorithm);
  const format = isKnown ? MODELOPT_FORMATS[algorithm] : undefined;
  if (format) return algorithm === "FP8_PB_WO" ? fixed(format, MODELOPT_BLOCK) : fixed(format);
  throw new InputError(
    place("quant_algo"),
    algorithm === undefined ? "it is missing." : `${JSON.stringify(algorithm)} is not modelled.`,
    `Known: ${Object.keys(MODELOPT_FORMATS).join(", ")}.`,
  );
}

/** Per-module settings of GPTQModel would make the stated bits wrong. */
function refuseByModule({ fields, place }: Section): void {
  const { dynamic } = fields;
  if (!isJsonObject(dynamic) || Object.keys(dynamic).length === 0) return;
  throw new InputError(
    place("dynamic"),
    "bits that differ by module are not modelled.",
    "Set the served format with --weight-format.",
  );
}

/**
 * Integer weights of 4 bits with a 16-bit scale for each group, and a zero point of `zeroBytes` where there is one:
 * 4/8 + (2 + zero)/g bytes. A group of −1 is a whole row, whose scale is less than 0.1 %.
 */
function grouped(
  { place }: Section,
  bitsName: string,
  weights: JsonObject,
  zeroBytes: number,
): Format {
  const bits = weights[bitsName];
  if (bits !== 4) {
    throw new InputError(
      place(bitsName),
      `integer weights of ${JSON.stringify(bits)} bits are not modelled.`,
      "Only those of 4 bits are.",
    );
  }
  const group = weights.group_size ?? -1;
  if (!Number.isSafeInteger(group) || (group !== -1 && (group as number) < 1)) {
    throw misfit(place("group_size"), group, "a whole number from 1 on, or -1");
  }
  if (group === -1) return { format: "int4", bytes: bits / 8, group: null };
  const inputs = group as number;
  return {
    format: "int4",
    bytes: bits / 8 + (2 + zeroBytes) / inputs,
    group: { inputs, outputs: 1 },
  };
}

/** compressed-tensors: one format for all groups; the modules are its targets without those to ignore. */
function compressedTensors(section: Section): Quantization {
  const groups = section.fields.config_groups;
  const place = section.place("config_groups");
  if (!isJsonObject(groups)) throw misfit(place, groups, "a JSON object");
  const all = Object.values(groups).map((group) => groupOf(section, group));
  const [first] = all;
  if (!first) throw misfit(place, groups, "at least one group");
  const other = all.find(({ format, bytes }) => format !== first.format || bytes !== first.bytes);
  if (other) {
    throw new InputError(
      place,
      `it has groups of ${first.format} and of ${other.format} with ${first.bytes} and ${other.bytes} bytes a weight.`,
      "Only weights of one format are modelled: set the served format with --weight-format.",
    );
  }
  const targets = all.flatMap((group) => group.targets);
  const group = all.find((each) => each.group !== null)?.group ?? null;
  const quantization = finish(section, { ...first, group }, ["ignore"]);
  // A target that is a class of modules, as Linear, means all matrices.
  if (targets.some((target) => /^[A-Z]\w*$/.test(target))) return quantization;
  const isTarget = moduleTest(targets, place);
  return {
    ...quantization,
    isLeftAlone: (layer, names) =>
      !isTarget(layer, names) || quantization.isLeftAlone(layer, names),
  };
}

function groupOf(
  section: Section,
  group: unknown,
): Format & { readonly targets: readonly string[] } {
  const place = section.place("config_groups");
  if (!isJsonObject(group) || !isJsonObject(group.weights)) {
    throw misfit(place, group, "groups that quantise weights");
  }
  const { weights, targets } = group;
  if (!Array.isArray(targets) || !targets.every(isText)) {
    throw misfit(place, targets, "targets as a list of strings");
  }
  return { ...groupFormat(section, weights), targets };
}

function groupFormat(section: Section, weights: JsonObject): Format {
  const { num_bits: bits, type, group_size: group } = weights;
  if (type === "float" && bits === 8) {
    const inner: Section = { ...section, place: () => section.place("config_groups") };
    return fixed("fp8", blockOf(inner, "block_structure", weights));
  }
  if (type === "float" && bits === 4 && group === 16) return fixed("nvfp4");
  if (type === "float" && bits === 4 && group === 32) return fixed("mxfp4");
  if (type === "int") {
    const inner: Section = { ...section, place: () => section.place("config_groups") };
    return grouped(inner, "num_bits", weights, weights.symmetric === false ? 4 / 8 : 0);
  }
  throw new InputError(
    section.place("config_groups"),
    `weights of ${JSON.stringify(bits)} bits of type ${JSON.stringify(type)} are not modelled.`,
    "Known: float of 8 bits, float of 4 bits in groups of 16 or 32, int of 4 bits.",
  );
}

/** kv_cache_quant_algo (ModelOpt) or kv_cache_scheme (compressed-tensors). */
function cacheOf({ fields, place }: Section): boolean | null {
  const algorithm = fields.kv_cache_quant_algo ?? null;
  const scheme = fields.kv_cache_scheme ?? null;
  if (algorithm === null && scheme === null) return null;
  const isFp8 =
    algorithm === null
      ? isJsonObject(scheme) && scheme.num_bits === 8 && scheme.type === "float"
      : algorithm === "FP8";
  if (isFp8) return true;
  const name = algorithm === null ? "kv_cache_scheme" : "kv_cache_quant_algo";
  throw new InputError(
    place(name),
    `a KV cache of ${JSON.stringify(fields[name])} is not modelled.`,
    "FP8 is, and 16 bit.",
  );
}
