import type { HeldShape, NextStage, SegmentRange } from "../../cost/cost-model.ts";
import type { InstanceType } from "../../hardware/instance.ts";
import type { GroupKind } from "../../hardware/network.ts";
import { type Layout, tpLayout } from "../../model/layout.ts";
import { areLayersAlike, isAllowedCut, layerCount } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { LayerWindows } from "./layer-windows.ts";
import { NOTHING } from "./size-rates.ts";
import { alikeTable, type StartList, type StartTable, type StartTables } from "./start-table.ts";

/** What the tables of one search have in common. */
export interface TableSetting {
  readonly point: OperatingPoint;
  /** S; any number where the cost model does not look at it. */
  readonly pipelineStages: number;
  /** Sizes that stages may have by the rules on sizes, rising. */
  readonly sizes: readonly number[];
}

/**
 * The stages that one kind of TP group can carry, by where they start. Runs of layers that are alike are put to the cost model
 * once: of a model in which only the ends differ some 3·L of the L²/2 runs.
 *
 * Where layers are described the memory bill decides which sizes are possible: those that fit and reach the wanted
 * utilisation, and the largest that fits, as `segmentRange` says it start by start.
 */
export function tabulateStarts(
  problem: Problem,
  instance: InstanceType,
  group: GroupKind,
  setting: TableSetting,
): StartTables {
  if (areLayersAlike(problem.model) && !problem.costModel.dependsOnNext) {
    const leaves = tabulateAlike(problem, instance, group, setting);
    return { leaves, stays: () => null };
  }
  const leaves = tabulateLeaving(problem, instance, group, setting);
  if (!problem.costModel.dependsOnNext) return { leaves, stays: () => null };
  let stays: StartTable | null = null;
  return {
    leaves,
    stays: () => {
      stays ??= staying(leaves, new Runs(problem, instance, group, setting, "same_instance"));
      return stays;
    },
  };
}

/** Stages of layers that are alike: what is known of those that start the model holds for all (axiom 3). */
function tabulateAlike(
  problem: Problem,
  instance: InstanceType,
  group: GroupKind,
  setting: TableSetting,
): StartTable {
  const { model, costModel, rules } = problem;
  const { point, pipelineStages, sizes: allowedSizes } = setting;
  const { smallest, largest, fits } = costModel.segmentRange(
    { instance, group, layout: tpLayout(group.gpus), startLayer: 1, pipelineStages },
    point,
    rules.minMemoryUtilization,
  );
  const runs = new Runs(problem, instance, group, setting, "other_instance");
  const sizes = fits ? allowedSizes.filter((size) => size >= smallest && size <= largest) : [];
  const rates = sizes.map((size) => runs.rate(0, size));
  return alikeTable({ sizes, rates }, layerCount(model), costModel.predictsLatency ? runs : null);
}

/** What a stage sends to changes nothing of its memory, and so nothing of its sizes. */
function staying(leaves: StartTable, runs: Runs): StartTable {
  const lists = leaves.lists.map(({ before, sizes }) => ({
    before,
    sizes,
    rates: sizes.map((size) => runs.rate(before, size)),
  }));
  const toEnd = new Float64Array(leaves.toEnd.length);
  return { ...leaves, lists, toEnd, latencies: leaves.latencies && runs };
}

function tabulateLeaving(
  problem: Problem,
  instance: InstanceType,
  group: GroupKind,
  setting: TableSetting,
): StartTable {
  const { sizes: allowedSizes } = setting;
  const numLayers = layerCount(problem.model);
  const runs = new Runs(problem, instance, group, setting, "other_instance");
  const cuts = Array.from(
    { length: numLayers + 1 },
    (_, after) => after === 0 || isAllowedCut(problem.model, after),
  );
  const verdict = sizeRule(problem, instance, group, setting, runs);
  const windows = LayerWindows.of(problem.model);
  const sharesLists = cuts.every((isCut) => isCut);

  const listFrom = (before: number): StartList => {
    const sizes: number[] = [];
    for (const size of allowedSizes) {
      if (before + size >= numLayers) break;
      const here = verdict(before, size);
      if (here === "too_large") break;
      if (here === "fits" && cuts[before + size]) sizes.push(size);
    }
    return { before, sizes, rates: sizes.map((size) => runs.rate(before, size)) };
  };
  const lists: StartList[] = [];
  const listOf: number[] = [];
  const toEnd = new Float64Array(numLayers);
  const isSize = new Set(allowedSizes);
  for (let before = 0; before < numLayers; before++) {
    if (!cuts[before]) {
      listOf.push(lists.length);
      lists.push({ before, ...NOTHING });
      continue;
    }
    const rest = numLayers - before;
    const endsHere = isSize.has(rest) && verdict(before, rest) === "fits";
    if (endsHere) toEnd[before] = runs.rate(before, rest);
    const like = before > 0 && sharesLists ? windows.firstLikeToEnd(before) : before;
    // One layer less than the rest may be allowed only because the whole rest does not fit, which other starts do not see.
    const isOwn =
      like < before &&
      isSize.has(rest - 1) &&
      verdict(before, rest - 1) === "fits" &&
      !lists[listOf[like]!]!.sizes.includes(rest - 1);
    if (like < before && !isOwn) {
      listOf.push(listOf[like]!);
      continue;
    }
    listOf.push(lists.length);
    lists.push(listFrom(before));
  }
  return { lists, listOf, toEnd, latencies: problem.costModel.predictsLatency ? runs : null };
}

