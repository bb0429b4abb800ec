import type { Spread, Uncertainty } from "../cost/cost-model.ts";
import type { Interval, UncertaintyMetrics } from "./evaluation.ts";

/** What a cost model says of its own sureness, as absolute numbers: value · factor. */
export function measureUncertainty(
  uncertainty: Uncertainty | null,
  tokensPerSecond: number,
  ttftMs: number | null,
  tpotMs: number | null,
): UncertaintyMetrics | null {
  if (uncertainty === null) return null;
  const { confidence, reasons, throughput, ttft, tpot } = uncertainty;
  return {
    confidence,
    reasons,
    throughput_tokens_per_sec: around(tokensPerSecond, throughput),
    ttft_ms: ttftMs === null ? null : around(ttftMs, ttft),
    tpot_ms: tpotMs === null ? null : around(tpotMs, tpot),
  };
}

function around(value: number, { low, high }: Spread): Interval {
  return { low: value * low, high: value * high };
}
