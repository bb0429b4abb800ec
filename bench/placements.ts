/** Placements of the founding problem on which the evaluator is timed: the same every time. */
import { createRandom, drawItem, type Random } from "../src/bench/random.ts";
import { outlineOf } from "../src/model/outline.ts";
import { evenSplit } from "../src/placement/even-split.ts";
import { instanceName, type Placement, type PlacementStage } from "../src/placement/placement.ts";
import type { Problem } from "../src/placement/problem.ts";
import { type OperatingPoint, PHASES } from "../src/workload/workload.ts";

const SEED = 20_240_607;
const RANDOM_PLACEMENTS = 1200;
const MOST_STAGES = 10;
const BATCHES = [1, 8, 32, 64];
const LENGTHS = [
  [2048, 512],
  [512, 256],
] as const;
const TP_DEGREES = [1, 2, 4, 8];

function operatingPoints(): OperatingPoint[] {
  return PHASES.flatMap((phase) =>
    BATCHES.flatMap((batch) =>
      LENGTHS.map(([inputTokens, outputTokens]) => ({ phase, batch, inputTokens, outputTokens })),
    ),
  );
}

/** Every type at every TP degree on 1, 2 and 4 instances, at every operating point. */
export function evenSplits(problem: Problem): Placement[] {
  const placements: Placement[] = [];
  for (const family of problem.pool.byName.keys()) {
    for (const tpDegree of TP_DEGREES) {
      for (const ppStages of [1, 2, 4]) {
        for (const point of operatingPoints()) {
          const split = evenSplit(problem, { family, tpDegree, ppStages }, point);
          if (split.status === "placement") placements.push(split.placement);
        }
      }
    }
  }
  return placements;
}

/** A TP group and the memory of its GPUs together. */
interface Group {
  readonly instance: string;
  readonly gpuIds: readonly number[];
  readonly memoryGib: number;
}

/** Pipelines of 1 to 10 stages on random GPUs, several on one instance now and then; about half of them fit. */
export function randomPlacements(problem: Problem): Placement[] {
  const random = createRandom(SEED);
  const points = operatingPoints();
  const { numLayers, layerWeightGib } = outlineOf(problem.model.architecture);
  const enoughGib = 1.5 * numLayers * layerWeightGib;
  return Array.from({ length: RANDOM_PLACEMENTS }, () => {
    const point = drawItem(random, points);
    const stages = 1 + Math.floor(random() * MOST_STAGES);
    let groups = randomGroups(problem, stages, random);
    while (sum(groups.map((group) => group.memoryGib)) < enoughGib) {
      groups = randomGroups(problem, stages, random);
    }
    return {
      batch_size: point.batch,
      sequence_length: point.inputTokens,
      output_length: point.outputTokens,
      workload_phase: point.phase,
      stages: layersByMemory(numLayers, groups, random),
    };
  });
}

function randomGroups(problem: Problem, count: number, random: Random): Group[] {
  const freeGpus = new Map<string, number[]>();
  const groups: Group[] = [];
  while (groups.length < count) {
    const type = drawItem(random, problem.pool.types);
    const { name, gpuCount, gpuMemoryGib } = type.instance;
    const instance = instanceName(name, Math.floor(random() * type.count));
    const free = freeGpus.get(instance) ?? Array.from({ length: gpuCount }, (_, id) => id);
    freeGpus.set(instance, free);
    const degrees = TP_DEGREES.filter((degree) => degree <= free.length);
    if (degrees.length === 0) continue;
    const tpDegree = drawItem(random, degrees);
    const gpuIds = Array.from(
      { length: tpDegree },
      () => free.splice(Math.floor(random() * free.length), 1)[0]!,
    ).sort((a, b) => a - b);
    groups.push({ instance, gpuIds, memoryGib: tpDegree * gpuMemoryGib });
  }
  return groups;
}

/** Shares out the layers by memory, give or take a tenth; every group gets at least one. */
function layersByMemory(
  numLayers: number,
  groups: readonly Group[],
  random: Random,
): PlacementStage[] {
  const weights = groups.map(({ memoryGib }) => memoryGib * (0.9 + 0.2 * random()));
  const total = sum(weights);
  let weightSoFar = 0;
  let start = 1;
  return groups.map(({ instance, gpuIds }, index) => {
    weightSoFar += weights[index]!;
    const fairEnd = Math.round((numLayers * weightSoFar) / total);
    const groupsAfter = groups.length - 1 - index;
    const stage = {
      gpu_type: instance,
      tp_degree: gpuIds.length,
      gpu_ids: gpuIds,
      start_layer: start,
      end_layer: Math.min(Math.max(start, fairEnd), numLayers - groupsAfter),
    };
    start = stage.end_layer + 1;
    return stage;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
