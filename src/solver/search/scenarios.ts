import type { Problem } from "../../placement/problem.ts";
import { allowedSegmentSizes } from "../../placement/segment-sizes.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { coverBound } from "../count/cover-bound.ts";
import { atFloor, type FlooredHost } from "../floor.ts";
import type { HostClass } from "../hosts/host-class.ts";
import { type LinksAtFloor, MatrixLinks } from "../links/matrix-links.ts";
import { type BatchOptions, batchOptions, pairRate } from "../options.ts";
import type { SolveRequest } from "../request.ts";
import { sizesAt } from "../starts/formulation.ts";
import { heaviestSegment, layerMeasures, type Measure } from "../starts/measures.ts";
import type { CostScale } from "./goal.ts";

/** Weights of layers used for bounds, in whole steps of this part of an average layer, rounded up where a stage holds them. */
const WEIGHT_STEPS = 4;
const MOST_BOUND_MEASURES = 4;

/** One batch size (and TP degree, when it has to be the same everywhere): what the bounds are tabulated by. */
class Family {
  private readonly linked = new Map<number, Float64Array>();
  private readonly single = new Map<number, number>();
  private readonly linksByLevel = new Map<number, LinksAtFloor>();

  constructor(
    readonly batch: BatchOptions,
    readonly tpDegree: number | null,
    private readonly maxStages: number,
    private readonly layers: number,
    /** Links between instances below this are not used, GB/s. */
    readonly minOutsideGBytesPerSecond: number,
    private readonly scale: CostScale,
    private readonly matrixLinks: MatrixLinks | null,
    /** tokens/s of a link of some GB/s. */
    readonly linkRate: (gBytesPerSecond: number) => number,
    /** Weights of layers that are not alike; empty where they are. */
    readonly measures: readonly Measure[],
  ) {}

  /** What an explicit matrix allows at a level; null with a derived network. */
  links(level: number): LinksAtFloor | null {
    if (!this.matrixLinks) return null;
    let links = this.linksByLevel.get(level);
    if (!links) {
      const floor = this.batch.levels[level]!;
      links = this.matrixLinks.at((bandwidth) => this.linkRate(bandwidth) >= floor);
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
      bound = this.coverBounds(level).reduce((a, b) => a.map((cost, s) => Math.max(cost, b[s]!)));
      for (let s = 0; s < bound.length; s++) bound[s] = bound[s]! - this.scale.perLink;
      this.linked.set(level, bound);
    }
    return bound;
  }

  /** Bounds with links counted as one more than there are; where layers are not alike, by several weights of theirs. */
  private coverBounds(level: number): Float64Array[] {
    const hosts = this.hosts(level, this.maxStages);
    const costOf = (position: number): number =>
      this.scale.perInstance(position) + this.scale.perLink;
    const byCount = coverBound(hosts, this.maxStages, this.layers, (o) => o.largest, costOf);
    const byWeight = this.measures.slice(1, MOST_BOUND_MEASURES).map((measure) =>
      coverBound(
        hosts,
        this.maxStages,
        this.layers * WEIGHT_STEPS,
        (option) => {
          const heaviest = heaviestSegment(measure, (n) => sizesAt(option, n, this.layers));
          return Math.ceil(heaviest * WEIGHT_STEPS);
        },
        costOf,
      ),
    );
    return [byCount, ...byWeight];
  }

  /** Of one stage all is known: it holds every layer. */
  private singleBound(level: number): number {
    let bound = this.single.get(level);
    if (bound === undefined) {
      bound = Number.POSITIVE_INFINITY;
      for (const { host, options } of this.hosts(level, 1)) {
        if (options.some(({ sizes }) => sizes.includes(this.layers))) {
          bound = Math.min(bound, this.scale.perInstance(host.position));
        }
      }
      this.single.set(level, bound);
    }
    return bound;
  }
}

/** All placements of one batch size and one number of stages. A case is a scenario at one throughput level. */
export interface Scenario {
  readonly family: Family;
  readonly point: OperatingPoint;
  readonly stages: number;
  /** Raw rates a placement can have, rising, tokens/s. */
  readonly levels: Float64Array;
  /** End-to-end tokens/s at a level. */
  readonly tokensPerSecond: (level: number) => number;
}

/** Every scenario of a problem; none when no stage fits anywhere. */
export function scenarios(
  problem: Problem,
  request: SolveRequest,
  classes: readonly HostClass[],
  points: readonly OperatingPoint[],
  minOutsideGBytesPerSecond: number,
  scale: CostScale,
): Scenario[] {
  const { numLayers } = problem.model;
  const maxStages = maxStagesOf(problem);
  const matrixLinks =
    problem.network.kind === "matrix"
      ? new MatrixLinks(problem.network, classes, minOutsideGBytesPerSecond)
      : null;
  const all: Scenario[] = [];
  for (const point of points) {
    const batch = batchOptions(problem, classes, point);
    const measures = problem.model.layers ? layerMeasures(problem, classes, point) : [];
    for (const tpDegree of request.uniformTp ? usedDegrees(batch) : [null]) {
      const family = new Family(
        batch,
        tpDegree,
        maxStages,
        numLayers,
        minOutsideGBytesPerSecond,
        scale,
        matrixLinks,
        (bandwidth) => pairRate(problem.costModel, bandwidth, point),
        measures,
      );
      for (let stages = 1; stages <= maxStages; stages++) {
        const efficiency = problem.costModel.pipelineEfficiency(point, stages);
        all.push({
          family,
          point,
          stages,
          levels: batch.levels,
          tokensPerSecond: (level) =>
            batch.levels[level]! * efficiency * problem.costModel.realWorldEfficiency,
        });
      }
    }
  }
  return all;
}

/** The most stages a placement can have; 0 when no size of a stage is allowed. */
export function maxStagesOf(problem: Problem): number {
  const { numLayers } = problem.model;
  const smallest = allowedSegmentSizes(numLayers, problem.rules)[0];
  return smallest === undefined
    ? 0
    : Math.min(problem.rules.maxPipelineStages, Math.floor(numLayers / smallest));
}

function usedDegrees(batch: BatchOptions): number[] {
  const degrees = batch.hosts.flatMap(({ options }) => options.map(({ tpDegree }) => tpDegree));
  return [...new Set(degrees)].sort((a, b) => a - b);
}
