import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { cellOf, readTable } from "../text/csv.ts";
import type { KeySpec } from "../text/key-spec.ts";
import { rangeHint, readNumber } from "../text/numbers.ts";
import {
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigValues,
  type SettingValues,
} from "./config-keys.ts";

/** Everything but the model, as config.csv or the defaults say it, with the place of every parameter for later checks. */
export interface Settings {
  readonly fileName: string;
  readonly values: SettingValues;
  /** Line of every parameter the file gives. */
  readonly lines: ReadonlyMap<ConfigKey, number>;
}

/** config.csv as values. */
export interface Config extends Settings {
  readonly values: ConfigValues;
}

const COLUMNS = { required: ["parameter", "value"], optional: [] };

/**
 * Reads config.csv: a header `parameter,value` and one parameter a line, in any order.
 * @throws InputError with file and line for parameters that are unknown, repeated or missing, for values a parameter does not
 * take, and for parameters that contradict each other.
 */
export function parseConfig(text: string, fileName: string): Config {
  const table = readTable(text, fileName, COLUMNS);
  const lines = new Map<ConfigKey, number>();
  const read: Partial<Record<ConfigKey, unknown>> = {};
  for (const row of table.rows) {
    const where = `${fileName}:${row.line}`;
    const key = knownKey(cellOf(row, "parameter"), where);
    const earlier = lines.get(key);
    if (earlier !== undefined) {
      throw new InputError(
        where,
        `${key} is already given in line ${earlier}.`,
        "Keep one of the two lines.",
      );
    }
    lines.set(key, row.line);
    read[key] = readValue(key, CONFIG_KEYS[key], cellOf(row, "value"), where);
  }
  const lastLine = table.rows.at(-1)?.line ?? table.headerLine;
  requireKeys(lines, `${fileName}:${lastLine}`);
  for (const key of Object.keys(CONFIG_KEYS) as ConfigKey[]) read[key] ??= null;
  const config: Config = { fileName, values: read as unknown as ConfigValues, lines };
  checkTogether(config);
  return config;
}

/** `config.csv:12` for a parameter that the file gives, the file's name for one that it does not. */
export function configPlace(config: Settings, key: ConfigKey): string {
  const line = config.lines.get(key);
  return line === undefined ? config.fileName : `${config.fileName}:${line}`;
}

function knownKey(name: string, where: string): ConfigKey {
  if (Object.hasOwn(CONFIG_KEYS, name)) return name as ConfigKey;
  throw new InputError(
    where,
    name === "" ? "the parameter has no name." : `unknown parameter "${name}".`,
    nearestHint(name, Object.keys(CONFIG_KEYS)),
  );
}

function readValue(
  key: ConfigKey,
  spec: KeySpec,
  text: string,
  where: string,
): string | number | boolean | null {
  switch (spec.kind) {
    case "text":
      if (text === "") throw new InputError(where, `${key} is empty.`, "Give a name.");
      return text;
    case "boolean": {
      const lower = text.toLowerCase();
      if (lower === "true") return true;
      if (lower === "false") return false;
      throw new InputError(
        where,
        `${key} is "${text}", which is neither true nor false.`,
        "Give true or false.",
      );
    }
    case "choice":
      if (spec.choices.includes(text)) return text;
      throw new InputError(
        where,
        `${key} is "${text}"; expected one of ${spec.choices.join(", ")}.`,
        nearestHint(text, spec.choices),
      );
    case "number": {
      const reading = readNumber(text, spec.range);
      if ("problem" in reading) {
        throw new InputError(where, `${key} is ${reading.problem}.`, rangeHint(spec.range));
      }
      return spec.none?.includes(reading.value) ? null : reading.value;
    }
  }
}

function requireKeys(lines: ReadonlyMap<ConfigKey, number>, where: string): void {
  const missing = (Object.keys(CONFIG_KEYS) as ConfigKey[]).filter(
    (key) => !CONFIG_KEYS[key].optional && !lines.has(key),
  );
  if (missing.length > 0) {
    throw new InputError(
      where,
      `the file ends without the ${missing.length === 1 ? "parameter" : "parameters"} ${missing.join(", ")}.`,
      `Add a line \`${missing[0]},VALUE\`${missing.length === 1 ? "" : " for each"}.`,
    );
  }
}

/** Parameters that are fine alone and make no sense together. */
function checkTogether(config: Config): void {
  const { values, lines } = config;
  const refuse = (key: ConfigKey, message: string, hint: string): never => {
    throw new InputError(configPlace(config, key), message, hint);
  };
  const line = (key: ConfigKey): string => `line ${lines.get(key)}`;

  const weights = (["optimization_priority", "cost_throughput_weight"] as const).filter((key) =>
    lines.has(key),
  );
  if (weights.length === 2) {
    const [later, earlier] =
      lines.get(weights[0]!)! > lines.get(weights[1]!)! ? weights : [...weights].reverse();
    refuse(
      later!,
      `${later} means the same as ${earlier} in ${line(earlier!)}.`,
      "Keep one of the two; cost_throughput_weight is the older name.",
    );
  }
  if (weights.length === 0) {
    const last = Math.max(...lines.values());
    throw new InputError(
      `${config.fileName}:${last}`,
      "the file ends without the parameter optimization_priority.",
      "Add a line `optimization_priority,cost_first` (or balanced, or throughput_first).",
    );
  }
  if (values.head_dim === null && values.d_model % values.num_attention_heads !== 0) {
    refuse(
      "num_attention_heads",
      `num_attention_heads ${values.num_attention_heads} does not divide d_model ${values.d_model} (${line("d_model")}).`,
      "Give the head count and width of the same network, or head_dim where heads have a width of their own.",
    );
  }
  const kvHeads = values.num_kv_heads;
  if (kvHeads !== null && values.num_attention_heads % kvHeads !== 0) {
    refuse(
      "num_kv_heads",
      `num_kv_heads ${kvHeads} does not divide num_attention_heads ${values.num_attention_heads} (${line("num_attention_heads")}).`,
      "Give a divisor; leave the parameter out for a network without grouped-query attention.",
    );
  }
  if (values.min_layers_per_stage > values.num_decoder_layers) {
    refuse(
      "min_layers_per_stage",
      `min_layers_per_stage ${values.min_layers_per_stage} is more than num_decoder_layers ${values.num_decoder_layers} (${line("num_decoder_layers")}), so that no stage is large enough.`,
      `Give at most ${values.num_decoder_layers}.`,
    );
  }
}
