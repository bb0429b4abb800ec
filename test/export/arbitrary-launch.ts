import fc from "fast-check";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import type { Placement, PlacementStage } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { LLAMA3_70B } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import { aggregated, launchProblem } from "./launches.ts";

const LAYERS = 24;

/** A problem whose model fits on any GPU, so that any cut of it is a placement. */
export function smallProblem(changes: Partial<Problem> = {}): Problem {
  const model = restated(LLAMA3_70B, { numLayers: LAYERS, layerWeightGib: 0.01 });
  return launchProblem("vllm", {
    model,
    costModel: createReferenceModel(model.architecture, {
      realWorldEfficiency: 0.3,
      microBatchSize: 8,
      interferenceFactor: 0.8,
    }),
    rules: {
      maxPipelineStages: LAYERS,
      minLayersPerStage: 1,
      minMemoryUtilization: 0,
      quantizeSegments: false,
    },
    ...changes,
  });
}

/** What a node would like: its type by number, its stages, the order of its GPUs. */
const arbitraryNode = fc.record({
  type: fc.nat(100),
  stages: fc.integer({ min: 1, max: 3 }),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
});

/**
 * Placements of up to eight stages on up to four instances, all stages with one TP degree unless `mixed`; often all nodes are
 * alike, sometimes the last stage goes back to the first node.
 */
export const arbitraryLaunch: fc.Arbitrary<Placement> = fc
  .record({
    tpDegree: fc.constantFrom(1, 2, 4),
    nodes: fc.array(arbitraryNode, { minLength: 1, maxLength: 4 }),
    alike: fc.boolean(),
    mixed: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    comesBack: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    cuts: fc.shuffledSubarray(
      Array.from({ length: LAYERS - 1 }, (_, index) => index + 1),
      { minLength: 12 },
    ),
  })
  .map(({ tpDegree, nodes, alike, mixed, comesBack, cuts }) => {
    const wishes = alike ? nodes.map(() => nodes[0]!) : nodes;
    const groups = groupsOf(wishes, tpDegree);
    if (mixed) groups.push(...groupsOf(nodes.slice(0, 1), 1, groups));
    if (comesBack && groups.length > 2) groups.push(groups.splice(1, 1)[0]!);
    const ends = [...cuts.slice(0, groups.length - 1).sort((a, b) => a - b), LAYERS];
    return aggregated(
      groups.map((group, index) => ({
        ...group,
        start_layer: (ends[index - 1] ?? 0) + 1,
        end_layer: ends[index]!,
      })),
    );
  });

type Group = Pick<PlacementStage, "gpu_type" | "tp_degree"> & {
  readonly gpu_ids: readonly number[];
};

/** TP groups on an instance of each wish that no group uses yet. */
function groupsOf(
  wishes: readonly { type: number; stages: number; order: readonly number[] }[],
  tpDegree: number,
  taken: readonly Group[] = [],
): Group[] {
  const types = smallProblem().pool.types.filter(({ instance }) => instance.gpuCount >= tpDegree);
  const used = new Set(taken.map(({ gpu_type }) => gpu_type));
  return wishes.flatMap(({ type, stages, order }) => {
    const { instance, count } = types[type % types.length]!;
    const free = Array.from({ length: count }, (_, index) => `${instance.name}#${index}`).find(
      (name) => !used.has(name),
    );
    if (free === undefined) return [];
    used.add(free);
    const gpus = order.filter((id) => id < instance.gpuCount);
    const most = Math.min(stages, Math.floor(gpus.length / tpDegree));
    return Array.from({ length: most }, (_, index) => ({
      gpu_type: free,
      tp_degree: tpDegree,
      gpu_ids: gpus.slice(index * tpDegree, (index + 1) * tpDegree),
    }));
  });
}
