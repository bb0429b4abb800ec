import type { OperatingPoint } from "../../workload/workload.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import {
  type BlockBound,
  type BlockRules,
  BOUND_ROUNDING,
  type ReachingGroup,
  safely,
} from "./block-bound.ts";

/** Bounds on placements with a single stage, of which all is known but for rounding. */
export class ModelBound implements BlockBound {
  readonly mostTokensPerSecond: number = 0;
  readonly leastTokensPerSecond: number = Number.POSITIVE_INFINITY;
  private readonly rates: number[] = [];
  private readonly costs: number[] = [];

  constructor(
    private readonly rules: BlockRules,
    groups: readonly ReachingGroup[],
    point: OperatingPoint,
    latency: LatencyBudget | null,
  ) {
    for (const { cost, gpuCount, groupGpus, reaches } of groups) {
      if (rules.isFull && groupGpus !== gpuCount) continue;
      const model = reaches.model(point);
      if (model === null || !isWithin(model.ttftSeconds, latency?.ttftSeconds)) continue;
      if (!isWithin(model.tpotSeconds, latency?.tpotSeconds)) continue;
      const tokensPerSecond = model.tokensPerSecond * (1 + BOUND_ROUNDING);
      this.rates.push(tokensPerSecond);
      this.costs.push(cost);
      if (tokensPerSecond > this.mostTokensPerSecond) this.mostTokensPerSecond = tokensPerSecond;
      if (tokensPerSecond < this.leastTokensPerSecond) this.leastTokensPerSecond = tokensPerSecond;
    }
  }

  cost(tokensPerSecond: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.rates.length; i++) {
      if (this.rates[i]! >= tokensPerSecond && this.costs[i]! < least) least = this.costs[i]!;
    }
    return safely(this.rules.scale, least);
  }
}

function isWithin(seconds: number | null, limit: number | null | undefined): boolean {
  return typeof limit !== "number" || (seconds ?? 0) <= limit + Math.abs(limit) * BOUND_ROUNDING;
}
