import type { PoolType } from "../../hardware/pool.ts";
import { evaluate } from "../../placement/evaluate.ts";
import { limitIsMet } from "../../placement/limits.ts";
import { tooLongRequest } from "../../placement/longest-request.ts";
import { isLatencyLimit, type LimitName } from "../../workload/workload.ts";
import { setLimits } from "../explain/limits.ts";
import { staysLate } from "./best-split.ts";
import {
  type CandidateSplit,
  candidatesOf,
  isRentable,
  ROUNDING,
  type Wanted,
} from "./candidate-split.ts";
import { describeMiss, limitCause, type Miss, NO_SPLIT } from "./split-reasons.ts";
import { scoreOf } from "./split-score.ts";
import { placedSplit, type SplitShape } from "./split-shapes.ts";
import type { SplitTable } from "./split-table.ts";

/** Why a type has no split. */
export interface WithoutSplit {
  /** infeasible: no split keeps the rules; over_limits: some do, but not within the budgets and targets. */
  readonly status: "infeasible" | "over_limits";
  /** In the words by which types are counted: "too small", "over budget". It holds for every split of the type. */
  readonly cause: string;
  readonly reason: string;
}

/** What keeps out a type that has no split within the rules and limits. */
export function whyNoSplit(table: SplitTable, type: PoolType): WithoutSplit {
  const splits = candidatesOf(table, type);
  const isKept = splits.some(
    (split) => split.isRentable && pointsOf(split).some((point) => split.keepsRules(point)),
  );
  if (isKept) {
    const cause = limitCause(unmetBy(table, splits));
    const reason = `no even split meets the given limits: ${cause}`;
    return { status: "over_limits", cause, reason };
  }
  const { cause, reason } = closestMiss(table, type) ?? NO_SPLIT;
  return { status: "infeasible", cause, reason };
}

function pointsOf({ fitting }: CandidateSplit): number[] {
  return Array.from({ length: fitting }, (_, point) => point);
}

/** The limits that no split meets at any point, not even alone. */
function unmetBy(table: SplitTable, splits: readonly CandidateSplit[]): LimitName[] {
  const { problem } = table;
  const unmet = new Set(setLimits(problem.limits).map(({ key }) => key));
  for (const split of splits) {
    const metAt = (
      key: LimitName,
      tokensPerSecond: number,
      latency: ReturnType<CandidateSplit["latency"]>,
    ): boolean =>
      limitIsMet(
        problem,
        {
          ...scoreOf(problem, split.microUsdPerHour, tokensPerSecond),
          ttft_ms: toMs(latency?.ttftSeconds),
          tpot_ms: toMs(latency?.tpotSeconds),
        },
        key,
      );
    let isLate = false;
    const mayMeet = (key: LimitName, tokensPerSecond: number): boolean =>
      isLatencyLimit(key)
        ? !(isLate && key === "maxTpotSeconds")
        : metAt(key, tokensPerSecond, null);
    const wanted: Wanted = {
      has: (tokensPerSecond) => [...unmet].some((key) => mayMeet(key, tokensPerSecond)),
      floor: 0,
    };
    for (const { point, tokensPerSecond } of split.worthwhile(wanted)) {
      if (!split.isRentable) break;
      isLate ||= staysLate(table, split, point);
      if (!split.keepsRules(point)) continue;
      const latency = split.latency(point);
      for (const key of unmet) if (metAt(key, tokensPerSecond, latency)) unmet.delete(key);
    }
  }
  return [...unmet];
}

function toMs(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined ? null : seconds * MS_PER_SECOND;
}

const MS_PER_SECOND = 1000;

/** How far a split is from fitting at the smallest batch, where that is known without an evaluation; else 0. */
function leastDistance(table: SplitTable, type: PoolType, shape: SplitShape): number {
  const { problem, points } = table;
  const machine = table.machineOf(type);
  let distance = 0;
  for (const kind of table.patternOf(shape).kinds) {
    const { held, shape: stage } = machine.columnOf(kind);
    const share = held.share(0);
    if (share <= 1 + ROUNDING) continue;
    // A single layer is let pass with a warning, and a KV cache that is too small counts for less.
    if (stage.layers === 1 || tooLongRequest(problem, stage, points[0]!) !== null) return 0;
    distance = Math.max(distance, share);
  }
  return distance;
}

/** Of splits that break rules the one that is nearest to fitting, at the smallest batch. */
function closestMiss(table: SplitTable, type: PoolType): Miss | null {
  const { problem, points } = table;
  const point = points[0]!;
  let closest: Miss | null = null;
  // On how many instances stages stand changes nothing of what they need.
  const known = new Set<string>();
  for (const shape of table.shapesOf(type)) {
    const stages = `${shape.tpDegree} ${shape.ppStages}`;
    if (known.has(stages)) continue;
    if (closest !== null && leastDistance(table, type, shape) >= closest.distance) continue;
    if (!isRentable(table, type, shape)) continue;
    const evaluation = evaluate(problem, placedSplit(problem, type, shape, point));
    if (evaluation.status !== "INFEASIBLE") continue;
    known.add(stages);
    const miss = describeMiss({ ...shape, point }, evaluation);
    if (closest === null || miss.distance < closest.distance) closest = miss;
  }
  return closest;
}
