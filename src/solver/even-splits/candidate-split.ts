import type { PoolType } from "../../hardware/pool.ts";
import { type Latency, pipelineLatency } from "../../placement/latency.ts";
import { brokenRentalRule, rentedMetrics } from "../search/rental-rules.ts";
import type { SplitMachine, SplitStages, StageColumn } from "./split-machine.ts";
import type { SplitPattern } from "./split-pattern.ts";
import { priceOf } from "./split-score.ts";
import { placedSplit, type SplitShape } from "./split-shapes.ts";
import type { SplitTable } from "./split-table.ts";

/** Keeps a bound on the safe side of rounding, relative. */
export const ROUNDING = 1e-9;

/** What throughput of a split, tokens/s, is of interest. It may come to be less while points are gone through. */
export interface Wanted {
  /** Whether one is; a higher one is of no less. */
  has(tokensPerSecond: number): boolean;
  /** None below this is, which is quicker to see; 0 where nothing is known. */
  readonly floor: number;
}

/** An even split of a type that fits into its memory at some operating point. Points are positions in the table's list. */
export class CandidateSplit {
  readonly shape: SplitShape;
  readonly microUsdPerHour: number;
  private readonly ending: StageColumn;
  private rentable: boolean | null = null;
  private allStages: SplitStages | null = null;

  constructor(
    private readonly table: SplitTable,
    readonly type: PoolType,
    private readonly machine: SplitMachine,
    private readonly pattern: SplitPattern,
    /** Points, from the first, at which it is not too large for the memory. */
    readonly fitting: number,
  ) {
    this.shape = pattern.shape;
    this.microUsdPerHour = priceOf(type, pattern.shape);
    this.ending = machine.columnOf(pattern.kinds[0]!);
  }

  /** Whether the request's rules on what is rented allow it. */
  get isRentable(): boolean {
    this.rentable ??= isRentable(this.table, this.type, this.shape);
    return this.rentable;
  }

  /** Whether it keeps all rules of placements at a point that it is not too large for. */
  keepsRules(point: number): boolean {
    return this.stages.columns.every(({ held }) => held.fit(point) === "fits");
  }

  latency(point: number): Latency | null {
    const { problem, points } = this.table;
    const { columns, order } = this.stages;
    return pipelineLatency(
      problem.costModel.latencyFrame(points[point]!, this.shape.ppStages),
      order.map((column) => columns[column]!.at(point)),
    );
  }

  /** tokens/s at a point as `evaluate` has them; null where they are not wanted. */
  tokensPerSecond(point: number, wanted: Wanted): number | null {
    let raw = this.ending.at(point).tokensPerSecond;
    if (!this.isWanted(point, raw, wanted)) return null;
    const { columns, links } = this.stages;
    for (const column of columns) {
      const { tokensPerSecond } = column.at(point);
      if (tokensPerSecond >= raw) continue;
      raw = tokensPerSecond;
      if (!this.isWanted(point, raw, wanted)) return null;
    }
    const { problem, points } = this.table;
    for (const { source, target, gBytesPerSecond } of links) {
      const link = problem.costModel.link(source, target, gBytesPerSecond, points[point]!);
      raw = Math.min(raw, link.tokensPerSecond);
    }
    return this.isWanted(point, raw, wanted) ? this.served(point, raw) : null;
  }

  /**
   * The points at which its throughput is wanted, rising. Where more sequences never take less time, what the ending stage reaches
   * at one point bounds what it reaches at later ones.
   */
  *worthwhile(
    wanted: Wanted,
  ): Generator<{ readonly point: number; readonly tokensPerSecond: number }> {
    if (!wanted.has(Number.POSITIVE_INFINITY)) return;
    const { problem, points } = this.table;
    const { sublinearInBatch = false } = problem.costModel;
    /** tokens/s for each sequence, at most. */
    let perSequence = Number.POSITIVE_INFINITY;
    for (let point = 0; point < this.fitting; point++) {
      const { batch } = points[point]!;
      const isHopeless = sublinearInBatch && !this.isWanted(point, perSequence * batch, wanted);
      const ending = isHopeless ? this.ending.knownAt(point) : this.ending.at(point);
      if (ending) perSequence = (ending.tokensPerSecond / batch) * (1 + ROUNDING);
      if (isHopeless) continue;
      const tokensPerSecond = this.tokensPerSecond(point, wanted);
      if (tokensPerSecond !== null) yield { point, tokensPerSecond };
    }
  }

  private get stages(): SplitStages {
    this.allStages ??= this.machine.stagesOf(this.pattern);
    return this.allStages;
  }

  /** Whether the throughput is wanted that such a rate of the slowest part makes. */
  private isWanted(point: number, raw: number, wanted: Wanted): boolean {
    const served = this.served(point, raw);
    return served >= wanted.floor && wanted.has(served);
  }

  /** End to end, at such a rate of the slowest part. */
  private served(point: number, raw: number): number {
    const { problem, points } = this.table;
    const { costModel } = problem;
    const efficiency = costModel.pipelineEfficiency(points[point]!, this.shape.ppStages);
    return raw * efficiency * costModel.realWorldEfficiency;
  }
}

/** The splits of a type that fit, in the order of their shapes. */
export function candidatesOf(table: SplitTable, type: PoolType): CandidateSplit[] {
  const machine = table.machineOf(type);
  const candidates: CandidateSplit[] = [];
  for (const pattern of table.patternsOf(type)) {
    const fitting = machine.fittingOf(pattern);
    if (fitting === 0) continue;
    candidates.push(new CandidateSplit(table, type, machine, pattern, fitting));
  }
  return candidates;
}

/** Whether the request's rules on what is rented, and on links, allow a split. */
export function isRentable(table: SplitTable, type: PoolType, shape: SplitShape): boolean {
  const { problem, request, points, slowestLink } = table;
  const placement = placedSplit(problem, type, shape, points[0]!);
  const rented = rentedMetrics(problem, placement);
  if (brokenRentalRule(problem, request, placement, rented) !== null) return false;
  const { links } = table.machineOf(type).stagesOf(table.patternOf(shape));
  return links.every((link) => !link.isOutside || link.gBytesPerSecond >= slowestLink);
}
