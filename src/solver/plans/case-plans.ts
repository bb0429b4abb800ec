import { layerCount } from "../../model/model.ts";
import type { Demand } from "../bounds/demand.ts";
import { layerDemands } from "../bounds/demands.ts";
import { coverFloors } from "../bounds/knapsack-bound.ts";
import { latencyDemands } from "../bounds/latency-bound.ts";
import type { Case } from "../formulations/case.ts";
import { CheapestPlans } from "./cheapest-plans.ts";
import type { PlanClass } from "./cost-to-go.ts";
import { type Pattern, patternsOf } from "./pattern.ts";
import { allowedBy } from "./rules.ts";

/** Σ uses over the instances of a plan ≤ most. */
interface PlanLimit {
  /** By candidate. */
  readonly uses: readonly number[];
  readonly most: number;
}

/**
 * The plans of a case. Links between instances count as one less than the instances here: no placement has fewer, and one that has more
 * does not keep what its plan promises.
 */
export class CasePlans {
  /** What a plan costs at least that has an instance of a candidate; Infinity where there is none. */
  readonly floors: readonly number[];
  private readonly demands: readonly Demand[];
  private readonly costs: readonly number[];
  private readonly limits: readonly PlanLimit[];
  private readonly mostInstances: number;
  private readonly patterns = new Map<number, readonly Pattern[] | null>();

  constructor(private readonly whole: Case) {
    const { candidates, pieces, costs, limits, problem, boundWeights, rules } = whole;
    const { latency } = whole.batch.setting;
    const layers = layerCount(problem.model);
    const positions = candidates.map(({ instanceClass }) => instanceClass.position);
    this.demands = [
      ...layerDemands(layers, boundWeights),
      ...(latency ? latencyDemands(latency, pieces, layers) : []),
    ];
    this.costs = positions.map((position) => costs.perInstance(position) + costs.perLink);
    // What a limit requires at least is proven already.
    this.limits = limits.flatMap(
      ({ perInstance, perLink = 0, most = Number.POSITIVE_INFINITY }) => {
        const uses = positions.map((position) => perInstance(position) + perLink);
        return most === Number.POSITIVE_INFINITY ? [] : [{ uses, most: most + perLink }];
      },
    );
    this.mostInstances = rules.maxInstances ?? Number.POSITIVE_INFINITY;
    const floors = this.floorsOf(this.costs);
    const isWithin = this.limits.map(({ uses, most }) =>
      this.floorsOf(uses).map((floor) => floor <= most),
    );
    this.floors = floors.map((floor, i) =>
      isWithin.every((list) => list[i]) ? floor : Number.POSITIVE_INFINITY,
    );
  }

  /** The plans with instances of some candidates only, by rising cost; null when too many patterns would have to be listed. */
  among(chosen: readonly number[], mostNodes: number): CheapestPlans | null {
    const classes: PlanClass[] = [];
    for (const candidate of chosen) {
      const patterns = this.patternsOf(candidate);
      if (patterns === null) return null;
      classes.push({
        candidate,
        copies: this.whole.candidates[candidate]!.instanceClass.instances.length,
        patterns,
        cost: this.costs[candidate]!,
        uses: this.limits.map(({ uses }) => uses[candidate]!),
      });
    }
    const need = {
      stages: this.whole.pieces,
      totals: this.demands.map(({ total }) => total),
      mostInstances: this.mostInstances,
    };
    const limits = this.limits.map(({ most }) => most);
    return new CheapestPlans({ classes, need, limits, allows: allowedBy(this.whole) }, mostNodes);
  }

  /** The best of what all demands say. */
  private floorsOf(costs: readonly number[]): number[] {
    const { candidates, pieces } = this.whole;
    const best = candidates.map(() => 0);
    for (const demand of this.demands) {
      const floors = coverFloors(candidates, pieces, demand, costs, this.mostInstances);
      for (const [i, floor] of floors.entries()) best[i] = Math.max(best[i]!, floor);
    }
    return best;
  }

  private patternsOf(candidate: number): readonly Pattern[] | null {
    let patterns = this.patterns.get(candidate);
    if (patterns === undefined) {
      const { candidates, pieces, rules, batch } = this.whole;
      patterns = patternsOf(candidates[candidate]!, {
        stages: pieces,
        demands: this.demands,
        stagesPerInstance: rules.stagesPerInstance ?? null,
        noIdleGpus: rules.noIdleGpus,
        countsGpus: (rules.mostGpusInUse ?? null) !== null,
        isLatencyLimited: batch.setting.latency !== null,
      });
      this.patterns.set(candidate, patterns);
    }
    return patterns;
  }
}
