import { tpGroup } from "../cost/cost-model.ts";
import { areLayersAlike, isAllowedCut, layerCount } from "../model/model.ts";
import type { Problem } from "../placement/problem.ts";
import { allowedSegmentSizes } from "../placement/segment-sizes.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import type { GpuGroup } from "./gpu-groups.ts";

/** Finds sizes that the rules, the memory and the model's cuts allow, as close as can be to sizes that are wished for. */
export class SizeFitter {
  private readonly allowed: readonly number[];
  private readonly byStart = new Map<string, readonly number[]>();

  constructor(
    private readonly problem: Problem,
    private readonly point: OperatingPoint,
  ) {
    this.allowed = allowedSegmentSizes(layerCount(problem.model), problem.rules);
  }

  /** Whether every size is one that the rules allow somewhere. */
  areAllowed(sizes: readonly number[]): boolean {
    return sizes.every((size) => this.allowed.includes(size));
  }

  /** Sizes that a stage on a seat may have when `before` layers stand before it, rising. */
  sizesAt({ type, tpDegree }: GpuGroup, before: number, pipelineStages: number): readonly number[] {
    const { costModel, model, rules } = this.problem;
    const start = areLayersAlike(model) ? 0 : before;
    const stages = costModel.dependsOnStages ? pipelineStages : 1;
    const key = `${type.position} ${tpDegree} ${start} ${stages}`;
    let sizes = this.byStart.get(key);
    if (!sizes) {
      const range = costModel.segmentRange(
        {
          instance: type.instance,
          ...tpGroup(tpDegree),
          startLayer: start + 1,
          pipelineStages: stages,
        },
        this.point,
        rules.minMemoryUtilization,
      );
      sizes = range.fits
        ? this.allowed.filter((size) => size >= range.smallest && size <= range.largest)
        : [];
      this.byStart.set(key, sizes);
    }
    return sizes;
  }

  /**
   * The sizes with the smallest Σ |size − wish| that add up to all layers; null when there are none. Exact:
   *
   *   D(i, l) = min over sizes n of stage i that may end at l:  D(i − 1, l − n) + |n − wish_i|
   */
  fit(groups: readonly GpuGroup[], wishes: readonly number[]): number[] | null {
    const { model } = this.problem;
    const layers = layerCount(model);
    const width = layers + 1;
    const distance = new Float64Array((groups.length + 1) * width).fill(Number.POSITIVE_INFINITY);
    const chosen = new Int32Array((groups.length + 1) * width);
    distance[0] = 0;
    for (const [index, group] of groups.entries()) {
      const from = index * width;
      const to = from + width;
      for (let before = 0; before < layers; before++) {
        const soFar = distance[from + before]!;
        if (soFar === Number.POSITIVE_INFINITY) continue;
        for (const size of this.sizesAt(group, before, groups.length)) {
          const end = before + size;
          if (end > layers) break;
          const total = soFar + Math.abs(size - wishes[index]!);
          if (total < distance[to + end]! && isAllowedCut(model, end)) {
            distance[to + end] = total;
            chosen[to + end] = size;
          }
        }
      }
    }
    if (distance[groups.length * width + layers] === Number.POSITIVE_INFINITY) return null;
    const sizes: number[] = [];
    for (let index = groups.length, end = layers; index > 0; index--) {
      const size = chosen[index * width + end]!;
      sizes.unshift(size);
      end -= size;
    }
    return sizes;
  }
}
