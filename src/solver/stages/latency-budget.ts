import { InputError, InternalError } from "../../errors.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { SegmentLatencies, StartTable } from "./start-table.ts";

/** What the stages of a pipeline may add to its latencies, seconds; null for no limit. Below 0 nothing keeps the limit. */
export interface LatencyBudget {
  /** Of Σ stage TTFT. */
  readonly ttftSeconds: number | null;
  /** Of Σ stage TPOT. */
  readonly tpotSeconds: number | null;
  /** Of each stage's TPOT. */
  readonly stageTpotSeconds: number | null;
}

/**
 * Half of the room that a limit leaves for rounding (see placement/limits.ts): sums in another order than those of `evaluate`
 * still come out on the same side.
 */
const ROUNDING = 0.5e-9;

/**
 * Limits on latencies as budgets for what the stages add (axiom 6). With F the frame, m its micro-batches, margin μ:
 *
 *   (F + Σ ttft)·(1 + μ) ≤ limit                ⇔  Σ ttft ≤ limit/(1 + μ) − F
 *   (F + max(Σ tpot, m·max tpot))·(1 + μ) ≤ limit  ⇔  Σ tpot ≤ limit/(1 + μ) − F  and each tpot ≤ (limit/(1 + μ) − F)/m
 *
 * @returns null when no latency is limited
 * @throws InputError for a limit on a latency that the phase does not have
 */
export function latencyBudget(
  { costModel, limits }: Problem,
  point: OperatingPoint,
  stages: number,
): LatencyBudget | null {
  const { maxTtftSeconds, maxTpotSeconds, latencySafetyMargin } = limits;
  if (maxTtftSeconds === null && maxTpotSeconds === null) return null;
  const frame = costModel.latencyFrame(point, stages);
  // `checkProblem` has refused limits on what is not predicted.
  if (!frame) throw new InternalError("the cost model has no latency frame.");
  const within = (
    flag: string,
    limit: number | null,
    frameSeconds: number | null,
  ): number | null => {
    if (limit === null) return null;
    if (frameSeconds === null) {
      throw new InputError(
        flag,
        `the phase ${point.phase} has no such latency.`,
        "Leave the target out, or use the phase aggregated.",
      );
    }
    return (limit * (1 + ROUNDING)) / (1 + latencySafetyMargin) - frameSeconds;
  };
  const tpotSeconds = within("--max-tpot-ms", maxTpotSeconds, frame.tpotSeconds);
  return {
    ttftSeconds: within("--max-ttft-ms", maxTtftSeconds, frame.ttftSeconds),
    tpotSeconds,
    stageTpotSeconds: tpotSeconds === null ? null : tpotSeconds / Math.max(1, frame.microBatches),
  };
}

/** What is left of a table without the stages that break a budget by themselves. */
export function withinLatency(table: StartTable, budget: LatencyBudget): StartTable {
  const latencies = latenciesOf(table);
  const keeps = (before: number, layers: number): boolean =>
    (budget.ttftSeconds === null || latencies.ttftSeconds(before, layers) <= budget.ttftSeconds) &&
    (budget.stageTpotSeconds === null ||
      latencies.tpotSeconds(before, layers) <= budget.stageTpotSeconds);
  // Starts that share a list are alike, so the first of them speaks for all.
  const lists = table.lists.map(({ before, sizes, rates }) => {
    const kept = sizes.flatMap((size, i) => (keeps(before, size) ? [i] : []));
    return { before, sizes: kept.map((i) => sizes[i]!), rates: kept.map((i) => rates[i]!) };
  });
  const layers = table.toEnd.length;
  const toEnd = table.toEnd.map((rate, before) =>
    rate > 0 && keeps(before, layers - before) ? rate : 0,
  );
  return { ...table, lists, toEnd };
}

/** The latencies of a table of a cost model that predicts them. */
export function latenciesOf({ latencies }: Pick<StartTable, "latencies">): SegmentLatencies {
  if (!latencies) throw new InternalError("stages without latencies where latencies are limited.");
  return latencies;
}