type Verdict = "fits" | "too_small" | "too_large";

/** Shares of the memory this near to a bound are left to the cost model's own comparison. */
const NEAR = 1e-9;

/** What memory says of a size after some layers. Larger ones than one that is too large are too large. */
function sizeRule(
  { model, costModel, rules }: Problem,
  instance: InstanceType,
  group: GroupKind,
  { point, pipelineStages }: TableSetting,
  runs: Runs,
): (before: number, size: number) => Verdict {
  const { minMemoryUtilization } = rules;
  const layout = tpLayout(group.gpus);
  const ranges = new Map<number, SegmentRange>();
  const byRange = (before: number, size: number): Verdict => {
    let range = ranges.get(before);
    if (!range) {
      range = costModel.segmentRange(
        { instance, group, layout, startLayer: before + 1, pipelineStages },
        point,
        minMemoryUtilization,
      );
      ranges.set(before, range);
    }
    if (!range.fits || size > range.largest) return "too_large";
    return size >= range.smallest ? "fits" : "too_small";
  };
  // Where all layers are alike the range is the same for every start.
  if (areLayersAlike(model)) return (_before, size) => byRange(0, size);
  return (before, size) => {
    const share = runs.memoryShare(before, size);
    if (isNear(share, 1) || isNear(share, minMemoryUtilization)) return byRange(before, size);
    if (share > 1) return "too_large";
    if (share > minMemoryUtilization || before + size === layerCount(model)) return "fits";
    const withOneMore = runs.memoryShare(before, size + 1);
    if (isNear(withOneMore, 1)) return byRange(before, size);
    return withOneMore > 1 ? "fits" : "too_small";
  };
}

function isNear(share: number, bound: number): boolean {
  return Math.abs(share - bound) <= NEAR;
}

/** What is known of runs, by their length: share of the memory, tokens/s, seconds of TTFT and of TPOT; NaN where nothing was asked. */
type Row = Float64Array;
const SHARE = 0;
const RATE = 1;
const TTFT = 2;
const TPOT = 3;
const FIELDS = 4;

/** The cost model's answers for the runs of layers of one kind of TP group, each asked for once. */
class Runs {
  private readonly windows: LayerWindows;
  private readonly numLayers: number;
  private readonly layout: Layout;
  /** Runs that end before the model does, by the layers before them. */
  private readonly inner: (Row | undefined)[] = [];
  /** Runs that end the model; here by the layers before them. */
  private readonly ending: Row;

  constructor(
    private readonly problem: Problem,
    private readonly instance: InstanceType,
    private readonly group: GroupKind,
    private readonly setting: TableSetting,
    /** What runs that do not end the model send to. */
    private readonly next: NextStage,
  ) {
    this.numLayers = layerCount(problem.model);
    this.windows = LayerWindows.of(problem.model);
    this.ending = this.newRow();
    this.layout = tpLayout(group.gpus);
  }

  private newRow(): Row {
    return new Float64Array(FIELDS * this.numLayers).fill(Number.NaN);
  }

  /** Memory on each GPU, as a share of what it has. */
  memoryShare(before: number, layers: number): number {
    const row = this.rowOf(before, layers);
    const at = this.placeOf(before, layers) + SHARE;
    if (Number.isNaN(row[at]!)) {
      const shape = this.shape(this.firstLike(before, layers), layers);
      const { totalGib, capacityGib } = this.problem.costModel.memory(shape, this.setting.point);
      row[at] = totalGib / capacityGib;
    }
    return row[at]!;
  }

  /** tokens/s. */
  rate(before: number, layers: number): number {
    return this.estimated(before, layers, RATE);
  }

  ttftSeconds(before: number, layers: number): number {
    return this.estimated(before, layers, TTFT);
  }

  tpotSeconds(before: number, layers: number): number {
    return this.estimated(before, layers, TPOT);
  }

  private estimated(before: number, layers: number, field: number): number {
    const row = this.rowOf(before, layers);
    const at = this.placeOf(before, layers);
    if (Number.isNaN(row[at + RATE]!)) {
      const next = before + layers === this.numLayers ? "none" : this.next;
      const shape = this.shape(this.firstLike(before, layers), layers);
      const estimate = this.problem.costModel.stage({ ...shape, next }, this.setting.point);
      row[at + RATE] = estimate.tokensPerSecond;
      row[at + TTFT] = estimate.ttftSeconds ?? 0;
      row[at + TPOT] = estimate.tpotSeconds ?? 0;
    }
    return row[at + field]!;
  }

  private rowOf(before: number, layers: number): Row {
    if (before + layers === this.numLayers) return this.ending;
    const like = this.firstLike(before, layers);
    let row = this.inner[like];
    if (!row) {
      row = this.newRow();
      this.inner[like] = row;
    }
    return row;
  }

  private placeOf(before: number, layers: number): number {
    return FIELDS * (before + layers === this.numLayers ? before : layers);
  }

  /** The layers before the first run like this one. */
  private firstLike(before: number, layers: number): number {
    return before === 0 || before + layers === this.numLayers
      ? before
      : this.windows.firstLike(before, layers);
  }

  private shape(before: number, layers: number): HeldShape {
    const { instance, group, layout } = this;
    const { pipelineStages } = this.setting;
    return { instance, group, layout, startLayer: before + 1, layers, pipelineStages };
  }
}
