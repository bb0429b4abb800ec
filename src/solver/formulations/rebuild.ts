import { InternalError } from "../../errors.ts";
import type { Placement, PlacementStage } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { HostPlan } from "../instances/instance-plan.ts";
import { type Host, type Piece, packHost } from "../instances/pack.ts";

/**
 * Turns host plans whose numbers are sizes into a placement: packs stages into instances and GPUs, puts them in an order, hands out layers.
 * @throws InternalError when the plan cannot be packed, which the formulation rules out.
 */
export function rebuildPlacement(plans: readonly HostPlan[], point: OperatingPoint): Placement {
  const hosts = plans.flatMap(packHost);
  let nextLayer = 1;
  const stages = pipelineOrder(hosts).map(({ host, piece }): PlacementStage => {
    const stage = {
      gpu_type: host.name,
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
  readonly host: Host;
  readonly piece: Piece;
}

/** Stages of one host that follow one another. */
type Run = readonly Piece[];

/**
 * Puts the stages in an order with the fewest links between instances: a host's stages form one run, or one run each where
 * neighbours are forbidden. When such a host has more runs than the others can separate, runs of the others are split.
 */
function pipelineOrder(hosts: readonly Host[]): Placed[] {
  const queues = hosts.map((host) => ({
    host,
    runs: host.neighbours ? [host.pieces] : host.pieces.map((piece): Run => [piece]),
  }));
  const separators = Math.max(
    0,
    ...queues.map(({ host, runs }) => (host.neighbours ? 0 : runs.length - 1)),
  );
  const longest = queues.find(
    ({ host, runs }) => !host.neighbours && runs.length - 1 === separators,
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
  let last: Host | null = null;
  let total = queues.reduce((sum, { runs }) => sum + runs.length, 0);
  while (total > 0) {
    const allowed = queues.filter(
      ({ host, runs }) => runs.length > 0 && (host.neighbours || host !== last),
    );
    // A host that forbids neighbours and holds half of what is left, rounded up, has to go now.
    const next =
      allowed.find(({ host, runs }) => !host.neighbours && runs.length * 2 > total) ?? allowed[0];
    if (!next) throw new InternalError("no order of the stages avoids slow neighbours.");
    const { host } = next;
    order.push(...next.runs.shift()!.map((piece) => ({ host, piece })));
    last = host;
    total--;
  }
  return order;
}
