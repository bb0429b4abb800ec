import type { Knowledge } from "./calibrated-model.ts";
import { EVIDENCE, FITTED_VALUES, SPREADS } from "./fitted.ts";

/** What the shipped model has learned, see docs/accuracy.md. */
export const SHIPPED: Knowledge = { values: FITTED_VALUES, evidence: EVIDENCE, spreads: SPREADS };
