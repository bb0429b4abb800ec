import { InternalError } from "../../errors.ts";
import type { PoolType } from "../../hardware/pool.ts";
import { isAllowedCut, layerCount } from "../../model/model.ts";
import { evenSeats, evenSplit, mostStagesPerInstance } from "../../placement/even-split.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { allowedSegmentSizes } from "../../placement/segment-sizes.ts";
import type { OperatingPoint } from "../../workload/workload.ts";

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

/** "TP 2 × PP 4", and on how many instances where that is not one for each stage. */
export function splitText({ tpDegree, ppStages, instances }: SplitShape): string {
  const where =
    instances === ppStages
      ? ""
      : ` on ${instances === 1 ? "1 instance" : `${instances} instances`}`;
  return `TP ${tpDegree} × PP ${ppStages}${where}`;
}

/**
 * The shapes of splits of a type: every TP degree × number of stages × number of instances that share them. Smaller shapes first: among
 * equals the first one wins.
 */
export function shapesOf(
  problem: Problem,
  type: PoolType,
  tpDegrees: readonly number[],
  mostInstances: number,
): SplitShape[] {
  const { rules, model } = problem;
  const mostStages = Math.min(rules.maxPipelineStages, layerCount(model));
  const shapes: SplitShape[] = [];
  for (let ppStages = 1; ppStages <= mostStages; ppStages++) {
    for (const tpDegree of tpDegrees) {
      const most = mostStagesPerInstance(problem, type, tpDegree);
      for (const instances of instanceCounts(ppStages, most, mostInstances)) {
        shapes.push({ tpDegree, ppStages, instances });
      }
    }
  }
  return shapes;
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

/** The placement of a split of a type. */
export function placedSplit(
  problem: Problem,
  { instance }: PoolType,
  shape: SplitShape,
  point: OperatingPoint,
): Placement {
  const split = evenSplit(problem, { family: instance.name, ...shape }, point);
  if (split.status !== "placement") throw new InternalError(split.error);
  return split.placement;
}

/** Numbers of stages whose even sizes keep the rules that know nothing of memory. */
export function regularStages(problem: Problem): ReadonlySet<number> {
  const { model, rules } = problem;
  const layers = layerCount(model);
  const allowed = new Set(allowedSegmentSizes(layers, rules));
  const regular = new Set<number>();
  for (let ppStages = 1; ppStages <= Math.min(rules.maxPipelineStages, layers); ppStages++) {
    const seats = evenSeats(layers, 1, [ppStages]);
    const isRegular = seats.every(
      (seat) => allowed.has(seat.layers) && isAllowedCut(model, seat.startLayer + seat.layers - 1),
    );
    if (isRegular) regular.add(ppStages);
  }
  return regular;
}
