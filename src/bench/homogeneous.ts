import { layerCount } from "../model/model.ts";
import { evenSplit } from "../placement/even-split.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { SizeFitter } from "./fit-sizes.ts";
import { type GpuGroup, rowOfSeats, seated, usableTypes } from "./gpu-groups.ts";
import type { Heuristic } from "./heuristic.ts";
import { bestOf } from "./score.ts";

/**
 * vLLM's default sizes: floor(L/P) each, what is left over one each from the last stage but one backwards, since the last
 * stage holds the norm and the LM head as well. Source: vLLM since its pull request 13839.
 */
export function vllmSizes(layers: number, stages: number): number[] {
  const sizes = new Array<number>(stages).fill(Math.floor(layers / stages));
  for (let extra = 0; extra < layers % stages; extra++) sizes[stages - 2 - extra]!++;
  return sizes;
}

/** SGLang's default sizes: floor(L/P) each, what is left over one each on the last stages. */
export function sglangSizes(layers: number, stages: number): number[] {
  const sizes = new Array<number>(stages).fill(Math.floor(layers / stages));
  for (let extra = 0; extra < layers % stages; extra++) sizes[stages - 1 - extra]!++;
  return sizes;
}

export const VLLM_DEFAULT: Heuristic = engineDefault(
  "vllm-default",
  "vLLM's own split, in the best of all its shapes: every type × TP degree × stages",
  vllmSizes,
);

export const SGLANG_DEFAULT: Heuristic = engineDefault(
  "sglang-default",
  "SGLang's own split, in the best of all its shapes: every type × TP degree × stages",
  sglangSizes,
);

/** Instances are filled one after another, as the engines number their ranks, or carry one stage each. */
function engineDefault(
  name: string,
  description: string,
  sizesOf: (layers: number, stages: number) => number[],
): Heuristic {
  const shapes = (problem: Problem, request: SolveRequest): Iterable<readonly GpuGroup[]> =>
    homogeneousShapes(problem, request, (mostPerInstance) => new Set([mostPerInstance, 1]));
  return {
    name,
    description,
    place: (problem, request, point) =>
      bestPlacement(problem, request, shapes(problem, request), (groups) =>
        seated(point, groups, sizesOf(layerCount(problem.model), groups.length)),
      ),
  };
}

/** The founding program's even split: one stage an instance. */
export const EVEN_SPLIT: Heuristic = {
  name: "even-split",
  description: "one stage an instance, layers as even as can be: every type × TP degree × stages",
  place: (problem, request, point) =>
    bestPlacement(
      problem,
      request,
      homogeneousShapes(problem, request, () => [1]),
      (groups) => {
        const { type, tpDegree } = groups[0]!;
        const shape = { family: type.instance.name, tpDegree, ppStages: groups.length };
        const split = evenSplit(problem, shape, point);
        return split.status === "placement" ? split.placement : null;
      },
    ),
};

/** What a careful engineer tries by hand: all alike, any number of stages an instance. */
export const HOMOGENEOUS: Heuristic = {
  name: "homogeneous",
  description:
    "every type × TP degree × stages × stages an instance, sizes as even as the rules allow",
  place: (problem, request, point) => {
    const sizesOf = evenSizes(problem, point);
    return bestPlacement(
      problem,
      request,
      homogeneousShapes(problem, request, (most) => range(1, most)),
      (groups) => {
        const sizes = sizesOf(groups);
        return sizes && seated(point, groups, sizes);
      },
    );
  },
};

/** Sizes as even as the rules allow; the same for all rows of seats of one type, degree and length. */
function evenSizes(
  problem: Problem,
  point: OperatingPoint,
): (groups: readonly GpuGroup[]) => number[] | null {
  const fitter = new SizeFitter(problem, point);
  const known = new Map<string, number[] | null>();
  return (groups) => {
    const { type, tpDegree } = groups[0]!;
    const key = `${type.position} ${tpDegree} ${groups.length}`;
    let sizes = known.get(key);
    if (sizes === undefined) {
      const wish = layerCount(problem.model) / groups.length;
      sizes = fitter.fit(
        groups,
        groups.map(() => wish),
      );
      known.set(key, sizes);
    }
    return sizes;
  };
}

/** Rows of like seats on one type: every degree, number of stages and chosen number of stages an instance. */
function* homogeneousShapes(
  problem: Problem,
  request: SolveRequest,
  stagesPerInstance: (most: number) => Iterable<number>,
): Generator<readonly GpuGroup[]> {
  const mostStages = Math.min(problem.rules.maxPipelineStages, layerCount(problem.model));
  for (const { type, tpDegrees } of usableTypes(problem, request)) {
    for (const tpDegree of tpDegrees) {
      const most = Math.floor(type.instance.gpuCount / tpDegree);
      for (const perInstance of stagesPerInstance(most)) {
        // A row that does not fill one instance is the same for every higher number of stages an instance.
        const fewest = perInstance === most && most > 1 ? 1 : Math.min(perInstance, mostStages);
        for (const stages of range(fewest, mostStages)) {
          const groups = rowOfSeats(type, tpDegree, stages, perInstance);
          if (!groups) break;
          yield groups;
        }
      }
    }
  }
}

function bestPlacement(
  problem: Problem,
  request: SolveRequest,
  shapes: Iterable<readonly GpuGroup[]>,
  place: (groups: readonly GpuGroup[]) => Placement | null,
): Placement | null {
  return bestOf(problem, request, mapped(shapes, place))?.placement ?? null;
}

function* mapped<A, B>(items: Iterable<A>, map: (item: A) => B): Generator<B> {
  for (const item of items) yield map(item);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
