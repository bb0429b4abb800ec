import { layerCount } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import {
  instanceName,
  type Placement,
  type PlacementStage,
  placementAt,
} from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { TooManyError } from "./brute-force.ts";
import { requestRules } from "./exhaustive.ts";

/** Instances that are alike: of one type, owned or rented. */
interface Stock {
  readonly typeName: string;
  readonly gpuCount: number;
  readonly indices: readonly number[];
}

/**
 * Calls `visit` with every placement on a derived network whose nodes have equally many stages of one TP degree, a node's one
 * after the other: any nodes in any order, any sizes that add up to the model. Of unused instances that are alike the first
 * stands for all.
 * @throws TooManyError beyond so many placements
 */
export function visitNodePlacements(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  most: number,
  visit: (metrics: Metrics, point: OperatingPoint, placement: Placement) => void,
): void {
  const isWanted = requestRules(problem, request);
  const numLayers = layerCount(problem.model);
  let count = 0;
  const judge = (nodes: readonly string[], k: number, tpDegree: number): void => {
    const seats = nodes.flatMap((gpu_type) =>
      Array.from({ length: k }, (_, i) => ({
        gpu_type,
        tp_degree: tpDegree,
        gpu_ids: Array.from({ length: tpDegree }, (__, g) => i * tpDegree + g),
      })),
    );
    for (const point of points) {
      for (const sizes of compositions(numLayers, seats.length)) {
        count++;
        if (count > most) throw new TooManyError();
        const placement = placementOf(seats, sizes, point);
        const evaluation = evaluate(problem, placement);
        if (evaluation.status !== "SUCCESS") continue;
        if (isWanted(evaluation.metrics, evaluation.placement)) {
          visit(evaluation.metrics, point, evaluation.placement);
        }
      }
    }
  };
  for (const tpDegree of request.tpDegrees) {
    const stock = stockOf(problem).filter(({ gpuCount }) => gpuCount >= tpDegree);
    const mostGpus = Math.max(0, ...stock.map(({ gpuCount }) => gpuCount));
    for (let k = 1; k <= Math.floor(mostGpus / tpDegree); k++) {
      const mostNodes = Math.floor(problem.rules.maxPipelineStages / k);
      const able = stock.filter(({ gpuCount }) => gpuCount >= k * tpDegree);
      const used = able.map(() => 0);
      const extend = (nodes: readonly string[]): void => {
        if (nodes.length > 0) judge(nodes, k, tpDegree);
        if (nodes.length === mostNodes) return;
        for (const [s, { typeName, indices }] of able.entries()) {
          if (used[s] === indices.length) continue;
          const name = instanceName(typeName, indices[used[s]!]!);
          used[s]!++;
          extend([...nodes, name]);
          used[s]!--;
        }
      };
      extend([]);
    }
  }
}

function stockOf({ pool }: Problem): Stock[] {
  return pool.types.flatMap(({ instance, count, ownedCount = 0 }) => {
    const all = Array.from({ length: count }, (_, index) => index);
    const { name: typeName, gpuCount } = instance;
    return [all.slice(0, ownedCount), all.slice(ownedCount)]
      .filter((indices) => indices.length > 0)
      .map((indices) => ({ typeName, gpuCount, indices }));
  });
}

function* compositions(total: number, parts: number): Generator<readonly number[]> {
  if (parts === 1) {
    yield [total];
    return;
  }
  for (let first = 1; first <= total - parts + 1; first++) {
    for (const rest of compositions(total - first, parts - 1)) yield [first, ...rest];
  }
}

function placementOf(
  seats: readonly Pick<PlacementStage, "gpu_type" | "tp_degree" | "gpu_ids">[],
  sizes: readonly number[],
  point: OperatingPoint,
): Placement {
  let end = 0;
  return placementAt(
    point,
    seats.map((seat, i) => {
      end += sizes[i]!;
      return { ...seat, start_layer: end - sizes[i]! + 1, end_layer: end };
    }),
  );
}
