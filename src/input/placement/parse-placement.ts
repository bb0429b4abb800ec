import { BOUNDS } from "../../bounds.ts";
import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import type { PlacementStage } from "../../placement/placement.ts";
import { PHASES, type Phase } from "../../workload/workload.ts";
import { parseJson } from "../text/parse-json.ts";

/** A placement as a file gives it: the operating point may be left to the problem. */
export interface PlacementInput {
  readonly batch_size?: number;
  readonly sequence_length?: number;
  readonly output_length?: number;
  readonly workload_phase?: Phase;
  readonly stages: readonly PlacementStage[];
  /** Whether it stood under `placement` of an answer, whose batch is the one that was found for the load. */
  readonly isAnswer?: true;
}

/** What came of one line of a file with one placement a line. */
export type PlacementLine =
  | { readonly where: string; readonly placement: PlacementInput }
  | { readonly where: string; readonly error: InputError };

const PLACEMENT_KEYS = [
  "batch_size",
  "sequence_length",
  "output_length",
  "workload_phase",
  "stages",
] as const;
const STAGE_KEYS = [
  "gpu_type",
  "tp_degree",
  "gpu_ids",
  "start_layer",
  "end_layer",
  "segment_size",
] as const;

/**
 * Reads a placement file: one placement, or an object that holds one under `placement` beside other things (a solution, an
 * evaluation). Whether the pool has the instances and the stages cover the layers is for `evaluate` to say.
 * @throws InputError with line and column for broken JSON, with the JSON path for what is no placement.
 */
export function parsePlacement(text: string, fileName: string): PlacementInput {
  return readPlacement(text, fileName, 1);
}

/**
 * Reads one placement a line, in the order of the lines; a bad line does not keep the others from being read. Empty lines
 * at the end of the file are none; in the middle they are bad lines, so that answers keep the place of their questions.
 * @param firstLine Line of the file on which the text starts, for files that are read piece by piece.
 */
export function parsePlacementLines(
  text: string,
  fileName: string,
  firstLine: number = 1,
): PlacementLine[] {
  const lines = text.trimEnd().split("\n");
  if (lines.length === 1 && lines[0] === "") return [];
  return lines.map((line, index) => {
    const where = `${fileName}:${firstLine + index}`;
    try {
      return { where, placement: readPlacement(line, fileName, firstLine + index, where) };
    } catch (error) {
      if (error instanceof InputError) return { where, error };
      throw error;
    }
  });
}

