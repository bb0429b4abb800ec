import { checkPlacement } from "./check.ts";
import { placementPoint } from "./evaluate.ts";
import type { Metrics } from "./evaluation.ts";
import type { Placement } from "./placement.ts";
import type { Problem } from "./problem.ts";

/**
 * What the time of a stage goes into while the pipeline serves, as shares of 1/T, T the tokens/s of the placement; they add up
 * to 1. The stage's own time 1/r, r its rate, is divided as the cost model bills it.
 */
export interface TimeShares {
  readonly compute: number;
  readonly memory: number;
  readonly collectives: number;
  readonly links: number;
  readonly overhead: number;
  /** For a slower stage or link: 1/raw − 1/r, raw the rate of the slowest part. */
  readonly waiting: number;
  /** What the pipeline loses in filling and draining: (1/e − 1)/raw, e its efficiency. */
  readonly bubble: number;
  /** The flat factor f between model and world: 1 − f. */
  readonly realWorld: number;
}

/**
 * Time shares of every stage of a placement that keeps all rules.
 * @param metrics what `evaluate` says of it
 * @returns null when the cost model does not say what a stage spends its time on
 */
export function timeShares(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
): TimeShares[] | null {
  const { costModel } = problem;
  if (!costModel.timeBill) return null;
  const point = placementPoint(placement, problem.workload);
  const {
    raw_throughput_tokens_per_sec: raw,
    throughput_tokens_per_sec: all,
    pipeline_efficiency: efficiency,
  } = metrics;
  const shares: TimeShares[] = [];
  for (const { shape } of checkPlacement(problem, placement, point).stages) {
    const bill = costModel.timeBill(shape, point);
    const busySeconds = 1 / costModel.stage(shape, point).tokensPerSecond;
    shares.push({
      compute: bill.computeSeconds * all,
      memory: bill.memorySeconds * all,
      collectives: bill.collectivesSeconds * all,
      links: bill.linksSeconds * all,
      overhead: bill.overheadSeconds * all,
      waiting: (1 / raw - busySeconds) * all,
      bubble: ((1 / efficiency - 1) / raw) * all,
      realWorld: 1 - costModel.realWorldEfficiency,
    });
  }
  return shares;
}
