import type { LayerLine } from "../../cost/cost-model.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { PieceKinds } from "../bounds/mixed-cost.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { Sends, StageReach } from "../stages/stage-reach.ts";
import {
  type BlockBound,
  type BlockRules,
  BOUND_ROUNDING,
  type ReachingGroup,
  safely,
} from "./block-bound.ts";

/** What stages are asked for in a block. */
export interface StagesAsked {
  readonly point: OperatingPoint;
  readonly stages: number;
  /** Fewest and most layers of a stage by the rules. */
  readonly smallest: number;
  readonly largest: number;
  /** Null where no latency is limited. */
  readonly latency: LatencyBudget | null;
}

/** What a stage holds of a demand, from above, when it has some layers; null: the layers themselves. */
interface Demand {
  readonly total: number;
  readonly holds: ((reach: StageReach, most: number, sends: Sends) => number) | null;
}

/** Shares of a latency that layers are weighed against; see `latencyDemands` in bounds/. */
const SHARES = [0.9, 0.98];

/**
 * Bounds on placements of several stages: what a group holds at a rate threshold follows from its reach. Every layer is held and every
 * stage (where nodes are placed: every node) is paid for, in whatever mix of groups costs least. With limits on latencies it holds for
 * layers weighed against what they take of a limit, too: Σ (n − λ·t) ≥ L − λ·A for any λ ≥ 0.
 */
export class StagesBound implements BlockBound {
  private readonly reaches: readonly StageReach[];
  private readonly demands: readonly Demand[];

  constructor(
    private readonly rules: BlockRules,
    private readonly groups: readonly ReachingGroup[],
    private readonly asked: StagesAsked,
  ) {
    const { point, stages, latency } = asked;
    this.reaches = groups.map(({ reaches }) => reaches.part(point, stages, latency !== null));
    this.demands = [
      { total: rules.layers, holds: null },
      ...(latency === null ? [] : demandsOf(latency, rules.layers, asked.smallest)),
    ];
  }

  get mostTokensPerSecond(): number {
    const { smallest } = this.asked;
    let most = 0;
    for (const reach of this.reaches) {
      if (reach.mostLayers < smallest) continue;
      const tokensPerSecond = reach.fastest(smallest);
      if (tokensPerSecond > most) most = tokensPerSecond;
    }
    return most;
  }

  get leastTokensPerSecond(): number {
    const { smallest, largest } = this.asked;
    let least = Number.POSITIVE_INFINITY;
    for (const reach of this.reaches) {
      const most = Math.min(largest, reach.mostLayers);
      if (most >= smallest) least = Math.min(least, reach.slowest(most));
    }
    return least;
  }

  cost(tokensPerSecond: number): number {
    let cost = 0;
    for (const demand of this.demands) {
      cost = Math.max(cost, this.costOf(demand, tokensPerSecond));
      if (cost === Number.POSITIVE_INFINITY) break;
    }
    return safely(this.rules.scale, cost);
  }

  private costOf(demand: Demand, tokensPerSecond: number): number {
    const { equalStages } = this.rules;
    const { stages } = this.asked;
    if (equalStages === null) return this.costOfStages(demand, tokensPerSecond);
    let least = Number.POSITIVE_INFINITY;
    const most = equalStages === "one" ? 1 : stages;
    for (let each = 1; each <= most; each++) {
      if (stages % each !== 0) continue;
      least = Math.min(least, this.costOfNodes(demand, each, tokensPerSecond));
    }
    return least;
  }

  /** Stages wherever there is room: each pays for the share of its instance that it takes. */
  private costOfStages(demand: Demand, tokensPerSecond: number): number {
    const { layers, mostInstances } = this.rules;
    pieces.clear();
    let onInstance = 0;
    for (let i = 0; i < this.groups.length; i++) {
      const { cost, gpuCount, groupGpus } = this.groups[i]!;
      const away = this.held(i, demand, tokensPerSecond, "away");
      const inside = this.held(i, demand, tokensPerSecond, "inside");
      const holds = Math.max(away, inside);
      if (holds === NOTHING) continue;
      onInstance = Math.max(onInstance, (holds * gpuCount) / groupGpus);
      pieces.add(holds, (cost * groupGpus) / gpuCount);
    }
    if (demand.holds === null && onInstance * mostInstances < layers * (1 - BOUND_ROUNDING)) {
      return Number.POSITIVE_INFINITY;
    }
    return pieces.mixedCost(this.asked.stages, demand.total);
  }

  /** Nodes of `each` stages: each is an instance of its own. */
  private costOfNodes(demand: Demand, each: number, tokensPerSecond: number): number {
    const { mostInstances, isFull } = this.rules;
    const nodes = this.asked.stages / each;
    if (nodes > mostInstances) return Number.POSITIVE_INFINITY;
    pieces.clear();
    for (let i = 0; i < this.groups.length; i++) {
      const { cost, gpuCount, groupGpus } = this.groups[i]!;
      const used = each * groupGpus;
      if (isFull ? used !== gpuCount : used > gpuCount) continue;
      const away = this.held(i, demand, tokensPerSecond, "away");
      const inside = each === 1 ? away : this.held(i, demand, tokensPerSecond, "inside");
      if (away === NOTHING || inside === NOTHING) continue;
      pieces.add(away + (each - 1) * inside, cost);
    }
    return pieces.mixedCost(nodes, demand.total);
  }

  /** The most of a demand that a stage of a group holds; `NOTHING` where it can have no allowed number of layers. */
  private held(group: number, demand: Demand, tokensPerSecond: number, sends: Sends): number {
    const reach = this.reaches[group]!;
    const { smallest, largest, latency } = this.asked;
    let most = reach.mostAt(tokensPerSecond, sends, largest);
    if (latency !== null) most = reach.mostWithin(latency, sends, most);
    if (most < smallest) return NOTHING;
    return demand.holds === null ? most : demand.holds(reach, most, sends);
  }
}

const NOTHING = Number.NEGATIVE_INFINITY;

/** Filled anew for every bound. */
const pieces = new PieceKinds();

function demandsOf(latency: LatencyBudget, layers: number, smallest: number): Demand[] {
  const weighed = (limit: number | null, lineOf: (reach: StageReach) => LayerLine): Demand[] => {
    if (limit === null) return [];
    if (limit <= 0) return [{ total: Number.POSITIVE_INFINITY, holds: () => 0 }];
    return SHARES.map((share) => ({
      total: (1 - share) * layers,
      holds: (reach, most, sends) =>
        reach.mostWeight(lineOf(reach), (share * layers) / limit, sends, smallest, most),
    }));
  };
  return [
    ...weighed(latency.ttftSeconds, ({ ttft }) => ttft),
    ...weighed(latency.tpotSeconds, ({ tpot }) => tpot),
  ];
}
