import {
  type DecisionSet,
  decisionSets,
  type LatencyPair,
  type MeasuredOption,
} from "./decision-sets.ts";
import type { PredictedRow } from "./predicted-row.ts";
import { numberOrNull, quantile } from "./statistics.ts";

/** How often a plan chosen under a latency target really met it. */
export interface MarginSummary {
  readonly latency: "ttft" | "tpot";
  /** A plan may be chosen when its predicted latency · (1 + margin) is not above the target. */
  readonly margin: number;
  /** Targets that were set; each of them was met by at least one measured plan. */
  readonly targets: number;
  /** Targets for which a plan was chosen; for the others the model promised none. */
  readonly chosen: number;
  /** Of the chosen plans, the share whose measured latency met the target; null when none was chosen. */
  readonly met_share: number | null;
}

/** The search's default. */
const DEFAULT_MARGIN = 0.1;

/** Where the targets lie among the measured latencies of a set. */
const TARGET_QUANTILES = [0.25, 0.5, 0.75];

/**
 * Replays choices under latency targets: in every set of deployments of one load (batch free) with latencies, at targets on the
 * quartiles of what was measured, the plan of the highest predicted tokens/s per GPU among those predicted to meet the target; with the
 * margin of 10 % and without one.
 */
export function safetyMargins(rows: readonly PredictedRow[]): MarginSummary[] {
  const sets = decisionSets(rows, "free_batch");
  return (["tpot", "ttft"] as const).flatMap((latency) =>
    [DEFAULT_MARGIN, 0].map((margin) => replay(sets, latency, margin)),
  );
}

function replay(
  sets: readonly DecisionSet[],
  latency: "ttft" | "tpot",
  margin: number,
): MarginSummary {
  let targets = 0;
  let chosen = 0;
  let met = 0;
  for (const { options } of sets) {
    const plans = options.flatMap((option) => {
      const pair = latency === "ttft" ? option.ttftMs : option.tpotMs;
      return pair ? [{ option, pair }] : [];
    });
    if (plans.length < 2) continue;
    const measured = plans.map(({ pair }) => pair.measured);
    for (const q of TARGET_QUANTILES) {
      const targetMs = quantile(measured, q);
      targets++;
      const choice = choose(plans, targetMs, margin);
      if (!choice) continue;
      chosen++;
      if (choice.pair.measured <= targetMs) met++;
    }
  }
  return { latency, margin, targets, chosen, met_share: numberOrNull(met / chosen) };
}

interface Plan {
  readonly option: MeasuredOption;
  readonly pair: LatencyPair;
}

/** Ties go to the lower predicted latency, then to fewer GPUs. */
function choose(plans: readonly Plan[], targetMs: number, margin: number): Plan | null {
  const allowed = plans.filter(({ pair }) => pair.predicted * (1 + margin) <= targetMs);
  allowed.sort(
    (a, b) =>
      b.option.predictedScore - a.option.predictedScore ||
      a.pair.predicted - b.pair.predicted ||
      a.option.gpus - b.option.gpus,
  );
  return allowed[0] ?? null;
}
