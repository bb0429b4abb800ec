import {
  combinationKey,
  confidenceOf,
  type Evidence,
  hazardsOf,
  modelKey,
  type PredictedCase,
  type Quantity,
  type SpreadTable,
  spreadOf,
} from "../cost/calibrated/uncertainty.ts";
import type { Confidence, Spread } from "../cost/cost-model.ts";
import type { TargetRow } from "./targets.ts";

/** Which interval a measured figure is judged by. */
export function quantityOf({ target, plan }: TargetRow): Quantity {
  if (plan.kind === "prefill") return "prompt";
  if (target === "ttft_ms") return "ttft";
  return target === "tpot_ms" || plan.kind === "decode" ? "tpot" : "throughput";
}

/** @param kvSequences as predicted for the row; NaN where it does not matter */
export function caseOf({ plan }: TargetRow, kvSequences: number): PredictedCase {
  return {
    gpus: [plan.gpu],
    profile: plan.profile,
    architecture: plan.architecture,
    pipelineStages: plan.pipelineStages,
    kvSequences: Number.isNaN(kvSequences) ? Number.POSITIVE_INFINITY : kvSequences,
  };
}

/** What rows say was measured. */
export function evidenceOf(rows: readonly TargetRow[]): Evidence {
  const plans = rows.map(({ plan }) => plan);
  const distinct = (keys: readonly string[]): string[] => [...new Set(keys)].sort();
  return {
    combinations: distinct(
      plans.map(({ gpu, profile, architecture }) => combinationKey(gpu, profile, architecture)),
    ),
    gpuClasses: distinct(plans.map(({ gpu }) => gpu.gpuClass)),
    profiles: distinct(plans.map(({ profile }) => profile)),
    models: distinct(plans.map(({ architecture }) => modelKey(architecture))),
  };
}

/** Interval and confidence of a row's prediction. */
export interface RowSpread extends Spread {
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
}

export function rowSpread(
  row: TargetRow,
  kvSequences: number,
  evidence: Evidence,
  table: SpreadTable,
): RowSpread {
  const predicted = caseOf(row, kvSequences);
  const { confidence, reasons } = confidenceOf(predicted, evidence);
  const risk = hazardsOf(predicted);
  const quantity = quantityOf(row);
  // Only what depends on running sequences suffers from a starved KV cache.
  const hazards =
    quantity === "prompt" ? risk.hazards.filter((h) => h !== "kv_starved") : risk.hazards;
  return {
    ...spreadOf(quantity, confidence, hazards, table),
    confidence,
    reasons: [...reasons, ...risk.reasons],
  };
}
