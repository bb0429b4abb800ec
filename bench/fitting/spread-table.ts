import {
  CONFIDENCES,
  HAZARDS,
  type Hazard,
  QUANTITIES,
  type Quantity,
  type SpreadTable,
} from "../../src/cost/calibrated/uncertainty.ts";
import type { Confidence, Spread } from "../../src/cost/cost-model.ts";

/** A figure that was predicted by a fit that had not seen it. */
export interface HeldOutResidual {
  /** ln(measured/predicted). */
  readonly residual: number;
  /** Residuals of one group together weigh as much as those of any other. */
  readonly group: string;
  readonly quantity: Quantity;
  readonly confidence: Confidence;
  readonly hazards: readonly Hazard[];
}

const LOW = 0.1;
const HIGH = 0.9;

/** Cells with fewer groups than this borrow from the same quantity at lower confidence, or from all quantities. */
const LEAST_GROUPS = 5;

/** Intervals are never narrower than this: measurements of one thing differ by a few per cent. */
const LEAST_LN = 0.03;

/** 80 % intervals by quantity and confidence, and by hazard: group-weighted 10 % and 90 % quantiles of ln(measured/predicted). */
export function spreadTable(residuals: readonly HeldOutResidual[]): SpreadTable {
  const plain = residuals.filter(({ hazards }) => hazards.length === 0);
  const cell = (confidence: Confidence, quantity: Quantity): Spread => {
    for (const pool of [
      plain.filter((r) => r.confidence === confidence && r.quantity === quantity),
      plain.filter((r) => rank(r.confidence) >= rank(confidence) && r.quantity === quantity),
      plain.filter((r) => r.quantity === quantity),
    ]) {
      if (groupsOf(pool) >= LEAST_GROUPS) return spread(pool);
    }
    return spread(plain);
  };
  const byQuantity = (confidence: Confidence): Record<Quantity, Spread> =>
    Object.fromEntries(
      QUANTITIES.map((quantity) => [quantity, cell(confidence, quantity)]),
    ) as Record<Quantity, Spread>;
  const byConfidence = Object.fromEntries(
    CONFIDENCES.map((confidence) => [confidence, byQuantity(confidence)]),
  ) as Record<Confidence, Record<Quantity, Spread>>;
  // Less confidence never means a narrower interval.
  for (const [i, confidence] of CONFIDENCES.entries()) {
    if (i === 0) continue;
    for (const quantity of QUANTITIES) {
      const better = byConfidence[CONFIDENCES[i - 1]!][quantity];
      const here = byConfidence[confidence][quantity];
      byConfidence[confidence][quantity] = {
        low: Math.min(here.low, better.low),
        high: Math.max(here.high, better.high),
      };
    }
  }
  return {
    byConfidence,
    byHazard: Object.fromEntries(
      HAZARDS.map((hazard) => [
        hazard,
        spread(residuals.filter((r) => r.hazards.includes(hazard))),
      ]),
    ) as Record<Hazard, Spread>,
  };
}

function rank(confidence: Confidence): number {
  return CONFIDENCES.indexOf(confidence);
}

function groupsOf(residuals: readonly HeldOutResidual[]): number {
  return new Set(residuals.map(({ group }) => group)).size;
}

function spread(residuals: readonly HeldOutResidual[]): Spread {
  return {
    low: Math.exp(Math.min(-LEAST_LN, weightedQuantile(residuals, LOW))),
    high: Math.exp(Math.max(LEAST_LN, weightedQuantile(residuals, HIGH))),
  };
}

/** The smallest residual at which the weight up to it reaches the share; every group weighs 1. */
function weightedQuantile(residuals: readonly HeldOutResidual[], share: number): number {
  const counts = new Map<string, number>();
  for (const { group } of residuals) counts.set(group, (counts.get(group) ?? 0) + 1);
  const sorted = [...residuals].sort((a, b) => a.residual - b.residual);
  const total = counts.size;
  let weight = 0;
  for (const { residual, group } of sorted) {
    weight += 1 / counts.get(group)!;
    if (weight >= share * total) return residual;
  }
  return sorted.at(-1)?.residual ?? 0;
}