/** `firstLine`: line of the file on which the text starts; `where`: the place of the JSON, before paths inside it. */
function readPlacement(
  text: string,
  fileName: string,
  firstLine: number,
  where: string = fileName,
): PlacementInput {
  if (text.trim() === "") {
    throw new InputError(
      `${fileName}:${firstLine}`,
      "there is no placement.",
      'Give a JSON object with "stages".',
    );
  }
  const value = parseJson(text, fileName, firstLine);
  try {
    const root = asObject(value);
    if (!Object.hasOwn(root, "placement") || Object.hasOwn(root, "stages")) {
      return readFields(root);
    }
    if (root.placement === null && typeof root.status === "string") {
      const problem = `it is null: the answer is "${root.status}".`;
      throw new Misfit("placement", problem, "Give an answer that has a placement.");
    }
    const placement = inside("placement", () => readFields(asObject(root.placement)));
    return { ...placement, isAnswer: true };
  } catch (error) {
    if (error instanceof Misfit) throw error.toInputError(where);
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** A value that is not what its field takes. Its path grows on the way out, so that good values cost no path at all. */
class Misfit {
  readonly path: string;
  readonly message: string;
  readonly hint: string;

  constructor(path: string, message: string, hint: string) {
    this.path = path;
    this.message = message;
    this.hint = hint;
  }

  toInputError(where: string): InputError {
    const place = this.path === "" ? where : `${where}: ${this.path}`;
    return new InputError(place, this.message, this.hint);
  }
}

/** Reads something inside a field or an element; a misfit there gets its path. */
function inside<T>(step: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const dot = error.path === "" || error.path.startsWith("[") ? "" : ".";
    throw new Misfit(`${step}${dot}${error.path}`, error.message, error.hint);
  }
}

function readFields(fields: Fields): PlacementInput {
  refuseUnknown(fields, PLACEMENT_KEYS);
  const stages = fields.stages;
  if (!Array.isArray(stages)) throw misfit("stages", stages, "an array of stages");
  const read: { -readonly [K in keyof PlacementInput]: PlacementInput[K] } = {
    stages: inside("stages", () => stages.map(readStageAt)),
  };
  if (fields.batch_size !== undefined)
    read.batch_size = readInteger(fields, "batch_size", 1, BOUNDS.sequences.most);
  if (fields.sequence_length !== undefined) {
    read.sequence_length = readInteger(fields, "sequence_length", 1, BOUNDS.tokens.most);
  }
  if (fields.output_length !== undefined) {
    read.output_length = readInteger(fields, "output_length", 0, BOUNDS.tokens.most);
  }
  if (fields.workload_phase !== undefined) {
    read.workload_phase = readPhase(fields.workload_phase);
  }
  return read;
}

function readStageAt(value: unknown, index: number): PlacementStage {
  try {
    return readStage(asObject(value));
  } catch (error) {
    // Thrown again with the index: unlike the call, its text is needed only now.
    return inside(`[${index}]`, () => {
      throw error;
    });
  }
}

function readStage(fields: Fields): PlacementStage {
  refuseUnknown(fields, STAGE_KEYS);
  const instance = fields.gpu_type;
  if (typeof instance !== "string" || instance === "") {
    throw misfit("gpu_type", instance, "an instance such as g5.48xlarge#0");
  }
  const startLayer = readInteger(fields, "start_layer");
  const stage: { -readonly [K in keyof PlacementStage]: PlacementStage[K] } = {
    gpu_type: instance,
    tp_degree: readInteger(fields, "tp_degree", 1),
    start_layer: startLayer,
    end_layer: readEndLayer(fields, startLayer),
  };
  if (fields.gpu_ids !== undefined) stage.gpu_ids = readGpuIds(fields.gpu_ids);
  return stage;
}

/** The last layer: end_layer, or start_layer + segment_size − 1; both have to say the same. */
function readEndLayer(fields: Fields, startLayer: number): number {
  if (fields.segment_size === undefined) return readInteger(fields, "end_layer");
  const size = readInteger(fields, "segment_size", 1);
  const endBySize = startLayer + size - 1;
  if (fields.end_layer === undefined) return endBySize;
  const endLayer = readInteger(fields, "end_layer");
  if (endLayer !== endBySize) {
    throw new Misfit(
      "",
      `segment_size ${size} from start_layer ${startLayer} ends at layer ${endBySize}, but end_layer is ${endLayer}.`,
      "Make the two agree, or keep one of them.",
    );
  }
  return endLayer;
}

function readGpuIds(value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw misfit("gpu_ids", value, "an array of GPU numbers");
  for (let index = 0; index < value.length; index++) {
    if (!Number.isSafeInteger(value[index])) {
      throw misfit(`gpu_ids[${index}]`, value[index], "the whole number of a GPU, from 0");
    }
  }
  return value;
}

function readInteger(
  fields: Fields,
  key: string,
  min: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = fields[key];
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= most) {
    return value as number;
  }
  const least = min === Number.MIN_SAFE_INTEGER ? "" : ` from ${min}`;
  const isLarge = typeof value === "number" && value > most;
  throw misfit(key, value, `a whole number${least}${isLarge ? ` to ${most}` : ""}`);
}

function readPhase(value: unknown): Phase {
  const phase = PHASES.find((known) => known === value);
  if (phase) return phase;
  if (typeof value !== "string") throw misfit("workload_phase", value, PHASES.join(" or "));
  throw new Misfit(
    "workload_phase",
    `"${value}" is not a workload phase.`,
    nearestHint(value, PHASES),
  );
}

function refuseUnknown(fields: Fields, known: readonly string[]): void {
  for (const key of Object.keys(fields)) {
    if (!known.includes(key)) {
      throw new Misfit(key, `unknown field "${key}".`, nearestHint(key, known));
    }
  }
}

function asObject(value: unknown): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw misfit("", value, "a JSON object");
}

function misfit(path: string, value: unknown, wanted: string): Misfit {
  const quoted = typeof value === "string" && wanted.includes("number");
  return new Misfit(
    path,
    value === undefined ? "it is missing." : `it is ${show(value)}.`,
    `Give ${wanted}${quoted ? ", without quotes" : ""}.`,
  );
}

/** A value as JSON, cut to a readable length; JSON has no words for the numbers that are none. */
function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
