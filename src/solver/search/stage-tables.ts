import type { Placement } from "../../placement/placement.ts";
import type { Demand } from "../bounds/demand.ts";
import { layerDemands } from "../bounds/demands.ts";
import { coverBound } from "../bounds/knapsack-bound.ts";
import { latencyDemands, latencyOutOfReach } from "../bounds/latency-bound.ts";
import type { LayerWeights } from "../bounds/layer-weights.ts";
import { restBound } from "../bounds/rest-bound.ts";
import { nodeInstances } from "../deployable/node-instances.ts";
import { placementOfNodes } from "../deployable/node-placement.ts";
import type { NodeShape } from "../deployable/node-rules.ts";
import type { LinksAtRate, MatrixLinks } from "../instances/matrix-links.ts";
import { type CandidatesAtRate, candidatesAtRate } from "../stages/candidates-at-rate.ts";
import { largestAtRate } from "../stages/size-rates.ts";
import type { BatchOptions } from "../stages/stage-options.ts";
import type { CostScale } from "./goal.ts";

export const MOST_BOUND_WEIGHTS = 4;

/** Keeps a rough bound from being lifted above the truth by rounding. */
const ROUNDING = 1e-9;

/** Weights of layers, their number first. */
export interface WeightSets {
  /** For the rows of the cover relaxation. */
  readonly rows: readonly LayerWeights[];
  /** For bounds. */
  readonly bounds: readonly LayerWeights[];
}

/** What all cases of a search have in common, as far as bounds go. */
export interface BoundSetting {
  readonly layers: number;
  /** Links between instances below this are not used, GB/s. */
  readonly minOutsideGBytesPerSecond: number;
  readonly scale: CostScale;
  readonly noIdleGpus: boolean;
  /** Instances that a placement may have at most; Infinity for any number. */
  readonly mostInstances: number;
  readonly matrixLinks: MatrixLinks | null;
}

/**
 * One batch size (and number of stages, where stages or limits depend on it; and TP degree, when it has to be the same
 * everywhere): what the stages and the bounds are tabulated by.
 */
export class StageTables {
  private readonly linked = new Map<number, Float64Array>();
  private readonly single = new Map<number, number>();
  private readonly linksByLevel = new Map<number, LinksAtRate>();

  constructor(
    readonly batch: BatchOptions,
    readonly groupGpus: number | null,
    private readonly maxStages: number,
    private readonly setting: BoundSetting,
    /** tokens/s of a link of some GB/s. */
    readonly linkRate: (gBytesPerSecond: number) => number,
    readonly layerWeights: WeightSets,
    /** What nodes look like; null: stages stand wherever there is room. */
    readonly shape: NodeShape | null,
  ) {}

  /** Stages of what the formulations place as one: 1, or those of a node. */
  private get stagesPerPiece(): number {
    return this.shape?.placesNodes ? this.shape.stagesPerNode : 1;
  }

  /** How many pieces a pipeline of so many stages is placed in: its stages, or its nodes. */
  pieces(stages: number): number {
    return stages / this.stagesPerPiece;
  }

  get minOutsideGBytesPerSecond(): number {
    return this.setting.minOutsideGBytesPerSecond;
  }

  /** What an explicit matrix allows at a level; null with a derived network. */
  links(level: number): LinksAtRate | null {
    const { matrixLinks } = this.setting;
    if (!matrixLinks) return null;
    let links = this.linksByLevel.get(level);
    if (!links) {
      const minRate = this.batch.levels[level]!;
      links = matrixLinks.at((bandwidth) => this.linkRate(bandwidth) >= minRate);
      this.linksByLevel.set(level, links);
    }
    return links;
  }

  /** A placement of pieces as one of stages. `candidates`: those that it was made of. */
  placement(pieces: Placement, candidates: readonly CandidatesAtRate[]): Placement {
    if (!this.shape?.placesNodes) return pieces;
    const { layers } = this.setting;
    return placementOfNodes(pieces, candidates, this.shape, layers, this.batch.setting.latency);
  }

  /** What may be used at a level: where whole nodes are placed, as instances of one group for all stages of a node. */
  candidates(level: number, stages: number): CandidatesAtRate[] {
    const candidates = candidatesAtRate(
      this.batch,
      this.batch.levels[level]!,
      stages,
      this.groupGpus,
      this.minOutsideGBytesPerSecond,
      this.links(level),
    );
    if (!this.shape) return candidates;
    const { layers, noIdleGpus } = this.setting;
    const budget = this.batch.setting.latency;
    return nodeInstances(candidates, stages, { shape: this.shape, layers, noIdleGpus, budget });
  }

