import type { Infeasible, Rule, Violation } from "../../placement/evaluation.ts";
import type { LimitName } from "../../workload/workload.ts";
import { type SplitChoice, splitText } from "./split-shapes.ts";

/** Nothing is left to be split. */
export const NO_SPLIT = {
  cause: "excluded by the given choices",
  reason: "the given choices leave no split",
};

/** Limits that no split of a type meets, whatever becomes of the others. */
export function limitCause(unmet: readonly LimitName[]): string {
  if (unmet.length === 0) return "with no split that meets all limits at once";
  return [...new Set(unmet.map((key) => LIMIT_CAUSES[key]))].join(" and ");
}

const LIMIT_CAUSES: Readonly<Record<LimitName, string>> = {
  maxHourlyCostUsd: "over budget",
  maxCostPerMillionTokenUsd: "over the budget per million tokens",
  maxTotalCostUsd: "over the budget of the whole job",
  maxTotalRuntimeHours: "too slow for the whole job",
  minTokensPerSecond: "too slow",
  maxTtftSeconds: "over the TTFT target",
  maxTpotSeconds: "over the TPOT target",
};

/** A split that breaks rules: how far it is from fitting, and the reason in a few words. */
export interface Miss {
  readonly distance: number;
  readonly cause: string;
  readonly reason: string;
}

/** Why a split is none. */
export function describeMiss(choice: SplitChoice, { violations }: Infeasible): Miss {
  const shape = `${splitText(choice)}, batch ${choice.point.batch}`;
  const tooLarge = violations.filter((violation) => violation.rule === "above_max_segment");
  if (tooLarge.length === 0) {
    // It fits into memory, so it is closer than anything that does not.
    const first = violations[0]!;
    return {
      distance: 0,
      cause: CAUSES[first.rule] ?? `breaking the rule ${first.rule}`,
      reason: `${shortReason(first)} (${shape})`,
    };
  }
  const worst = tooLarge.reduce((a, b) => (shortage(b) > shortage(a) ? b : a));
  const { required_gb: required, available_gb: available } = worst;
  return {
    distance: shortage(worst),
    cause: "too small",
    reason: `needs at least ${gib(required)} GiB on a GPU with ${gib(available)} (${shape})`,
  };
}

function shortage({ required_gb: required, available_gb: available }: Violation): number {
  return Number(required) / Number(available);
}

/** What keeps a type out that is large enough. */
const CAUSES: Readonly<Partial<Record<Rule, string>>> = {
  above_kv_cache: "with too little KV cache for the longest request",
  below_min_segment: "too large for min_memory_utilization",
  several_sites: "too small alone, with no site that several share",
};

function shortReason(violation: Violation): string {
  switch (violation.rule) {
    case "below_min_segment":
      return `${violation.size} layers per stage use too little memory for min_memory_utilization`;
    case "below_min_layers":
      return `${violation.size} layers per stage are fewer than min_layers_per_stage`;
    case "below_min_pipeline_segment":
      return `${violation.size} layers per stage are too few for max_pipeline_stages`;
    case "above_kv_cache":
      return `the KV cache holds ${violation.kv_cache_holds_tokens} tokens, a request may have ${violation.longest_request_tokens}`;
    case "not_quantised":
      return `${violation.size} layers per stage are not a quantised size`;
    default:
      return violation.message.replace(/\.$/, "");
  }
}

function gib(value: unknown): string {
  return Number(value).toFixed(1);
}
