import fc from "fast-check";
import { layerCount } from "../../src/model/model.ts";
import {
  instanceName,
  type Placement,
  type PlacementStage,
} from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { PHASES } from "../../src/workload/workload.ts";

const MOST_STAGES = 6;
const MOST_GPUS = 16;

/** What a stage would like: an instance by number, and GPUs of it. */
interface Wish {
  readonly instance: number;
  readonly gpuIds: readonly number[];
  /** Whether the placement lists the GPU ids. */
  readonly listed: boolean;
}

const arbitraryWish: fc.Arbitrary<Wish> = fc.record({
  instance: fc.nat(10_000),
  gpuIds: fc.shuffledSubarray(
    Array.from({ length: MOST_GPUS }, (_, id) => id),
    { minLength: 1 },
  ),
  listed: fc.boolean(),
});

/**
 * Placements of up to six stages whose layers are in order; sizes are random, so that some do not fit into memory. GPUs exist
 * and are used once, unless `careless`: then they may not exist, be used twice, or layers be left out.
 */
export function arbitraryPlacement(
  problem: Problem,
  { careless = false }: { readonly careless?: boolean } = {},
): fc.Arbitrary<Placement> {
  const numLayers = layerCount(problem.model);
  return fc
    .record({
      batch: fc.integer({ min: 1, max: 64 }),
      inputTokens: fc.integer({ min: 1, max: 4096 }),
      outputTokens: fc.integer({ min: 1, max: 1024 }),
      phase: fc.constantFrom(...PHASES),
      cuts: fc.uniqueArray(fc.integer({ min: 1, max: numLayers - 1 }), {
        maxLength: MOST_STAGES - 1,
      }),
      wishes: fc.array(arbitraryWish, { minLength: MOST_STAGES, maxLength: MOST_STAGES }),
      // Layers left out (below 0) or served twice (above 0) by the last stage; mostly none.
      slip: careless
        ? fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1))
        : fc.constant(0),
    })
    .map(({ batch, inputTokens, outputTokens, phase, cuts, wishes, slip }) => {
      const ends = [...cuts.sort((a, b) => a - b), numLayers];
      const groups = careless ? carelessGroups(problem, wishes) : carefulGroups(problem, wishes);
      const stages = ends.map((end, i): PlacementStage => {
        const { name, gpuIds } = groups[i]!;
        const isLast = i > 0 && i === ends.length - 1;
        return {
          gpu_type: name,
          tp_degree: gpuIds.length,
          start_layer: (ends[i - 1] ?? 0) + 1 - (isLast ? slip : 0),
          end_layer: end,
          ...(wishes[i]!.listed && { gpu_ids: gpuIds }),
        };
      });
      return {
        batch_size: batch,
        sequence_length: inputTokens,
        output_length: outputTokens,
        workload_phase: phase,
        stages,
      };
    });
}

interface Group {
  readonly name: string;
  readonly gpuIds: readonly number[];
}

function instancesOf(problem: Problem): { readonly name: string; readonly gpus: number }[] {
  return problem.pool.types.flatMap((type) =>
    Array.from({ length: type.count }, (_, index) => ({
      name: instanceName(type.instance.name, index),
      gpus: type.instance.gpuCount,
    })),
  );
}

function carelessGroups(problem: Problem, wishes: readonly Wish[]): Group[] {
  const instances = instancesOf(problem);
  return wishes.map(({ instance, gpuIds }) => {
    const { name, gpus } = instances[instance % instances.length]!;
    const existing = gpuIds.filter((id) => id < gpus);
    return { name, gpuIds: existing.length > 0 ? existing : gpuIds.slice(0, 1) };
  });
}

/**
 * Gives each stage the GPUs it wishes that are free, or one that is, on the first instance from the wished one on that has
 * any left. Six stages exhaust at most six instances; the pool needs one more.
 */
function carefulGroups(problem: Problem, wishes: readonly Wish[]): Group[] {
  const instances = instancesOf(problem).map((each) => ({
    ...each,
    free: new Set(Array.from({ length: each.gpus }, (_, id) => id)),
  }));
  return wishes.map(({ instance, gpuIds, listed }) => {
    for (let step = 0; step < instances.length; step++) {
      const { name, free } = instances[(instance + step) % instances.length]!;
      const lowest = [...free].sort((a, b) => a - b);
      if (lowest.length === 0) continue;
      const wished = gpuIds.filter((id) => free.has(id));
      // Without a list, a stage gets the lowest free GPUs.
      const taken =
        listed && wished.length > 0 ? wished : lowest.slice(0, Math.max(1, wished.length));
      for (const id of taken) free.delete(id);
      return { name, gpuIds: taken };
    }
    throw new Error("the pool is too small for the stages");
  });
}
