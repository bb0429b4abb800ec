import type { CandidatesAtRate, PatternAtRate } from "../stages/candidates-at-rate.ts";
import type { Demand } from "./demand.ts";

/**
 * cap(k): the most layers that exactly k stages on one instance can hold, k = 0 … the most stages an instance can carry;
 * 0 where k stages are not possible.
 */
export function instanceCapacity(
  atRate: CandidatesAtRate,
  maxStages: number,
  holds: Demand["holds"],
): number[] {
  if (atRate.patterns) return patternCapacity(atRate, atRate.patterns, maxStages, holds);
  const { gpuCount } = atRate.instanceClass.type.instance;
  // Layers by GPUs that may be used, without and with a stage that leaves; −Infinity where so many stages are not possible.
  const nothing = (): number[] => new Array<number>(gpuCount + 1).fill(Number.NEGATIVE_INFINITY);
  let staying: number[] = new Array<number>(gpuCount + 1).fill(0);
  let leaving = nothing();
  const capacity = [0];
  const held = atRate.options.map(holds);
  const most = Math.min(maxStages, atRate.maxStagesPerInstance, gpuCount);
  for (let k = 1; k <= most; k++) {
    const nextStaying = nothing();
    const nextLeaving = nothing();
    for (const [i, { groupGpus }] of atRate.options.entries()) {
      const { any, leaving: last } = held[i]!;
      for (let g = groupGpus; g <= gpuCount; g++) {
        const before = staying[g - groupGpus]!;
        nextStaying[g] = Math.max(nextStaying[g]!, before + any);
        nextLeaving[g] = Math.max(nextLeaving[g]!, before + last, leaving[g - groupGpus]! + any);
      }
    }
    staying = nextStaying;
    leaving = nextLeaving;
    capacity.push(Math.max(0, leaving[gpuCount]!));
  }
  return capacity;
}

/**
 * cap(k) of a class with patterns: the k largest groups of the best pattern, less what one of them at least holds less because it
 * leaves.
 */
function patternCapacity(
  { options }: CandidatesAtRate,
  patterns: readonly PatternAtRate[],
  maxStages: number,
  holds: Demand["holds"],
): number[] {
  const held = options.map(holds);
  const capacity = [0];
  for (const { counts } of patterns) {
    const groups = counts
      .flatMap((count, i) => new Array<number>(count).fill(held[i]!.any))
      .sort((a, b) => b - a);
    const less = held.flatMap(({ any, leaving }, i) => (counts[i]! > 0 ? [any - leaving] : []));
    let layers = -Math.min(...less);
    for (let k = 1; k <= Math.min(groups.length, maxStages); k++) {
      layers += groups[k - 1]!;
      capacity[k] = Math.max(capacity[k] ?? 0, layers);
    }
  }
  return capacity;
}
