import {
  type CandidatesAtRate,
  type OptionAtRate,
  type PatternAtRate,
  subPatterns,
} from "../stages/candidates-at-rate.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import { sizesOf } from "../stages/starts-at-rate.ts";
import type { NodeShape } from "./node-rules.ts";
import { foldStarts, hasRuns, nodeStarts } from "./node-starts.ts";

/** What decides how stages become nodes. */
export interface NodeSetting {
  readonly shape: NodeShape;
  /** L. */
  readonly layers: number;
  readonly noIdleGpus: boolean;
  /** Null where no latency is limited. */
  readonly budget: LatencyBudget | null;
}

/**
 * What is left of instance classes when every node has k stages that follow each other, in a pipeline of `stages` stages of one TP
 * degree. Stages of one node are neighbours, so a class whose inside bandwidth is too small is out for k > 1; with a second node
 * every node has a link to another one, so a class whose network share is too small is out.
 */
export function nodeInstances(
  candidates: readonly CandidatesAtRate[],
  stages: number,
  setting: NodeSetting,
): CandidatesAtRate[] {
  const { shape } = setting;
  const usable = candidates.filter((atRate) => isUsable(atRate, stages, setting));
  return shape.placesNodes
    ? usable.flatMap((atRate) => asNodes(atRate, setting))
    : usable.flatMap((atRate) => withEqualStages(atRate, shape.stagesPerNode));
}

function isUsable(
  { instanceClass, options, solo, neighbours }: CandidatesAtRate,
  stages: number,
  { shape: { stagesPerNode, wholeInstances }, noIdleGpus }: NodeSetting,
): boolean {
  const { gpuCount } = instanceClass.type.instance;
  const used = stagesPerNode * options[0]!.groupGpus;
  return (
    (wholeInstances || noIdleGpus ? used === gpuCount : used <= gpuCount) &&
    (stages === stagesPerNode || !solo) &&
    (stagesPerNode === 1 || neighbours)
  );
}

/** A class whose instances are nodes: one option, one group an instance, the sizes those of all stages of a node. */
function asNodes(
  atRate: CandidatesAtRate,
  { shape, budget }: NodeSetting,
): readonly CandidatesAtRate[] {
  const { stagesPerNode, restType } = shape;
  // The GPUs of a derived network are alike, so that a degree is one option.
  const [stage] = atRate.options as readonly [OptionAtRate];
  const firstOnly = restType !== null && atRate.instanceClass.type.instance.name !== restType;
  const starts =
    stage.starts.table.isAlike && budget === null
      ? foldStarts(stage.starts, stagesPerNode)
      : nodeStarts(stage.starts, stage.stays ?? stage.starts, stagesPerNode, budget, firstOnly);
  if (!hasRuns(starts)) return [];
  const sizes = sizesOf(starts);
  const [smallest] = sizes;
  const largest = sizes.at(-1);
  if (smallest === undefined || largest === undefined) return [];
  const node: OptionAtRate = {
    groupGpus: stagesPerNode * stage.groupGpus,
    kinds: stage.kinds,
    sizes,
    smallest,
    largest,
    contiguous: largest - smallest + 1 === sizes.length,
    starts,
    // Where a node has its next one is another instance, always.
    stays: null,
  };
  return [
    {
      instanceClass: atRate.instanceClass,
      options: [node],
      patterns: null,
      solo: false,
      neighbours: true,
      maxStagesPerInstance: 1,
      stageOfNode: stage,
    },
  ];
}

/** A class with listed groups, of which every instance in use has exactly so many in use. */
function withEqualStages(atRate: CandidatesAtRate, stagesPerNode: number): CandidatesAtRate[] {
  const patterns = exactPatterns(atRate.patterns ?? [], stagesPerNode);
  if (patterns.length === 0) return [];
  return [{ ...atRate, patterns, maxStagesPerInstance: stagesPerNode }];
}

/** Every part of the patterns with exactly so many groups. */
function exactPatterns(patterns: readonly PatternAtRate[], groups: number): PatternAtRate[] {
  return subPatterns(patterns, groups).filter(
    ({ counts }) => counts.reduce((sum, count) => sum + count, 0) === groups,
  );
}
