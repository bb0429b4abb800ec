import type { CostModel, LinkEnd } from "../cost/cost-model.ts";
import { externalShareGBytesPerSecond } from "../hardware/instance.ts";
import type { PoolType } from "../hardware/pool.ts";
import type { Problem } from "../placement/problem.ts";
import { allowedSegmentSizes } from "../placement/segment-sizes.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import type { SolveRequest } from "./request.ts";

/** The stages one instance type can carry at one TP degree: their sizes and how fast each size is. */
export interface StageOption {
  readonly tpDegree: number;
  /** Layers, rising. */
  readonly sizes: readonly number[];
  /** tokens/s of each size, never rising. */
  readonly rates: readonly number[];
  /** tokens/s of a link that only this stage's TP group limits; Infinity for TP 1. */
  readonly endRate: number;
}

/** What one instance type can carry. */
export interface TypeOptions {
  readonly type: PoolType;
  readonly options: readonly StageOption[];
  /** tokens/s of a link that only the type's share of the network between instances limits. */
  readonly outsideRate: number;
  /** tokens/s of a link between two stages of one instance, TP groups aside. */
  readonly insideRate: number;
}

/** Everything the search knows about one batch size. */
export interface BatchOptions {
  readonly point: OperatingPoint;
  /** By name, so that the order of the pool file changes nothing. */
  readonly types: readonly TypeOptions[];
  /** Every raw rate a placement can have (rates of stages and links), rising, tokens/s. */
  readonly levels: readonly number[];
}

const UNLIMITED: LinkEnd = { tpDegree: 1, groupGBytesPerSecond: Number.POSITIVE_INFINITY };

/**
 * Tabulates every stage that the rules and the memory allow at one batch size. Sizes of which not even one layer fits are
 * left out, although `evaluate` lets them pass.
 */
export function batchOptions(
  problem: Problem,
  request: SolveRequest,
  point: OperatingPoint,
): BatchOptions {
  const sizes = allowedSegmentSizes(problem.model.numLayers, problem.rules);
  const types: TypeOptions[] = [];
  for (const type of [...problem.pool.types].sort(byName)) {
    const options = tpDegreesOf(type, request)
      .map((tpDegree) => stageOption(problem, type, tpDegree, sizes, point))
      .filter((option) => option.sizes.length > 0);
    if (options.length === 0) continue;
    const { instance } = type;
    types.push({
      type,
      options,
      outsideRate: pairRate(problem.costModel, externalShareGBytesPerSecond(instance), point),
      insideRate: pairRate(problem.costModel, instance.insideGBytesPerSecond, point),
    });
  }
  const levels = new Set<number>();
  for (const { options, outsideRate, insideRate } of types) {
    levels.add(outsideRate).add(insideRate);
    for (const { rates, endRate } of options) {
      for (const rate of rates) levels.add(rate);
      if (endRate !== Number.POSITIVE_INFINITY) levels.add(endRate);
    }
  }
  return { point, types, levels: [...levels].sort((a, b) => a - b) };
}

/** The TP degrees a request allows on a type, rising. */
export function tpDegreesOf(type: PoolType, request: SolveRequest): number[] {
  const most = Math.min(
    type.instance.gpuCount,
    request.maxTpByType.get(type.instance.name) ?? Number.POSITIVE_INFINITY,
  );
  return [...new Set(request.tpDegrees)].filter((t) => t <= most).sort((a, b) => a - b);
}

function stageOption(
  problem: Problem,
  type: PoolType,
  tpDegree: number,
  allowedSizes: readonly number[],
  point: OperatingPoint,
): StageOption {
  const { costModel, rules } = problem;
  const { instance } = type;
  const range = costModel.segmentRange(instance, tpDegree, point, rules.minMemoryUtilization);
  const sizes = range.fits
    ? allowedSizes.filter((size) => size >= range.smallest && size <= range.largest)
    : [];
  const groupGBytesPerSecond =
    tpDegree === 1 ? Number.POSITIVE_INFINITY : instance.insideGBytesPerSecond;
  return {
    tpDegree,
    sizes,
    rates: sizes.map(
      (layers) =>
        costModel.stage(
          { instance, tpDegree, layers, isFirst: false, isLast: false, groupGBytesPerSecond },
          point,
        ).tokensPerSecond,
    ),
    endRate: costModel.link(
      { tpDegree, groupGBytesPerSecond },
      UNLIMITED,
      Number.POSITIVE_INFINITY,
      point,
    ).tokensPerSecond,
  };
}

function pairRate(costModel: CostModel, gBytesPerSecond: number, point: OperatingPoint): number {
  return costModel.link(UNLIMITED, UNLIMITED, gBytesPerSecond, point).tokensPerSecond;
}

function byName(a: PoolType, b: PoolType): number {
  return a.instance.name < b.instance.name ? -1 : 1;
}
