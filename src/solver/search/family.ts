import { coverBound, type Load } from "../count/cover-bound.ts";
import { atFloor, type FlooredHost, type FlooredOption, startsOf } from "../floor.ts";
import type { LinksAtFloor, MatrixLinks } from "../links/matrix-links.ts";
import type { BatchOptions } from "../options.ts";
import { latencyLoads, leastLatencies } from "../starts/latency-bound.ts";
import { heaviestAnywhere, type Measure } from "../starts/measures.ts";
import type { CostScale } from "./goal.ts";

/** Weights of layers used for bounds, in whole steps of this part of an average layer, rounded up where a stage holds them. */
const WEIGHT_STEPS = 4;
export const MOST_BOUND_MEASURES = 4;

/** Weights of layers that are not alike; empty lists where it does not matter where stages start. */
export interface FamilyMeasures {
  /** For the rows of the cover relaxation. */
  readonly rows: readonly Measure[];
  /** For bounds, the number of layers first. */
  readonly bounds: readonly Measure[];
}

/** What all cases of a search have in common, as far as bounds go. */
export interface BoundSetting {
  readonly layers: number;
  /** Links between instances below this are not used, GB/s. */
  readonly minOutsideGBytesPerSecond: number;
  readonly scale: CostScale;
  readonly matrixLinks: MatrixLinks | null;
}

/**
 * One batch size (and number of stages, where stages or limits depend on it; and TP degree, when it has to be the same
 * everywhere): what the stages and the bounds are tabulated by.
 */
export class Family {
  private readonly linked = new Map<number, Float64Array>();
  private readonly single = new Map<number, number>();
  private readonly linksByLevel = new Map<number, LinksAtFloor>();

  constructor(
    readonly batch: BatchOptions,
    readonly tpDegree: number | null,
    private readonly maxStages: number,
    private readonly setting: BoundSetting,
    /** tokens/s of a link of some GB/s. */
    readonly linkRate: (gBytesPerSecond: number) => number,
    readonly measures: FamilyMeasures,
  ) {}

  get minOutsideGBytesPerSecond(): number {
    return this.setting.minOutsideGBytesPerSecond;
  }

  /** What an explicit matrix allows at a level; null with a derived network. */
  links(level: number): LinksAtFloor | null {
    const { matrixLinks } = this.setting;
    if (!matrixLinks) return null;
    let links = this.linksByLevel.get(level);
    if (!links) {
      const floor = this.batch.levels[level]!;
      links = matrixLinks.at((bandwidth) => this.linkRate(bandwidth) >= floor);
      this.linksByLevel.set(level, links);
    }
    return links;
  }

  hosts(level: number, stages: number): FlooredHost[] {
    return atFloor(
      this.batch,
      this.batch.levels[level]!,
      stages,
      this.tpDegree,
      this.minOutsideGBytesPerSecond,
      this.links(level),
    );
  }

  /** Search cost from below of every placement of `stages` stages that reaches the level; Infinity when there is none. */
  bound(level: number, stages: number): number {
    return stages === 1 ? this.singleBound(level) : this.linkedBound(level)[stages]!;
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
    const { maxStages } = this;
    const { scale } = this.setting;
    const hosts = this.hosts(level, maxStages);
    const { latency } = this.batch.setting;
    const nothing = new Float64Array(maxStages + 1).fill(Number.POSITIVE_INFINITY);
    if (latency && leastLatencies(hosts, maxStages, latency) === null) return nothing;
    const costOf = (position: number): number => scale.perInstance(position) + scale.perLink;
    const best = new Float64Array(maxStages + 1);
    for (const load of this.loads(
      latency ? latencyLoads(latency, maxStages, this.setting.layers) : [],
    )) {
      const bound = coverBound(hosts, maxStages, load, costOf);
      for (const [s, cost] of bound.entries()) if (cost > best[s]!) best[s] = cost;
      // A family of one number of stages has its answer when nothing is left for that number.
      if (latency && best[maxStages] === Number.POSITIVE_INFINITY) return nothing;
    }
    return best;
  }

  private loads(more: readonly Load[]): Load[] {
    const { layers } = this.setting;
    return [
      { total: layers, holds: (option: FlooredOption) => option.largest },
      ...this.measures.bounds.slice(1).map((measure) => ({
        total: layers * WEIGHT_STEPS,
        holds: (option: FlooredOption) =>
          Math.ceil(heaviestAnywhere(measure, startsOf(option)) * WEIGHT_STEPS),
      })),
      ...more,
    ];
  }

  /** Of one stage all is known: it holds every layer. */
  private singleBound(level: number): number {
    let bound = this.single.get(level);
    if (bound === undefined) {
      bound = Number.POSITIVE_INFINITY;
      for (const { host, options } of this.hosts(level, 1)) {
        if (options.some(({ sizes }) => sizes.includes(this.setting.layers))) {
          bound = Math.min(bound, this.setting.scale.perInstance(host.position));
        }
      }
      this.single.set(level, bound);
    }
    return bound;
  }
}
