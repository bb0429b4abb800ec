import { InternalError } from "../../errors.ts";
import {
  type Placement,
  type PlacementStage,
  parseInstanceName,
} from "../../placement/placement.ts";
import { type Label, labelFront, type Move, pathTo } from "../order/label-search.ts";
import { stageMove } from "../order/stage-move.ts";
import type { CandidatesAtRate, OptionAtRate } from "../stages/candidates-at-rate.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { NodeShape } from "./node-rules.ts";
import { SAME_LATENCY } from "./node-starts.ts";

/**
 * Turns a placement of nodes, in which every "stage" stands for the k stages of a node, into one of stages.
 * @throws InternalError when a node holds layers that its stages cannot, which the formulations rule out
 */
export function placementOfNodes(
  placement: Placement,
  candidates: readonly CandidatesAtRate[],
  shape: NodeShape,
  layers: number,
  budget: LatencyBudget | null,
): Placement {
  const nodes = inOrder(placement.stages, candidates, shape.restType).map((node) => ({
    node,
    atRate: atRateOf(candidates, node),
  }));
  const { stagesPerNode } = shape;
  // Latencies add up over all nodes; without them each node is cut for itself.
  const together = budget ? [nodes] : nodes.map((node) => [node]);
  const sizes = together.flatMap((some) => bestSplit(some, stagesPerNode, layers, budget));
  return {
    ...placement,
    stages: nodes.flatMap(({ node, atRate }, n) => {
      const own = sizes.slice(n * stagesPerNode, (n + 1) * stagesPerNode);
      return stagesOf(node, stageOf(atRate).groupGpus, own);
    }),
  };
}

interface PlacedNode {
  readonly node: PlacementStage;
  readonly atRate: CandidatesAtRate;
}

function atRateOf(
  candidates: readonly CandidatesAtRate[],
  { gpu_type }: PlacementStage,
): CandidatesAtRate {
  const { typeName, index } = parseInstanceName(gpu_type)!;
  const found = candidates.find(
    ({ instanceClass }) =>
      instanceClass.type.instance.name === typeName && instanceClass.instances.includes(index),
  );
  if (!found) throw new InternalError(`${gpu_type} is in no class of nodes.`);
  return found;
}

/**
 * The nodes with the one that differs in type at the start. Where layers are not alike it is there already; where they are,
 * nodes may stand in any order.
 */
function inOrder(
  nodes: readonly PlacementStage[],
  candidates: readonly CandidatesAtRate[],
  restType: string | null,
): readonly PlacementStage[] {
  if (restType === null) return nodes;
  const differs = (node: PlacementStage): boolean =>
    atRateOf(candidates, node).instanceClass.type.instance.name !== restType;
  const at = nodes.findIndex(differs);
  if (at <= 0) return nodes;
  let before = 0;
  return [nodes[at]!, ...nodes.filter((_, i) => i !== at)].map((node) => {
    const size = node.end_layer - node.start_layer + 1;
    before += size;
    return { ...node, start_layer: before - size + 1, end_layer: before };
  });
}

function stagesOf(
  { gpu_type, gpu_ids, start_layer }: PlacementStage,
  groupGpus: number,
  sizes: readonly number[],
): PlacementStage[] {
  let nextLayer = start_layer;
  return sizes.map((size, i) => {
    const start = nextLayer;
    nextLayer += size;
    return {
      gpu_type,
      tp_degree: groupGpus,
      gpu_ids: gpu_ids!.slice(i * groupGpus, (i + 1) * groupGpus),
      start_layer: start,
      end_layer: nextLayer - 1,
    };
  });
}

/**
 * The layers of the stages of nodes, node by node. Without a budget the largest stage is as small as it can be. With one the sums of
 * the limited latencies keep it; where rounding leaves no such way, they are as near to it as they can be, which whoever looks at the
 * placement next then refuses. Of ways that are as near, the one with the lowest TTFT is taken, then with the lowest TPOT.
 */
function bestSplit(
  nodes: readonly PlacedNode[],
  stagesPerNode: number,
  layers: number,
  budget: LatencyBudget | null,
): readonly number[] {
  const { start_layer } = nodes[0]!.node;
  const { end_layer } = nodes.at(-1)!.node;
  const labels = labelFront({
    layers,
    start: start_layer - 1,
    stages: nodes.length * stagesPerNode,
    movesOf: (stage) => {
      const { node, atRate } = nodes[Math.floor(stage / stagesPerNode)]!;
      const isLast = (stage + 1) % stagesPerNode === 0;
      const move = moveOf(stageOf(atRate), isLast, budget);
      return [
        {
          id: stage,
          forEachRun: (before, visit) =>
            move.forEachRun(before, (end, ttftSeconds, tpotSeconds) => {
              if (isLast ? end !== node.end_layer : end >= node.end_layer) return;
              visit(end, ttftSeconds, tpotSeconds, budget ? 0 : end - before);
            }),
        },
      ];
    },
    budget: null,
    tolerance: SAME_LATENCY,
  }).labels(end_layer);
  const [best] = [...labels].sort(
    (a, b) =>
      excess(a, budget) - excess(b, budget) ||
      a.ttftSeconds - b.ttftSeconds ||
      a.tpotSeconds - b.tpotSeconds,
  );
  if (!best) {
    throw new InternalError(`nodes cannot hold layers ${start_layer} to ${end_layer}.`);
  }
  return pathTo(best).map(({ size }) => size);
}

/** By how much a label is over a budget, seconds. */
function excess({ ttftSeconds, tpotSeconds }: Label, budget: LatencyBudget | null): number {
  return Math.max(
    0,
    ttftSeconds - (budget?.ttftSeconds ?? ttftSeconds),
    tpotSeconds - (budget?.tpotSeconds ?? tpotSeconds),
  );
}

/** A stage of a node: the last one leaves the node or ends the model, the others have their next one on it. */
function moveOf(
  { starts, stays }: OptionAtRate,
  isLast: boolean,
  budget: LatencyBudget | null,
): Move {
  return stageMove(0, isLast ? starts : (stays ?? starts), "any", budget);
}

function stageOf({ stageOfNode }: CandidatesAtRate): OptionAtRate {
  if (!stageOfNode) throw new InternalError("a class of nodes does not know their stages.");
  return stageOfNode;
}
