import { mixedCost, type PieceKind } from "../bounds/mixed-cost.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { SolveRequest } from "../request.ts";
import { REACH_ROUNDING, type StageReach } from "../stages/stage-reach.ts";
import type { CostScale } from "./goal.ts";

/** A class of instances, and one kind of group on them, as a bound sees them. */
export interface BlockOption {
  readonly instanceClass: InstanceClass;
  readonly groupGpus: number;
  /** Of a stage among several. */
  readonly reach: StageReach;
}

/** A class and a kind of group on it that may hold the whole model. */
export interface ModelOption {
  readonly instanceClass: InstanceClass;
  readonly groupGpus: number;
  /** Tokens/s as the only stage; 0 where the model does not fit. */
  readonly tokensPerSecond: number;
}

/** Lower bounds on the search cost of all placements of a block, by the rate that their slowest stage reaches. */
export interface BlockBound {
  /** Tokens/s that no placement's slowest stage is above; 0 where there is none. */
  readonly mostTokensPerSecond: number;
  /** Tokens/s below which no placement is cheaper than at it. */
  readonly leastTokensPerSecond: number;
  /** Search cost from below of every placement that reaches a rate; Infinity where there is none. */
  cost(tokensPerSecond: number): number;
}

/** What all blocks of a search have in common, as far as bounds go. */
export interface BlockRules {
  readonly layers: number;
  readonly scale: CostScale;
  /** Instances that a placement may have at most; Infinity for any number. */
  readonly mostInstances: number;
  /** Stages on a node, where all nodes have equally many: "one", or any equal number; null: stages stand wherever there is room. */
  readonly equalStages: "one" | "equal" | null;
  /** All GPUs of an instance are in use. */
  readonly isFull: boolean;
}

/** The rules of a request as bounds without tables know them. `uniform`: whether all stages have the TP degree of the block. */
export function blockRules(
  { nodeRules, noIdleGpus, maxInstances }: SolveRequest,
  layers: number,
  scale: CostScale,
  placesNodes: boolean,
): BlockRules {
  const equal = placesNodes && nodeRules ? nodeRules.stagesPerNode : "any";
  return {
    layers,
    scale,
    mostInstances: maxInstances ?? Number.POSITIVE_INFINITY,
    equalStages: equal === "any" ? null : equal,
    isFull: noIdleGpus || (nodeRules?.wholeInstances ?? false),
  };
}

/** A bound as the search compares it: costs that a MILP is proven on to less than 1 are whole numbers. */
function whole({ absoluteGap }: CostScale, cost: number): number {
  const bound = cost * (1 - REACH_ROUNDING);
  return absoluteGap > 0 ? Math.ceil(bound) : bound;
}

/** Of placements with a single stage all is known but for rounding. */
export class ModelBound implements BlockBound {
  readonly mostTokensPerSecond: number;
  readonly leastTokensPerSecond: number;
  private readonly options: readonly ModelOption[];

  constructor(
    private readonly rules: BlockRules,
    options: readonly ModelOption[],
  ) {
    const { isFull, equalStages } = rules;
    this.options = options.filter(
      ({ instanceClass, groupGpus, tokensPerSecond }) =>
        tokensPerSecond > 0 &&
        !(isFull && equalStages !== null && groupGpus !== instanceClass.type.instance.gpuCount),
    );
    const rates = this.options.map(({ tokensPerSecond }) => tokensPerSecond);
    this.mostTokensPerSecond = Math.max(0, ...rates) * (1 + REACH_ROUNDING);
    this.leastTokensPerSecond = Math.min(...rates) * (1 - REACH_ROUNDING);
  }

  cost(tokensPerSecond: number): number {
    const { scale } = this.rules;
    let least = Number.POSITIVE_INFINITY;
    for (const option of this.options) {
      if (option.tokensPerSecond * (1 + REACH_ROUNDING) < tokensPerSecond) continue;
      least = Math.min(least, scale.perInstance(option.instanceClass.position));
    }
    return whole(scale, least);
  }
}

