import type { InstanceClass } from "../instances/instance-class.ts";
import type { SolveRequest } from "../request.ts";
import type { GroupReaches } from "../stages/reach-cache.ts";
import type { CostScale } from "./goal.ts";

/** Keeps a bound from being lifted above the truth by rounding, relative. */
export const BOUND_ROUNDING = 1e-9;

/** A class of instances, and one kind of group on them, as bounds without tables see them. */
export interface ReachingGroup {
  readonly instanceClass: InstanceClass;
  /** Search cost of one instance. */
  readonly cost: number;
  readonly gpuCount: number;
  readonly groupGpus: number;
  readonly reaches: GroupReaches;
}

/** What all blocks of a search have in common, as far as bounds go. */
export interface BlockRules {
  readonly layers: number;
  readonly scale: CostScale;
  /** Instances that a placement may have at most; Infinity for any number. */
  readonly mostInstances: number;
  /** Stages on a node, where all nodes have equally many: "one", or any equal number; null: stages stand wherever there is room. */
  readonly equalStages: "one" | "equal" | null;
  /** All GPUs of a node are in use. */
  readonly isFull: boolean;
}

/** The rules of a request. @param placesNodes whether all stages have one TP degree and stand on nodes of a derived network */
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
    isFull: equal !== "any" && (noIdleGpus || (nodeRules?.wholeInstances ?? false)),
  };
}

/** Lower bounds on the search cost of all placements of a block, by the rate that their slowest stage reaches. */
export interface BlockBound {
  /** Tokens/s that no placement's slowest stage is above; 0 where there is no placement. */
  readonly mostTokensPerSecond: number;
  /** Tokens/s below which no placement is cheaper than at it. */
  readonly leastTokensPerSecond: number;
  /** Search cost from below of every placement that reaches a rate; Infinity where there is none. */
  cost(tokensPerSecond: number): number;
}

/** A bound as the search compares it: costs that a MILP is proven on to less than 1 are whole numbers. */
export function safely({ absoluteGap }: CostScale, cost: number): number {
  const bound = cost * (1 - BOUND_ROUNDING);
  return absoluteGap > 0 ? Math.ceil(bound) : bound;
}