  /** Search cost from below of every placement of `stages` stages that reaches the level; Infinity when there is none. */
  bound(level: number, stages: number): number {
    const pieces = this.pieces(stages);
    // Every node is an instance of its own.
    if (this.shape?.placesNodes && pieces > this.setting.mostInstances) {
      return Number.POSITIVE_INFINITY;
    }
    return pieces === 1 ? this.singleBound(level) : this.linkedBound(level)[pieces]!;
  }

  /**
   * A bound from below that costs next to nothing: every layer at the least cost per layer of any option,
   *   max(L · min c/n, S · min c),  c = cost of an instance · TP / its GPUs, n = most layers per stage that is fast enough.
   * The stages of an instance use no more GPUs than it has, so their shares add up to no more than its cost, and they hold no
   * more than all of its GPUs could at n/TP each: as many instances as are allowed have to hold L layers.
   */
  roughBound(level: number, stages: number): number {
    const minRate = this.batch.levels[level]!;
    const { layers, scale, mostInstances } = this.setting;
    let mostOnInstance = 0;
    let perLayer = Number.POSITIVE_INFINITY;
    let perStage = Number.POSITIVE_INFINITY;
    for (const { instanceClass, options } of this.batch.candidates) {
      const { gpuCount } = instanceClass.type.instance;
      const perGpu = scale.perInstance(instanceClass.position) / gpuCount;
      for (const option of options) {
        if (this.groupGpus !== null && option.groupGpus !== this.groupGpus) continue;
        const most = largestAtRate(option, minRate);
        if (most === null) continue;
        mostOnInstance = Math.max(mostOnInstance, (most * gpuCount) / option.groupGpus);
        const cost = perGpu * option.groupGpus;
        perLayer = Math.min(perLayer, cost / most);
        perStage = Math.min(perStage, cost);
      }
    }
    if (mostOnInstance * mostInstances < layers * (1 - ROUNDING)) return Number.POSITIVE_INFINITY;
    const bound = Math.max(layers * perLayer, stages * perStage) * (1 - ROUNDING);
    // Costs that a MILP is proven on to less than 1 are whole numbers.
    return scale.absoluteGap > 0 ? Math.ceil(bound) : bound;
  }

  private linkedBound(level: number): Float64Array {
    let bound = this.linked.get(level);
    if (!bound) {
      bound = this.coverBounds(level);
      for (let s = 0; s < bound.length; s++) bound[s] = bound[s]! - this.setting.scale.perLink;
      this.linked.set(level, bound);
    }
    return bound;
  }

  /** Bounds with links counted as one more than there are; where layers are not alike, by several weights of theirs. */
  private coverBounds(level: number): Float64Array {
    const mostPieces = this.pieces(this.maxStages);
    const { scale, mostInstances } = this.setting;
    const candidates = this.candidates(level, this.maxStages);
    const { latency } = this.batch.setting;
    const nothing = new Float64Array(mostPieces + 1).fill(Number.POSITIVE_INFINITY);
    if (latency && latencyOutOfReach(candidates, mostPieces, latency)) return nothing;
    const costOf = (position: number): number => scale.perInstance(position) + scale.perLink;
    const restType = this.shape?.placesNodes ? this.shape.restType : null;
    const best = new Float64Array(mostPieces + 1);
    for (const demand of this.demands(
      latency ? latencyDemands(latency, mostPieces, this.setting.layers) : [],
    )) {
      const bound =
        restType === null
          ? coverBound(candidates, mostPieces, demand, costOf, mostInstances)
          : restBound(candidates, restType, mostPieces, demand, costOf, mostInstances);
      for (const [s, cost] of bound.entries()) if (cost > best[s]!) best[s] = cost;
      // Where latencies are limited, tables are of one number of stages: nothing left for it, nothing left at all.
      if (latency && best[mostPieces] === Number.POSITIVE_INFINITY) return nothing;
    }
    return best;
  }

  private demands(more: readonly Demand[]): Demand[] {
    const { layers } = this.setting;
    return [...layerDemands(layers, this.layerWeights.bounds), ...more];
  }

  /** Of one stage, or of one node, all is known: it holds every layer. */
  private singleBound(level: number): number {
    let bound = this.single.get(level);
    if (bound === undefined) {
      bound = Number.POSITIVE_INFINITY;
      for (const { instanceClass, options } of this.candidates(level, this.stagesPerPiece)) {
        if (options.some(({ sizes }) => sizes.includes(this.setting.layers))) {
          bound = Math.min(bound, this.setting.scale.perInstance(instanceClass.position));
        }
      }
      this.single.set(level, bound);
    }
    return bound;
  }
}
