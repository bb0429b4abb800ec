import { InputError } from "../../errors.ts";
import type { EndWeights } from "../../model/architecture.ts";
import { alikeKind, type LayerKind, type LayerPlan, type Outline } from "../../model/outline.ts";
import { nearestHint } from "../../nearest.ts";
import {
  type CsvRow,
  type CsvTable,
  cellOf,
  cellPlace,
  readNumberCell,
  readTable,
} from "../text/csv.ts";
import type { NumberRange } from "../text/numbers.ts";
import { ELEMENTS, HEADS, LAYER_GIB, LAYERS, TOKENS } from "../text/ranges.ts";

const FIRST = "first_layer";
const LAST = "last_layer";
export const WEIGHT = "layer_weight_memory_gb";
export const HIDDEN = "d_hidden";
const KV_HEADS = "num_kv_heads";
export const WINDOW = "attention_window_tokens";
const CUT_AFTER = "cut_after";

const COLUMNS = {
  required: [FIRST, LAST],
  optional: [WEIGHT, HIDDEN, KV_HEADS, WINDOW, CUT_AFTER],
};

const LAYER: NumberRange = { ...LAYERS, unit: "" };
const RANGES: Readonly<Record<string, NumberRange>> = {
  [WEIGHT]: LAYER_GIB,
  [HIDDEN]: ELEMENTS,
  [KV_HEADS]: HEADS,
  [WINDOW]: TOKENS,
};

/** After which layers of a run a stage may end: any, none, or only the last one. The end of the model is always allowed. */
const CUTS = ["yes", "no", "last"] as const;
type Cut = (typeof CUTS)[number];

/** Layers in a row that are alike: one row of layers.csv. */
export interface LayerRun {
  readonly firstLayer: number;
  readonly lastLayer: number;
  /** What the row's cells say, and config.csv where they are empty. */
  readonly kind: LayerKind;
  /** What the row's own cells say; null where they are empty. */
  readonly given: {
    readonly weightGib: number | null;
    readonly dHidden: number | null;
    readonly numKvHeads: number | null;
  };
  readonly cut: Cut;
  readonly line: number;
}

/** layers.csv as runs that cover the model, by their first layer. */
export interface LayerRuns {
  readonly fileName: string;
  readonly runs: readonly LayerRun[];
  /** Whether the file says how far attention looks back; an empty cell of that column means all the way. */
  readonly saysWindows: boolean;
}

/**
 * Reads layers.csv: one row for each run of layers that are alike, in any order, empty cells as in config.csv.
 * @param model what config.csv states of all layers
 * @throws InputError with file and line for bad cells, unknown columns, and runs that overlap, leave a layer out or go
 * beyond the model.
 */
export function readLayerRuns(text: string, fileName: string, model: Outline): LayerRuns {
  const table = readTable(text, fileName, COLUMNS);
  const runs = table.rows
    .map((row) => readRun(table, row, model))
    .sort((a, b) => a.firstLayer - b.firstLayer || a.line - b.line);
  checkCover(table, runs, model.numLayers);
  return { fileName, runs, saysWindows: table.columns.includes(WINDOW) };
}

/** The layer plan that layers.csv describes, with what stands at the model's ends. */
export function planOfRuns({ runs }: LayerRuns, ends: EndWeights): LayerPlan {
  const kinds: LayerKind[] = [];
  const kindOf: number[] = [];
  // Alternating layers are of two kinds, not of many.
  const positions = new Map<string, number>();
  for (const { firstLayer, lastLayer, kind } of runs) {
    const key = kindKey(kind);
    const position = positions.get(key) ?? kinds.push(kind) - 1;
    positions.set(key, position);
    for (let layer = firstLayer; layer <= lastLayer; layer++) kindOf.push(position);
  }
  return { kinds, kindOf, ...ends };
}

/** Layers after which a stage may end, rising; null: after any. */
export function allowedCutsOf({ runs }: LayerRuns): readonly number[] | null {
  const numLayers = runs.at(-1)!.lastLayer;
  const cuts: number[] = [];
  for (const { firstLayer, lastLayer, cut } of runs) {
    for (let layer = firstLayer; layer <= lastLayer && layer < numLayers; layer++) {
      if (cut === "yes" || (cut === "last" && layer === lastLayer)) cuts.push(layer);
    }
  }
  return cuts.length === numLayers - 1 ? null : cuts;
}

