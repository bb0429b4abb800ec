import { InternalError } from "../../errors.ts";
import { instanceName } from "../../placement/placement.ts";
import type { CandidatesAtRate } from "../stages/candidates-at-rate.ts";
import type { InstancePlan, PackedPattern } from "./instance-plan.ts";

/** A stage that still has to find its place in the pipeline. */
export interface Piece {
  readonly groupGpus: number;
  readonly gpuIds: readonly number[];
  /** What the plan says of the stage: its size, or another number that identifies it. */
  readonly tag: number;
}

/** The stages of one concrete instance. */
export interface PackedInstance {
  readonly name: string;
  readonly neighbours: boolean;
  readonly pieces: readonly Piece[];
}

/** Puts a class's stages on as few of its instances as the plan has. */
export function packInstances(plan: InstancePlan): PackedInstance[] {
  const { instanceClass, neighbours } = plan.atRate;
  const bins = plan.patterns ? fillPatterns(plan, plan.patterns) : fillInstances(plan);
  return bins
    .map((pieces, i) => ({
      name: instanceName(instanceClass.type.instance.name, instanceClass.instances[i]!),
      neighbours,
      pieces,
    }))
    .filter(({ pieces }) => pieces.length > 0);
}

/** Larger TP degrees first, each into the first instance with room: exact for degrees that divide one another. */
function fillInstances({ atRate, instances, stages }: InstancePlan): Piece[][] {
  const { gpuCount, name } = atRate.instanceClass.type.instance;
  const bins: Piece[][] = Array.from({ length: instances }, () => []);
  const used: number[] = new Array(instances).fill(0);
  for (const { groupGpus, tag } of stagesOf(atRate, stages)) {
    const bin = bins.findIndex(
      (pieces, i) =>
        used[i]! + groupGpus <= gpuCount && pieces.length < atRate.maxStagesPerInstance,
    );
    if (bin < 0) throw notPacked(name, instances);
    bins[bin]!.push({ groupGpus, tag, gpuIds: range(used[bin]!, groupGpus) });
    used[bin]! += groupGpus;
  }
  return bins;
}

/** Stages on the groups of the patterns that the plan has chosen, one instance a pattern. */
function fillPatterns(
  { atRate, stages }: InstancePlan,
  patterns: readonly PackedPattern[],
): Piece[][] {
  const { instanceClass, options } = atRate;
  const left = stages.map((list) => [...list].sort((a, b) => b - a));
  const bins = patterns.map(({ counts, partition }, i): Piece[] => {
    const groups =
      partition === null
        ? null
        : [...instanceClass.groupsOf(instanceClass.instances[i]!, partition)];
    let nextGpu = 0;
    const pieces: Piece[] = [];
    for (let option = options.length - 1; option >= 0; option--) {
      const { groupGpus, kinds } = options[option]!;
      for (const tag of left[option]!.splice(0, counts[option]!)) {
        const at = groups ? groups.findIndex(({ kind }) => kinds.includes(kind)) : -1;
        const gpuIds = groups ? groups.splice(at, 1)[0]!.gpuIds : range(nextGpu, groupGpus);
        nextGpu += groupGpus;
        pieces.push({ groupGpus, tag, gpuIds });
      }
    }
    return pieces;
  });
  if (left.some((list) => list.length > 0)) {
    throw notPacked(instanceClass.type.instance.name, patterns.length);
  }
  return bins;
}

/** A plan's stages, larger TP degrees and tags first. */
function stagesOf(
  atRate: CandidatesAtRate,
  stages: InstancePlan["stages"],
): { readonly groupGpus: number; readonly tag: number }[] {
  return stages
    .flatMap((list, option) =>
      list.map((tag) => ({ groupGpus: atRate.options[option]!.groupGpus, tag })),
    )
    .sort((a, b) => b.groupGpus - a.groupGpus || b.tag - a.tag);
}

function range(start: number, length: number): number[] {
  return Array.from({ length }, (_, i) => start + i);
}

function notPacked(name: string, instances: number): InternalError {
  return new InternalError(
    `the stages of ${name} do not pack into the ${instances} instances the MILP gave them.`,
  );
}
