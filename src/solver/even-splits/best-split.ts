import { InternalError } from "../../errors.ts";
import { firstThat } from "../../first-that.ts";
import type { PoolType } from "../../hardware/pool.ts";
import { microUsdToUsd } from "../../hardware/price.ts";
import { evaluate } from "../../placement/evaluate.ts";
import type { Success } from "../../placement/evaluation.ts";
import { meetsLatencyLimits, meetsLimits } from "../../placement/limits.ts";
import { isProposed } from "../search/candidate.ts";
import { compare } from "../search/compare.ts";
import { type CandidateSplit, candidatesOf, ROUNDING, type Wanted } from "./candidate-split.ts";
import { compareScores, type Score, scoreOf } from "./split-score.ts";
import { placedSplit, type SplitChoice } from "./split-shapes.ts";
import type { SplitTable } from "./split-table.ts";

/** A split at a point, within all rules and limits. */
export interface FoundSplit {
  readonly split: CandidateSplit;
  readonly point: number;
  readonly score: Score;
}

/**
 * Looks for the best split of a type, a piece at a time: says after each what is the best so far, null where there is none, and at
 * last the best of all, of equals the one of the first shape, at the first point.
 *
 * Splits that use all GPUs they pay for are looked at first where they serve most sequences: one of them is mostly the best. That leaves
 * little to be looked at when all points of all splits are gone through.
 */
export function* bestSplit(
  table: SplitTable,
  type: PoolType,
): Generator<FoundSplit | null, FoundSplit | null> {
  const splits = candidatesOf(table, type);
  let probe: FoundSplit | null = null;
  for (const split of splits) {
    const { tpDegree, ppStages, instances } = split.shape;
    if (tpDegree * ppStages < instances * type.instance.gpuCount) continue;
    probe = probed(table, split, new Better(table, split, probe, false)) ?? probe;
    yield probe;
  }
  let best: FoundSplit | null = null;
  for (const split of splits) {
    const wanted = new Better(table, split, best ?? probe, best === null);
    for (const { point, tokensPerSecond } of split.worthwhile(wanted)) {
      if (!split.isRentable || staysLate(table, split, point)) break;
      if (!isKept(table, split, point)) continue;
      best = foundAt(table, split, point, tokensPerSecond);
      wanted.raise(best);
    }
    yield best ?? probe;
  }
  return best;
}

function foundAt(
  { problem }: SplitTable,
  split: CandidateSplit,
  point: number,
  tokensPerSecond: number,
): FoundSplit {
  return { split, point, score: scoreOf(problem, split.microUsdPerHour, tokensPerSecond) };
}

/** A throughput of a split that is within the budgets, and makes it better than another one. */
class Better implements Wanted {
  floor = 0;

  constructor(
    private readonly table: SplitTable,
    private readonly split: CandidateSplit,
    private than: FoundSplit | null,
    /** Whether one as good will do. */
    private orEqual: boolean,
  ) {
    this.setFloor();
  }

  /** From now on it has to be better than this. */
  raise(than: FoundSplit): void {
    this.than = than;
    this.orEqual = false;
    this.setFloor();
  }

  has(tokensPerSecond: number): boolean {
    const { problem, request } = this.table;
    const { microUsdPerHour } = this.split;
    const { limits, totalTokensToProcess } = problem;
    if (!meetsLimits(limits, microUsdPerHour, tokensPerSecond, totalTokensToProcess)) return false;
    if (this.than === null) return true;
    const score = scoreOf(problem, microUsdPerHour, tokensPerSecond);
    const difference = compareScores(request, score, this.than.score);
    return this.orEqual ? difference <= 0 : difference < 0;
  }

  /** What costs as much for each token as the other one, or else serves as much, is hardly better. */
  private setFloor(): void {
    if (this.than === null) return;
    const { cost_per_hour, throughput_tokens_per_sec } = this.than.score;
    const price = microUsdToUsd(this.split.microUsdPerHour);
    const isPerToken = cost_per_hour > 0 && this.table.request.objective !== "throughput";
    const equal = throughput_tokens_per_sec * (isPerToken ? price / cost_per_hour : 1);
    const low = equal * (1 - ROUNDING);
    this.floor = this.has(low) ? 0 : low;
  }
}

/** A split at the last point that keeps the rules and the limits on latencies, as far as that is found quickly. */
function probed(table: SplitTable, split: CandidateSplit, wanted: Wanted): FoundSplit | null {
  if (!wanted.has(Number.POSITIVE_INFINITY)) return null;
  const point = firstThat(split.fitting, (index) => !isKept(table, split, index)) - 1;
  if (point < 0) return null;
  const tokensPerSecond = split.tokensPerSecond(point, wanted);
  if (tokensPerSecond === null || !split.isRentable) return null;
  return foundAt(table, split, point, tokensPerSecond);
}

/** Whether the TPOT is over its limit at a point, and so at all later ones. */
export function staysLate({ problem }: SplitTable, split: CandidateSplit, point: number): boolean {
  const { limits, costModel } = problem;
  if (limits.maxTpotSeconds === null || !costModel.sublinearInBatch) return false;
  const tpotSeconds = split.latency(point)?.tpotSeconds ?? null;
  return !meetsLatencyLimits({ ...limits, maxTtftSeconds: null }, null, tpotSeconds);
}

/** Whether a split keeps the rules and the limits on latencies at a point. */
function isKept({ problem }: SplitTable, split: CandidateSplit, point: number): boolean {
  const { limits } = problem;
  if (!split.keepsRules(point)) return false;
  if (limits.maxTtftSeconds === null && limits.maxTpotSeconds === null) return true;
  const latency = split.latency(point);
  return meetsLatencyLimits(limits, latency?.ttftSeconds ?? null, latency?.tpotSeconds ?? null);
}

/**
 * A split that was found, as `evaluate` has it.
 * @throws InternalError when the figures that chose it are not those of `evaluate`
 */
export function evaluated(
  { problem, points }: SplitTable,
  { split, point, score }: FoundSplit,
): { readonly choice: SplitChoice; readonly evaluation: Success } {
  const at = points[point]!;
  const evaluation = evaluate(problem, placedSplit(problem, split.type, split.shape, at));
  if (!isProposed(problem, evaluation)) {
    throw new InternalError(
      `an even split of ${split.type.instance.name} was chosen that breaks a rule.`,
    );
  }
  const { metrics } = evaluation;
  const isSame =
    compare(score.throughput_tokens_per_sec, metrics.throughput_tokens_per_sec) === 0 &&
    score.cost_per_hour === metrics.cost_per_hour &&
    metrics.meets_cost_threshold;
  if (!isSame) {
    throw new InternalError(
      `an even split was chosen for ${score.throughput_tokens_per_sec} tokens/s at $${score.cost_per_hour} an hour, the evaluator finds ${metrics.throughput_tokens_per_sec} at $${metrics.cost_per_hour}.`,
    );
  }
  return { choice: { ...split.shape, point: at }, evaluation };
}
