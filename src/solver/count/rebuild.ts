import { InternalError } from "../../errors.ts";
import { instanceName, type Placement, type PlacementStage } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { FlooredHost } from "../floor.ts";
import type { CountPlan, HostPlan, PackedPattern } from "./plan.ts";

/** A stage that still has to find its place in the pipeline. */
interface Piece {
  readonly tpDegree: number;
  readonly gpuIds: readonly number[];
  readonly layers: number;
}

/** The stages of one concrete instance. */
interface Host {
  readonly name: string;
  readonly neighbours: boolean;
  readonly pieces: readonly Piece[];
}

/**
 * Turns a count plan into a placement: packs stages into instances and GPUs, puts them in an order, hands out layers.
 * @throws InternalError when the plan cannot be packed, which the formulation rules out.
 */
export function rebuildPlacement(plan: CountPlan, point: OperatingPoint): Placement {
  const hosts = plan.flatMap(packHost);
  let nextLayer = 1;
  const stages = pipelineOrder(hosts).map(({ host, piece }): PlacementStage => {
    const stage = {
      gpu_type: host.name,
      tp_degree: piece.tpDegree,
      gpu_ids: piece.gpuIds,
      start_layer: nextLayer,
      end_layer: nextLayer + piece.layers - 1,
    };
    nextLayer += piece.layers;
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

/** Puts a class's stages on as few of its instances as the plan has. */
function packHost(plan: HostPlan): Host[] {
  const { host, neighbours } = plan.floored;
  const bins = plan.patterns ? fillPatterns(plan, plan.patterns) : fillInstances(plan);
  return bins
    .filter((pieces) => pieces.length > 0)
    .map((pieces, i) => ({
      name: instanceName(host.type.instance.name, host.instances[i]!),
      neighbours,
      pieces,
    }));
}

/** Larger TP degrees first, each into the first instance with room: exact for degrees that divide one another. */
function fillInstances({ floored, instances, sizes }: HostPlan): Piece[][] {
  const { gpuCount, name } = floored.host.type.instance;
  const bins: Piece[][] = Array.from({ length: instances }, () => []);
  const used: number[] = new Array(instances).fill(0);
  for (const { tpDegree, layers } of stagesOf(floored, sizes)) {
    const bin = bins.findIndex(
      (pieces, i) =>
        used[i]! + tpDegree <= gpuCount && pieces.length < floored.maxStagesPerInstance,
    );
    if (bin < 0) throw notPacked(name, instances);
    bins[bin]!.push({ tpDegree, layers, gpuIds: range(used[bin]!, tpDegree) });
    used[bin]! += tpDegree;
  }
  return bins;
}

/** Stages on the groups of the patterns that the plan has chosen, one instance a pattern. */
function fillPatterns({ floored, sizes }: HostPlan, patterns: readonly PackedPattern[]): Piece[][] {
  const { host, options } = floored;
  const left = sizes.map((list) => [...list].sort((a, b) => b - a));
  const bins = patterns.map(({ counts, partition }, i): Piece[] => {
    const groups = partition === null ? null : [...host.groupsOf(host.instances[i]!, partition)];
    let nextGpu = 0;
    const pieces: Piece[] = [];
    for (let option = options.length - 1; option >= 0; option--) {
      const { tpDegree, kinds } = options[option]!;
      for (const layers of left[option]!.splice(0, counts[option]!)) {
        const at = groups ? groups.findIndex(({ kind }) => kinds.includes(kind)) : -1;
        const gpuIds = groups ? groups.splice(at, 1)[0]!.gpuIds : range(nextGpu, tpDegree);
        nextGpu += tpDegree;
        pieces.push({ tpDegree, layers, gpuIds });
      }
    }
    return pieces;
  });
  if (left.some((list) => list.length > 0)) {
    throw notPacked(host.type.instance.name, patterns.length);
  }
  return bins;
}

/** A plan's stages, larger TP degrees and sizes first. */
function stagesOf(
  floored: FlooredHost,
  sizes: HostPlan["sizes"],
): { readonly tpDegree: number; readonly layers: number }[] {
  return sizes
    .flatMap((list, option) =>
      list.map((layers) => ({ tpDegree: floored.options[option]!.tpDegree, layers })),
    )
    .sort((a, b) => b.tpDegree - a.tpDegree || b.layers - a.layers);
}

function range(start: number, length: number): number[] {
  return Array.from({ length }, (_, i) => start + i);
}

function notPacked(name: string, instances: number): InternalError {
  return new InternalError(
    `the stages of ${name} do not pack into the ${instances} instances the MILP gave them.`,
  );
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
