import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { LayerWeights } from "../bounds/layer-weights.ts";
import type { NodeShape } from "../deployable/node-rules.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { LinksAtRate } from "../instances/matrix-links.ts";
import { asksForNext, type CandidatesAtRate } from "../stages/candidates-at-rate.ts";
import type { BatchOptions } from "../stages/stage-options.ts";
import { type CaseCosts, type CaseLimit, countsLinks, type RentalRules } from "./rental-rows.ts";

/**
 * The cheapest placement of S stages at one operating point whose stages and links all reach a rate: everything that a formulation
 * of this question needs.
 */
export interface Case {
  readonly problem: Problem;
  /** S. */
  readonly stages: number;
  /** tokens/s that every stage and every link reaches. */
  readonly minRate: number;
  /** Stages at the operating point, their limits on latency, and the levels. */
  readonly batch: BatchOptions;
  /** The instances that may be used, all of one site. */
  readonly classes: readonly InstanceClass[];
  /** One degree for all stages; null: each its own. */
  readonly groupGpus: number | null;
  /** Links between instances below this are not used, GB/s. */
  readonly minOutsideGBytesPerSecond: number;
  /** What nodes look like; null: stages stand wherever there is room. */
  readonly shape: NodeShape | null;
  /** What can be placed at the rate: stages, or whole nodes where the shape says so. */
  readonly candidates: readonly CandidatesAtRate[];
  /** How many of them a pipeline has: S, or its nodes. */
  readonly pieces: number;
  /** What an explicit matrix allows at the rate; null with a derived network. */
  readonly links: LinksAtRate | null;
  /** The weights of layers that the cover relaxation has rows for, their number first. */
  readonly layerWeights: readonly LayerWeights[];
  /** Those that bounds are computed for. */
  readonly boundWeights: readonly LayerWeights[];
  readonly costs: CaseCosts;
  readonly limits: readonly CaseLimit[];
  readonly rules: RentalRules;
  /** A placement of pieces as one of stages. */
  readonly ofStages: (pieces: Placement) => Placement;
}

/**
 * Whether any order of the stages is as good as another, links aside: runs of so many layers are alike wherever they start, and no
 * latencies are added up.
 */
export function isOrderFree({ candidates, batch }: Case): boolean {
  return (
    batch.setting.latency === null &&
    candidates.every(({ options }) => options.every(({ starts }) => starts.table.isAlike))
  );
}

/** Whether links between instances have a part in the costs or the limits of a case. */
export function linksCount({ costs, limits }: Case): boolean {
  return countsLinks(costs, limits);
}

/** Whether nothing depends on which concrete GPUs a stage has: then formulations over classes of instances are exact. */
export function classesSuffice(of: Case): boolean {
  if (of.stages === 1 || of.shape?.placesNodes) return true;
  // Where listed groups are nodes, their order and which of their GPUs serve first may matter too.
  if (of.shape || of.links?.binding) return false;
  if (isOrderFree(of)) return true;
  // The order of unequal layers is fixed, so stages on one instance cannot always be put side by side or apart.
  return (
    !linksCount(of) &&
    !asksForNext(of.candidates) &&
    of.candidates.every(({ neighbours }) => neighbours)
  );
}
