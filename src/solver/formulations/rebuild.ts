import { InternalError } from "../../errors.ts";
import type { Placement, PlacementStage } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { InstancePlan } from "../order/instance-plan.ts";
import { type PackedInstance, type Piece, packInstances } from "../order/pack.ts";

/**
 * Turns host plans whose numbers are sizes into a placement: packs stages into instances and GPUs, puts them in an order, hands out layers.
 * @throws InternalError when the plan cannot be packed, which the formulation rules out.
 */
export function rebuildPlacement(plans: readonly InstancePlan[], point: OperatingPoint): Placement {
  const candidates = plans.flatMap(packInstances);
  let nextLayer = 1;
  const stages = pipelineOrder(candidates).map(({ instanceClass, piece }): PlacementStage => {
    const stage = {
      gpu_type: instanceClass.name,
      tp_degree: piece.tpDegree,
      gpu_ids: piece.gpuIds,
      start_layer: nextLayer,
      end_layer: nextLayer + piece.tag - 1,
    };
    nextLayer += piece.tag;
    return stage;
  });
  return {
    batch_size: point.batch,
    sequence_length: point.inputTokens,
    output_length: point.outputTokens,
    workload_phase: point.phase,
    stages,
  };
}

interface Placed {
  readonly instanceClass: PackedInstance;
  readonly piece: Piece;
}

/** Stages of one host that follow one another. */
type Run = readonly Piece[];

/**
 * Puts the stages in an order with the fewest links between instances: a host's stages form one run, or one run each where
 * neighbours are forbidden. When such a host has more runs than the others can separate, runs of the others are split.
 */
function pipelineOrder(candidates: readonly PackedInstance[]): Placed[] {
  const queues = candidates.map((instanceClass) => ({
    instanceClass,
    runs: instanceClass.neighbours
      ? [instanceClass.pieces]
      : instanceClass.pieces.map((piece): Run => [piece]),
  }));
  const separators = Math.max(
    0,
    ...queues.map(({ instanceClass, runs }) => (instanceClass.neighbours ? 0 : runs.length - 1)),
  );
  const longest = queues.find(
    ({ instanceClass, runs }) => !instanceClass.neighbours && runs.length - 1 === separators,
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
      ({ instanceClass, runs }) =>
        runs.length > 0 && (instanceClass.neighbours || instanceClass !== last),
    );
    // A host that forbids neighbours and holds half of what is left, rounded up, has to go now.
    const next =
      allowed.find(
        ({ instanceClass, runs }) => !instanceClass.neighbours && runs.length * 2 > total,
      ) ?? allowed[0];
    if (!next) throw new InternalError("no order of the stages avoids slow neighbours.");
    const { instanceClass } = next;
    order.push(...next.runs.shift()!.map((piece) => ({ instanceClass, piece })));
    last = instanceClass;
    total--;
  }
  return order;
}
