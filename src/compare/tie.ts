import type { Interval } from "../placement/evaluation.ts";
import type { PlanMetrics } from "./plan.ts";
import { costInterval, isSame } from "./rows.ts";

/** The metrics that a tie is told from. */
export type TieMetrics = Pick<
  PlanMetrics,
  "cost_per_hour" | "dollar_per_million_token" | "throughput_tokens_per_sec" | "uncertainty"
>;

/**
 * Whether what a token of two plans costs, or what they serve, differs by less than what is uncertain of the difference:
 * |a − b| ≤ √(ea² + eb²), e the half of each 80 % interval that faces the other figure. The errors are taken as independent;
 * those of plans on one kind of machine are not quite, so that a difference which counts as a tie may be real. Plans of one
 * throughput are of one prediction: whatever its error, the dearer machine is the dearer one.
 * @returns false where a cost model does not say how sure it is, for figures that are the same, and where only prices differ
 */
export function isTie(a: TieMetrics, b: TieMetrics, of: "cost" | "throughput" = "cost"): boolean {
  const [x, y] = [a, b].map((metrics) =>
    of === "cost" ? metrics.dollar_per_million_token : metrics.throughput_tokens_per_sec,
  ) as [number, number];
  const [first, second] = [intervalOf(a, of), intervalOf(b, of)];
  if (!first || !second) return false;
  const difference = Math.abs(x - y);
  if (isSame(x, y) || isOnePrediction(a, b)) return false;
  const errors = x < y ? [first.high - x, y - second.low] : [x - first.low, second.high - y];
  return difference <= Math.hypot(...errors);
}

/** Whether two plans serve the same, so that one prediction with one error stands for both, and only prices differ. */
export function isOnePrediction(
  a: Pick<TieMetrics, "throughput_tokens_per_sec">,
  b: Pick<TieMetrics, "throughput_tokens_per_sec">,
): boolean {
  return isSame(a.throughput_tokens_per_sec, b.throughput_tokens_per_sec);
}

function intervalOf(metrics: TieMetrics, of: "cost" | "throughput"): Interval | null {
  return of === "cost"
    ? costInterval({ metrics })
    : (metrics.uncertainty?.throughput_tokens_per_sec ?? null);
}