/** The place of a cell of a run, for messages. */
export function runPlace({ fileName }: LayerRuns, { line }: LayerRun, column: string): string {
  return `${fileName}:${line}, column ${column}`;
}

/** The same text for kinds that differ in nothing. */
function kindKey({ weightGib, dHidden, numKvHeads, attentionWindowTokens }: LayerKind): string {
  return [weightGib, dHidden, numKvHeads, attentionWindowTokens].join(" ");
}

function readRun(table: CsvTable, row: CsvRow, model: Outline): LayerRun {
  const firstLayer = readNumberCell(table, row, FIRST, LAYER);
  const lastLayer = readNumberCell(table, row, LAST, LAYER);
  if (lastLayer < firstLayer) {
    throw new InputError(
      cellPlace(table, row, LAST),
      `the run ends at layer ${lastLayer}, before it begins at layer ${firstLayer}.`,
      "Give the first and the last layer of the run, counted from 1.",
    );
  }
  if (lastLayer > model.numLayers) {
    throw new InputError(
      cellPlace(table, row, LAST),
      `layer ${lastLayer} is beyond the model, which has ${model.numLayers} (num_decoder_layers).`,
      `Give layers up to ${model.numLayers}, or correct num_decoder_layers in config.csv.`,
    );
  }
  const cell = (column: string): number | null =>
    cellOf(row, column) === "" ? null : readNumberCell(table, row, column, RANGES[column]!);
  const alike = alikeKind(model);
  const given = {
    weightGib: cell(WEIGHT),
    dHidden: cell(HIDDEN),
    numKvHeads: cell(KV_HEADS),
  };
  return {
    firstLayer,
    lastLayer,
    kind: {
      weightGib: given.weightGib ?? alike.weightGib,
      dHidden: given.dHidden ?? alike.dHidden,
      numKvHeads: readKvHeads(table, row, given.numKvHeads ?? alike.numKvHeads, model),
      attentionWindowTokens: cell(WINDOW),
    },
    given,
    cut: readCut(table, row),
    line: row.line,
  };
}

function readKvHeads(table: CsvTable, row: CsvRow, heads: number, model: Outline): number {
  if (model.numAttentionHeads % heads === 0) return heads;
  throw new InputError(
    cellPlace(table, row, KV_HEADS),
    `num_kv_heads ${heads} does not divide num_attention_heads ${model.numAttentionHeads} (config.csv).`,
    "Give a divisor, or leave the cell empty.",
  );
}

function readCut(table: CsvTable, row: CsvRow): Cut {
  const text = cellOf(row, CUT_AFTER);
  if (text === "") return "yes";
  const cut = CUTS.find((each) => each === text.toLowerCase());
  if (cut) return cut;
  throw new InputError(
    cellPlace(table, row, CUT_AFTER),
    `"${text}" is not a place where a stage may end.`,
    `${nearestHint(text, CUTS)} A stage may end after each layer of the run, after none, or after its last.`,
  );
}

/** Every layer has to be in one run. The runs come by their first layer. */
function checkCover(table: CsvTable, runs: readonly LayerRun[], numLayers: number): void {
  const { fileName } = table;
  let next = 1;
  let before: LayerRun | null = null;
  for (const run of runs) {
    if (run.firstLayer > next) {
      throw new InputError(
        `${fileName}:${run.line}`,
        `${layersWords(next, run.firstLayer - 1)} in no row before the run that begins at layer ${run.firstLayer}.`,
        "Describe every layer once.",
      );
    }
    if (run.firstLayer < next) {
      throw new InputError(
        `${fileName}:${run.line}`,
        `layer ${run.firstLayer} is already described in line ${before!.line} (layers ${before!.firstLayer}-${before!.lastLayer}).`,
        "Describe every layer once.",
      );
    }
    next = run.lastLayer + 1;
    before = run;
  }
  if (next <= numLayers) {
    throw new InputError(
      `${fileName}:${before?.line ?? table.headerLine}`,
      `${layersWords(next, numLayers)} in no row; the model has ${numLayers} (num_decoder_layers).`,
      "Describe every layer once, or remove the file when all layers are alike.",
    );
  }
}

function layersWords(first: number, last: number): string {
  return first === last ? `layer ${first} is` : `layers ${first}-${last} are`;
}
