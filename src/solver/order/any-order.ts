import { InternalError } from "../../errors.ts";
import type { Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { OptionAtRate } from "../stages/candidates-at-rate.ts";
import type { InstancePlan } from "./instance-plan.ts";
import { type PackedInstance, type Piece, packInstances } from "./pack.ts";
import { type PlacedStage, placementOf } from "./placement-of.ts";

/**
 * The placement of plans where any order of the stages is as good as another: hands out the layers, packs stages into instances, puts
 * them in an order with as few links between instances as there can be.
 *
 * @param plans whose numbers are the smallest sizes that their stages may have
 * @throws InternalError when the plans are no placement, which the formulations rule out
 */
export function placeInAnyOrder(
  plans: readonly InstancePlan[],
  layers: number,
  point: OperatingPoint,
): Placement {
  const packed = withAllLayers(plans, layers).flatMap(packInstances);
  let before = 0;
  const stages = pipelineOrder(packed).map(({ instance, piece: { gpuIds, tag } }): PlacedStage => {
    before += tag;
    return { instance: instance.name, gpuIds, before: before - tag };
  });
  return placementOf(stages, layers, point);
}

/**
 * Sizes that add up to the model's layers, the slowest stage as fast as it can be: one layer after another goes to the stage that is
 * the fastest with it, of equal ones to the smallest. Rates never rise with the size, so that no other choice has a faster slowest stage.
 */
function withAllLayers(plans: readonly InstancePlan[], layers: number): InstancePlan[] {
  const filled = plans.map((plan) => ({ ...plan, stages: plan.stages.map((list) => [...list]) }));
  const open = filled.flatMap(({ atRate, stages }) =>
    stages.flatMap((list, o) => {
      const option = atRate.options[o]!;
      return option.contiguous ? list.map((_, i): Stage => ({ option, list, i })) : [];
    }),
  );
  let held = filled.reduce((sum, { stages }) => sum + stages.flat().reduce((a, b) => a + b, 0), 0);
  for (; held < layers; held++) {
    let best: (Stage & { readonly size: number; readonly rate: number }) | null = null;
    for (const stage of open) {
      const { option, list, i } = stage;
      const size = list[i]! + 1;
      if (size > option.largest) continue;
      const rate = option.starts.table.lists[0]!.rates[size - option.smallest]!;
      if (best && (rate < best.rate || (rate === best.rate && size >= best.size))) continue;
      best = { ...stage, size, rate };
    }
    if (!best) throw new InternalError(`the stages of a plan hold ${held} of ${layers} layers.`);
    best.list[best.i] = best.size;
  }
  return filled;
}

/** A stage of a plan: its place in a list of sizes. */
interface Stage {
  readonly option: OptionAtRate;
  readonly list: number[];
  readonly i: number;
}

interface Placed {
  readonly instance: PackedInstance;
  readonly piece: Piece;
}

/** Stages of one instance that follow one another. */
type Run = readonly Piece[];

/**
 * Puts the stages in an order with the fewest links between instances: an instance's stages form one run, or one run each where
 * neighbours are forbidden. When such an instance has more runs than the others can separate, runs of the others are split.
 */
function pipelineOrder(packed: readonly PackedInstance[]): Placed[] {
  const queues = packed.map((instance) => ({
    instance,
    runs: instance.neighbours ? [instance.pieces] : instance.pieces.map((piece): Run => [piece]),
  }));
  const separators = Math.max(
    0,
    ...queues.map(({ instance, runs }) => (instance.neighbours ? 0 : runs.length - 1)),
  );
  const longest = queues.find(
    ({ instance, runs }) => !instance.neighbours && runs.length - 1 === separators,
  );
  const others = queues.filter((queue) => queue !== longest);
  let missing = separators - others.reduce((sum, { runs }) => sum + runs.length, 0);
  for (const queue of others) {
    while (missing > 0) {
      const at = queue.runs.findIndex((run) => run.length > 1);
      if (at < 0) break;
      const run = queue.runs[at]!;
      queue.runs.splice(at, 1, run.slice(0, 1), run.slice(1));
      missing--;
    }
  }
  const order: Placed[] = [];
  let last: PackedInstance | null = null;
  let total = queues.reduce((sum, { runs }) => sum + runs.length, 0);
  while (total > 0) {
    const allowed = queues.filter(
      ({ instance, runs }) => runs.length > 0 && (instance.neighbours || instance !== last),
    );
    // An instance that forbids neighbours and holds half of what is left, rounded up, has to go now.
    const next =
      allowed.find(({ instance, runs }) => !instance.neighbours && runs.length * 2 > total) ??
      allowed[0];
    if (!next) throw new InternalError("no order of the stages avoids slow neighbours.");
    const { instance } = next;
    order.push(...next.runs.shift()!.map((piece) => ({ instance, piece })));
    last = instance;
    total--;
  }
  return order;
}