/**
 * Placements of several stages, without tables of the stages: what a group holds at a rate threshold follows from its reach.
 * Every layer is held and every stage is paid for, in whatever mix of groups costs least.
 */
export class StagesBound implements BlockBound {
  constructor(
    private readonly rules: BlockRules,
    private readonly options: readonly BlockOption[],
    private readonly stages: number,
    /** Fewest and most layers of a stage by the rules. */
    private readonly smallest: number,
    private readonly largest: number,
  ) {}

  get mostTokensPerSecond(): number {
    let most = 0;
    for (const { reach } of this.options) {
      if (reach.mostLayers >= this.smallest) most = Math.max(most, fastest(reach, this.smallest));
    }
    return most;
  }

  get leastTokensPerSecond(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { reach } of this.options) {
      const most = Math.min(this.largest, reach.mostLayers);
      if (most >= this.smallest) least = Math.min(least, reach.slowest(most));
    }
    return least;
  }

  cost(tokensPerSecond: number): number {
    return whole(this.rules.scale, this.costOf(tokensPerSecond));
  }

  private costOf(tokensPerSecond: number): number {
    const { equalStages } = this.rules;
    if (equalStages === null) return this.costOfStages(tokensPerSecond);
    let least = Number.POSITIVE_INFINITY;
    const most = equalStages === "one" ? 1 : this.stages;
    for (let each = 1; each <= most; each++) {
      if (this.stages % each === 0) {
        least = Math.min(least, this.costOfNodes(each, tokensPerSecond));
      }
    }
    return least;
  }

  /** Stages wherever there is room: each pays for the share of its instance that it takes. */
  private costOfStages(tokensPerSecond: number): number {
    const { layers, scale, mostInstances } = this.rules;
    const kinds: PieceKind[] = [];
    let onInstance = 0;
    for (const { instanceClass, groupGpus, reach } of this.options) {
      const { gpuCount } = instanceClass.type.instance;
      const holds = Math.max(
        reach.mostAt(tokensPerSecond, "inside", this.largest),
        reach.mostAt(tokensPerSecond, "away", this.largest),
      );
      if (holds < this.smallest) continue;
      onInstance = Math.max(onInstance, (holds * gpuCount) / groupGpus);
      const cost = (scale.perInstance(instanceClass.position) * groupGpus) / gpuCount;
      kinds.push({ holds, cost });
    }
    if (onInstance * mostInstances < layers * (1 - REACH_ROUNDING)) {
      return Number.POSITIVE_INFINITY;
    }
    return mixedCost(kinds, this.stages, layers);
  }

  /** Nodes of `each` stages: each is an instance of its own. */
  private costOfNodes(each: number, tokensPerSecond: number): number {
    const { layers, scale, mostInstances, isFull } = this.rules;
    const nodes = this.stages / each;
    if (nodes > mostInstances) return Number.POSITIVE_INFINITY;
    const kinds: PieceKind[] = [];
    for (const { instanceClass, groupGpus, reach } of this.options) {
      const { gpuCount } = instanceClass.type.instance;
      const used = each * groupGpus;
      if (isFull ? used !== gpuCount : used > gpuCount) continue;
      const away = reach.mostAt(tokensPerSecond, "away", this.largest);
      const inside = each > 1 ? reach.mostAt(tokensPerSecond, "inside", this.largest) : away;
      if (Math.min(away, inside) < this.smallest) continue;
      const cost = scale.perInstance(instanceClass.position);
      kinds.push({ holds: away + (each - 1) * inside, cost });
    }
    return mixedCost(kinds, nodes, layers);
  }
}

function fastest(reach: StageReach, layers: number): number {
  return Math.max(reach.fastest(layers, "inside"), reach.fastest(layers, "away"));
}
