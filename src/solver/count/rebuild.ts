import { InternalError } from "../../errors.ts";
import { instanceName, type Placement, type PlacementStage } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { CountPlan, TypePlan } from "./formulation.ts";

/** A stage that still has to find its place in the pipeline. */
interface Piece {
  readonly tpDegree: number;
  readonly layers: number;
}

/** The stages of one concrete instance. */
interface Host {
  readonly name: string;
  readonly neighbours: boolean;
  readonly pieces: Piece[];
}

/**
 * Turns a count plan into a placement: packs stages into instances, puts them in an order, hands out GPUs and layers.
 * @throws InternalError when the plan cannot be packed, which the formulation rules out.
 */
export function rebuildPlacement(plan: CountPlan, point: OperatingPoint): Placement {
  const hosts = plan.flatMap(packType);
  const stages: PlacementStage[] = [];
  const nextGpu = new Map<string, number>();
  let nextLayer = 1;
  for (const { host, piece } of pipelineOrder(hosts)) {
    const firstGpu = nextGpu.get(host.name) ?? 0;
    nextGpu.set(host.name, firstGpu + piece.tpDegree);
    stages.push({
      gpu_type: host.name,
      tp_degree: piece.tpDegree,
      gpu_ids: Array.from({ length: piece.tpDegree }, (_, i) => firstGpu + i),
      start_layer: nextLayer,
      end_layer: nextLayer + piece.layers - 1,
    });
    nextLayer += piece.layers;
  }
  return {
    batch_size: point.batch,
    sequence_length: point.inputTokens,
    output_length: point.outputTokens,
    workload_phase: point.phase,
    stages,
  };
}

/** Packs a type's stages into as few of its instances as the plan has, larger TP degrees first. */
function packType(plan: TypePlan): Host[] {
  const { floored, instances, sizes } = plan;
  const { gpuCount, name } = floored.source.type.instance;
  const pieces = sizes
    .flatMap((list, option): Piece[] =>
      list.map((layers) => ({ tpDegree: floored.options[option]!.tpDegree, layers })),
    )
    .sort((a, b) => b.tpDegree - a.tpDegree || b.layers - a.layers);
  const bins = packPieces(pieces, instances, gpuCount, floored.maxStagesPerInstance);
  if (!bins) {
    throw new InternalError(
      `${pieces.length} stages of ${name} do not pack into the ${instances} instances the MILP gave them.`,
    );
  }
  return bins
    .filter((bin) => bin.length > 0)
    .map((bin, index) => ({
      name: instanceName(name, index),
      neighbours: floored.neighbours,
      pieces: bin,
    }));
}

/**
 * Depth-first packing, first fit first. With degrees that divide one another the first try succeeds; other degrees may
 * need to go back, on a handful of stages.
 */
function packPieces(
  pieces: readonly Piece[],
  instances: number,
  gpuCount: number,
  maxPieces: number,
): Piece[][] | null {
  const bins: Piece[][] = Array.from({ length: instances }, () => []);
  const free: number[] = new Array(instances).fill(gpuCount);
  const place = (next: number): boolean => {
    const piece = pieces[next];
    if (!piece) return true;
    const tried = new Set<string>();
    for (let i = 0; i < instances; i++) {
      const bin = bins[i]!;
      if (free[i]! < piece.tpDegree || bin.length >= maxPieces) continue;
      const state = `${free[i]} ${bin.length}`;
      if (tried.has(state)) continue;
      tried.add(state);
      bin.push(piece);
      free[i]! -= piece.tpDegree;
      if (place(next + 1)) return true;
      bin.pop();
      free[i]! += piece.tpDegree;
    }
    return false;
  };
  return place(0) ? bins : null;
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
