import { layerCount } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import { allowedSegmentSizes } from "../../placement/segment-sizes.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { layerWeights } from "../bounds/layer-weights.ts";
import { restrictions } from "../deployable/restrictions.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import { MatrixLinks } from "../instances/matrix-links.ts";
import type { OtherGroups } from "../instances/tp-groups.ts";
import type { SolveRequest } from "../request.ts";
import { latencyBudget } from "../stages/latency-budget.ts";
import {
  type BatchOptions,
  batchOptions,
  pairRate,
  type StageSetting,
} from "../stages/stage-options.ts";
import type { TableCache } from "../stages/table-cache.ts";
import type { CostScale } from "./goal.ts";
import type { Pace } from "./pace.ts";
import {
  type BoundSetting,
  MOST_BOUND_WEIGHTS,
  StageTables,
  type WeightSets,
} from "./stage-tables.ts";

/** All placements of one batch size and one number of stages at one site. A case is a subproblem at one throughput level. */
export interface Subproblem {
  readonly stageTables: StageTables;
  /** The instances that may be used, all of one site. */
  readonly classes: readonly InstanceClass[];
  readonly point: OperatingPoint;
  readonly stages: number;
  /** Raw rates a placement can have, rising, tokens/s. */
  readonly levels: Float64Array;
  /** End-to-end tokens/s at a level. */
  readonly tokensPerSecond: (level: number) => number;
}

/** What is searched: a problem with the choices of one solve, at some operating points. */
export interface Question {
  readonly problem: Problem;
  readonly request: SolveRequest;
  readonly points: readonly OperatingPoint[];
}

/** What subproblems are made of, beside the question. */
export interface SubproblemParts {
  /** The instances that may be used. */
  readonly classes: readonly InstanceClass[];
  /** Links between instances below this are not used, GB/s. */
  readonly minOutsideGBytesPerSecond: number;
  readonly scale: CostScale;
  readonly tables: TableCache;
}

/** The instances of one site, and groups of theirs that only links or rules on nodes can make worth forming. */
export interface Site {
  readonly classes: readonly InstanceClass[];
  readonly otherGroups: OtherGroups;
}

/** The placements that share tables: of one operating point, of some numbers of stages, at one site. */
export interface TableScope {
  readonly numbers: readonly number[];
  readonly setting: StageSetting;
  readonly site: Site;
  /** The one TP degree of all stages; null: any. */
  readonly groupGpus: number | null;
}

/** What the bounds of all subproblems have in common. */
export function boundSetting(
  { problem, request }: Question,
  { classes, minOutsideGBytesPerSecond, scale }: SubproblemParts,
): BoundSetting {
  return {
    layers: layerCount(problem.model),
    minOutsideGBytesPerSecond,
    scale,
    noIdleGpus: request.noIdleGpus,
    mostInstances: request.maxInstances ?? Number.POSITIVE_INFINITY,
    matrixLinks:
      problem.network.kind === "matrix"
        ? new MatrixLinks(problem.network, classes, minOutsideGBytesPerSecond)
        : null,
  };
}

/** Makes the tables of a scope, with breaks, and the subproblems that need them; none where no stage fits. */
export async function tabulated(
  { problem, request }: Question,
  bounds: BoundSetting,
  { numbers, setting, site: { classes, otherGroups }, groupGpus }: TableScope,
  pace: Pace,
): Promise<readonly Subproblem[]> {
  const { costModel, network } = problem;
  const { point } = setting;
  await tabulate(problem, classes, setting, groupGpus, pace);
  const batch = batchOptions(problem, classes, setting, otherGroups, groupGpus);
  await pace.turn();
  const layerWeights = weightSets(problem, classes, setting);
  await pace.turn();
  const isMatrix = network.kind === "matrix";
  const all: Subproblem[] = [];
  for (const restriction of restrictions(batch, classes, numbers, request, isMatrix)) {
    const stageTables = new StageTables(
      restriction.classes === classes ? batch : onlyOf(batch, restriction.classes),
      restriction.groupGpus,
      restriction.stages.at(-1)!,
      bounds,
      (bandwidth) => pairRate(costModel, bandwidth, point),
      layerWeights,
      restriction.shape,
    );
    for (const stages of restriction.stages) {
      const efficiency = costModel.pipelineEfficiency(point, stages);
      all.push({
        stageTables,
        classes: restriction.classes,
        point,
        stages,
        levels: batch.levels,
        tokensPerSecond: (level) =>
          batch.levels[level]! * efficiency * costModel.realWorldEfficiency,
      });
    }
  }
  return all;
}

