import { DEFAULT_COST_MODEL } from "../config/serving-keys.ts";
import type { ProblemFlags } from "./merge-flags.ts";

/**
 * Flags with the load that an answer is looked for at where nobody says one: as many sequences as pay best. A configuration could
 * say it, and the reference model knows no such load.
 */
export function withDefaultLoad<Flags extends ProblemFlags>(
  flags: Flags,
  hasConfig: boolean,
): Flags {
  const { minBatch, maxBatch, concurrency, maxLoad, requestRate } = flags;
  const isSaid = [minBatch, maxBatch, concurrency, maxLoad, requestRate].some(
    (value) => value !== undefined,
  );
  const costModel = flags.costModel ?? DEFAULT_COST_MODEL;
  return isSaid || hasConfig || costModel === "reference" ? flags : { ...flags, maxLoad: true };
}
