import { pairGBytesPerSecond } from "../../hardware/network.ts";
import type { PoolType } from "../../hardware/pool.ts";
import { layerCount } from "../../model/model.ts";
import { evenSplit, mostStagesPerInstance } from "../../placement/even-split.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { slowestUsedLink } from "../instances/bandwidth-percentile.ts";
import { isAllowed, tpDegreesOf } from "../instances/instance-classes.ts";
import type { SolveRequest } from "../request.ts";
import { brokenRentalRule, rentedMetrics } from "../search/rental-rules.ts";

/** A split of the layers as even as can be over like stages on instances of one type. */
export interface SplitShape {
  readonly tpDegree: number;
  readonly ppStages: number;
  /** Instances that share the stages, as equally many on each as can be. */
  readonly instances: number;
}

/** An even split at one operating point. */
export interface SplitChoice extends SplitShape {
  readonly point: OperatingPoint;
}

/** A split with its placement at one operating point; at others it differs in nothing but those. */
export interface PlacedSplit {
  readonly shape: SplitShape;
  readonly placement: Placement;
}

/** "TP 2 × PP 4", and on how many instances where that is not one for each stage. */
export function splitText({ tpDegree, ppStages, instances }: SplitShape): string {
  const where =
    instances === ppStages
      ? ""
      : ` on ${instances === 1 ? "1 instance" : `${instances} instances`}`;
  return `TP ${tpDegree} × PP ${ppStages}${where}`;
}

/**
 * The splits of a type that a request allows: every TP degree × number of stages × number of instances that share them. Smaller
 * shapes first: among equals the first one wins.
 */
export function* splitsOf(
  problem: Problem,
  request: SolveRequest,
  type: PoolType,
  point: OperatingPoint,
): Generator<PlacedSplit> {
  if (!isAllowed(type, request)) return;
  const { rules, model } = problem;
  const tpDegrees = tpDegreesOf(problem, type, request);
  const mostInstances = Math.min(type.count, request.maxInstances ?? type.count);
  const slowest = slowestUsedLink(problem.pool, problem.network, request.bandwidthPercentile);
  const mostStages = Math.min(rules.maxPipelineStages, layerCount(model));
  for (let ppStages = 1; ppStages <= mostStages; ppStages++) {
    for (const tpDegree of tpDegrees) {
      const most = mostStagesPerInstance(problem, type, tpDegree);
      for (const instances of instanceCounts(ppStages, most, mostInstances)) {
        const shape = { tpDegree, ppStages, instances };
        const split = evenSplit(problem, { family: type.instance.name, ...shape }, point);
        if (split.status !== "placement") continue;
        const { placement } = split;
        const rented = rentedMetrics(problem, placement);
        if (brokenRentalRule(problem, request, placement, rented) !== null) continue;
        if (slowest > 0 && slowestLink(problem, type, placement) < slowest) continue;
        yield { shape, placement };
      }
    }
  }
}

/** On how many instances stages stand at k on each, for every k: rising. */
function instanceCounts(ppStages: number, most: number, mostInstances: number): number[] {
  const counts = new Set<number>();
  for (let each = Math.min(most, ppStages); each >= 1; each--) {
    const instances = Math.ceil(ppStages / each);
    if (instances <= mostInstances) counts.add(instances);
  }
  return [...counts];
}

/** Bandwidth of the slowest link between two instances, GB/s; infinite where there is none. */
function slowestLink({ network }: Problem, type: PoolType, { stages }: Placement): number {
  let slowest = Number.POSITIVE_INFINITY;
  for (let next = 1; next < stages.length; next++) {
    const [from, to] = [stages[next - 1]!, stages[next]!];
    if (from.gpu_type === to.gpu_type) continue;
    const ends = [from, to].map(({ gpu_type, gpu_ids }) => ({
      index: parseInstanceName(gpu_type)!.index,
      gpu: gpu_ids![0]!,
    }));
    const [source, target] = [ends[0]!, ends[1]!];
    const link = pairGBytesPerSecond(
      network,
      type,
      source.index,
      source.gpu,
      type,
      target.index,
      target.gpu,
    );
    slowest = Math.min(slowest, link);
  }
  return slowest;
}
