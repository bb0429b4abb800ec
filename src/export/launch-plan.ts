import { InputError } from "../errors.ts";
import type { PoolType } from "../hardware/pool.ts";
import { type Layout, tpLayout } from "../model/layout.ts";
import { type Placement, type PlacementStage, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";

/** One instance of a placement as an engine sees it. */
export interface LaunchNode {
  /** From 0, in the order of the first stage on the node. */
  readonly rank: number;
  /** `type#index`. */
  readonly instance: string;
  readonly type: PoolType;
  /** Index of the instance within its type, from 0. */
  readonly instanceIndex: number;
  /** GPUs inside the instance, stage by stage: the order of the engine's ranks. */
  readonly gpuIds: readonly number[];
  /** Stages on the node, from 0, rising. */
  readonly stages: readonly number[];
}

/** A placement cut into nodes and ranks. Rank r of the pipeline is the r-th GPU, stage by stage. */
export interface LaunchPlan {
  readonly nodes: readonly LaunchNode[];
  /** Of all stages; null when their TP degrees differ. */
  readonly layout: Layout | null;
  /** Layers of every stage, in order; they add up to the layers of the model. */
  readonly layerPartition: readonly number[];
}

/**
 * Cuts an evaluated placement into nodes.
 * @throws InputError for stages without GPU ids or on instances that the pool does not have: placements that were not evaluated
 */
export function planLaunch(problem: Problem, placement: Placement): LaunchPlan {
  const { stages } = placement;
  const names = [...new Set(stages.map((stage) => stage.gpu_type))];
  const degrees = new Set(stages.map((stage) => stage.tp_degree));
  return {
    nodes: names.map((name, rank) => nodeOf(problem, placement, name, rank)),
    layout: degrees.size === 1 ? tpLayout(stages[0]!.tp_degree) : null,
    layerPartition: stages.map((stage) => stage.end_layer - stage.start_layer + 1),
  };
}

function nodeOf(
  { pool }: Problem,
  { stages }: Placement,
  instance: string,
  rank: number,
): LaunchNode {
  const parsed = parseInstanceName(instance);
  const type = parsed && pool.byName.get(parsed.typeName);
  if (!type) {
    throw new InputError(instance, "the pool has no such instance.", "Evaluate the placement.");
  }
  const own = [...stages.keys()].filter((index) => stages[index]!.gpu_type === instance);
  return {
    rank,
    instance,
    type,
    instanceIndex: parsed.index,
    gpuIds: own.flatMap((index) => gpuIdsOf(stages[index]!, index)),
    stages: own,
  };
}

function gpuIdsOf({ gpu_ids }: PlacementStage, index: number): readonly number[] {
  if (gpu_ids !== undefined) return gpu_ids;
  throw new InputError(
    `stages[${index}].gpu_ids`,
    "it is missing.",
    "Export the placement that `evaluate` returns.",
  );
}

/** Whether a node gets all GPUs of its instance. */
export function isWholeInstance({ type, gpuIds }: LaunchNode): boolean {
  return gpuIds.length === type.instance.gpuCount;
}
