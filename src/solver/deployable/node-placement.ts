import { InternalError } from "../../errors.ts";
import {
  type Placement,
  type PlacementStage,
  parseInstanceName,
} from "../../placement/placement.ts";
import type { CandidatesAtRate, OptionAtRate } from "../stages/candidates-at-rate.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { LatencyPair } from "../stages/start-table.ts";
import { sizesAfter } from "../stages/starts-at-rate.ts";
import { NodeLatencies } from "./node-latencies.ts";
import type { NodeShape } from "./node-rules.ts";

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
    instanceClass: hostOf(candidates, node),
  }));
  const sizes = budget
    ? fastSplits(nodes, budget)
    : nodes.map((each) => evenSplit(each, shape, layers));
  return {
    ...placement,
    stages: nodes.flatMap(({ node, instanceClass }, n) =>
      stagesOf(node, stageOf(instanceClass).groupGpus, sizes[n]!),
    ),
  };
}

interface PlacedNode {
  readonly node: PlacementStage;
  readonly instanceClass: CandidatesAtRate;
}

function hostOf(
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
    hostOf(candidates, node).instanceClass.type.instance.name !== restType;
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

/** Layers of the k stages of a node, the largest as small as it can be. */
function evenSplit(
  { node, instanceClass }: PlacedNode,
  { stagesPerNode }: NodeShape,
  layers: number,
): readonly number[] {
  const start = node.start_layer - 1;
  const stage = stageOf(instanceClass);
  // By boundary: the sizes so far, and the largest of them.
  let front = new Map<number, { readonly sizes: readonly number[]; readonly largest: number }>();
  front.set(start, { sizes: [], largest: 0 });
  for (let n = 0; n < stagesPerNode; n++) {
    const next: typeof front = new Map();
    for (const [before, { sizes, largest }] of front) {
      for (const size of stageSizes(stage, before, layers, n === stagesPerNode - 1)) {
        const end = before + size;
        if (end > node.end_layer) break;
        const worst = Math.max(largest, size);
        const known = next.get(end);
        if (!known || worst < known.largest)
          next.set(end, { sizes: [...sizes, size], largest: worst });
      }
    }
    front = next;
  }
  const split = front.get(node.end_layer);
  if (!split) throw notSplit(node);
  return split.sizes;
}

function stageSizes(
  { starts, stays }: OptionAtRate,
  before: number,
  layers: number,
  isLast: boolean,
): readonly number[] {
  if (before === layers) return [];
  return sizesAfter(isLast ? starts : (stays ?? starts), before);
}

function stageOf({ stageOfNode }: CandidatesAtRate): OptionAtRate {
  if (!stageOfNode) throw new InternalError("a class of nodes does not know their stages.");
  return stageOfNode;
}

interface Chosen extends LatencyPair {
  readonly sizes: readonly (readonly number[])[];
}

/**
 * For every node a way of cutting its layers into stages such that all together keep the budget; where rounding leaves none, the
 * one that comes nearest, which whoever looks at the placement next then refuses.
 */
function fastSplits(nodes: readonly PlacedNode[], budget: LatencyBudget): Chosen["sizes"] {
  let ways: Chosen[] = [{ ttftSeconds: 0, tpotSeconds: 0, sizes: [] }];
  for (const { node, instanceClass } of nodes) {
    const start = node.start_layer - 1;
    const splits = splitsOf(instanceClass, start, node.end_layer - start, budget);
    const longer = ways.flatMap((way) =>
      splits.map((split) => ({
        ttftSeconds: way.ttftSeconds + split.ttftSeconds,
        tpotSeconds: way.tpotSeconds + split.tpotSeconds,
        sizes: [...way.sizes, split.sizes],
      })),
    );
    longer.sort((a, b) => a.ttftSeconds - b.ttftSeconds || a.tpotSeconds - b.tpotSeconds);
    ways = [];
    for (const way of longer) {
      if (!ways.some(({ tpotSeconds }) => tpotSeconds <= way.tpotSeconds)) ways.push(way);
    }
  }
  const { ttftSeconds, tpotSeconds } = budget;
  const excess = (way: Chosen): number =>
    Math.max(
      0,
      ttftSeconds === null ? 0 : way.ttftSeconds - ttftSeconds,
      tpotSeconds === null ? 0 : way.tpotSeconds - tpotSeconds,
    );
  return ways.reduce((best, way) => (excess(way) < excess(best) ? way : best)).sizes;
}

function splitsOf(
  { options }: CandidatesAtRate,
  before: number,
  layers: number,
  budget: LatencyBudget,
): readonly {
  readonly sizes: readonly number[];
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}[] {
  const latencies = options[0]!.starts.table.latencies!;
  if (latencies instanceof NodeLatencies) return latencies.splits(before, layers);
  return [
    {
      sizes: [layers],
      ttftSeconds: budget.ttftSeconds === null ? 0 : latencies.ttftSeconds(before, layers),
      tpotSeconds: budget.tpotSeconds === null ? 0 : latencies.tpotSeconds(before, layers),
    },
  ];
}

function notSplit({ gpu_type, start_layer, end_layer }: PlacementStage): InternalError {
  return new InternalError(
    `the stages of ${gpu_type} cannot hold layers ${start_layer} to ${end_layer}.`,
  );
}