/** Makes the tables of a site's stages one by one, with breaks between them; where stages start is most of the work. */
async function tabulate(
  problem: Problem,
  classes: readonly InstanceClass[],
  setting: StageSetting,
  groupGpus: number | null,
  pace: Pace,
): Promise<void> {
  for (const { type, kinds } of classes) {
    for (const kind of kinds) {
      if (groupGpus !== null && kind.gpus !== groupGpus) continue;
      setting.tables.of(problem, type.instance, kind, setting);
      await pace.turn();
    }
  }
}

/**
 * The settings that stages have to be tabulated for at a batch size, each with the numbers of stages that it holds for: one for
 * all where neither the cost model nor a limit on latencies looks at that number, else one each.
 */
export function stageSettings(
  problem: Problem,
  { mostStages }: SolveRequest,
  point: OperatingPoint,
  tables: TableCache,
): { readonly stages: readonly number[]; readonly setting: StageSetting }[] {
  const sizes = allowedSegmentSizes(layerCount(problem.model), problem.rules);
  const most = Math.min(maxStagesOf(problem), mostStages ?? Number.POSITIVE_INFINITY);
  const numbers = Array.from({ length: most }, (_, i) => i + 1);
  if (numbers.length === 0) return [];
  const isLimited = latencyBudget(problem, point, 1) !== null;
  if (!problem.costModel.dependsOnStages && !isLimited) {
    return [
      { stages: numbers, setting: { point, pipelineStages: 1, sizes, latency: null, tables } },
    ];
  }
  return numbers.map((pipelineStages) => ({
    stages: [pipelineStages],
    setting: {
      point,
      pipelineStages,
      sizes: sizesAmong(sizes, layerCount(problem.model), pipelineStages),
      latency: latencyBudget(problem, point, pipelineStages),
      tables,
    },
  }));
}

/** Sizes that leave the other stages of a pipeline not too few layers and not too many. */
function sizesAmong(sizes: readonly number[], layers: number, stages: number): number[] {
  const others = stages - 1;
  const most = layers - others * sizes[0]!;
  const least = layers - others * sizes.at(-1)!;
  return sizes.filter((size) => size >= least && size <= most);
}

function weightSets(
  problem: Problem,
  classes: readonly InstanceClass[],
  setting: StageSetting,
): WeightSets {
  return {
    rows: layerWeights(problem, classes, setting, "as inside", Number.POSITIVE_INFINITY),
    bounds: layerWeights(problem, classes, setting, "own", MOST_BOUND_WEIGHTS),
  };
}

/** The most stages a placement can have; 0 when no size of a stage is allowed. */
export function maxStagesOf(problem: Problem): number {
  const numLayers = layerCount(problem.model);
  const smallest = allowedSegmentSizes(numLayers, problem.rules)[0];
  return smallest === undefined
    ? 0
    : Math.min(problem.rules.maxPipelineStages, Math.floor(numLayers / smallest));
}

/** The options of some of the classes; rates of the others stay among the levels. */
function onlyOf(batch: BatchOptions, classes: readonly InstanceClass[]): BatchOptions {
  return {
    ...batch,
    candidates: batch.candidates.filter(({ instanceClass }) => classes.includes(instanceClass)),
  };
}
