import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { tokensPerSecondAtRate } from "../../workload/load.ts";
import {
  type Limits,
  NO_LIMITS,
  PHASES,
  type Phase,
  type Workload,
} from "../../workload/workload.ts";
import type { Settings } from "../config/parse-config.ts";
import { flagNumber, fromConfig } from "../config/sourced-value.ts";
import type { PoolFlags } from "../pool/pool-source.ts";
import type { NumberRange } from "../text/numbers.ts";
import { BUDGETS, MARGIN_PERCENT } from "../text/ranges.ts";
import type { OpenNamed } from "../text/source-text.ts";
import type { CostModelFlags } from "./choose-cost-model.ts";
import { type LengthFlags, mergeInputLength, mergeOutputLength } from "./merge-lengths.ts";
import { type LoadFlags, mergeLoad } from "./merge-load.ts";

/** What the command line says about a problem; every flag wins over the key of config.csv. */
export interface ProblemFlags extends LengthFlags, LoadFlags, CostModelFlags, PoolFlags {
  /** --phase, one of PHASES. */
  readonly phase?: string | undefined;
  /** Budgets and targets, literal: 999 is 999. */
  readonly limits?: { readonly [K in keyof Limits]?: Limits[K] | undefined } | undefined;
  /** --time-limit, seconds. */
  readonly timeLimitSeconds?: number | undefined;
  /** --max-pipeline-stages. */
  readonly maxPipelineStages?: number | undefined;
  /** --total-tokens of the whole job. */
  readonly totalTokens?: number | undefined;
  /** --any-shape: also TP degrees that the engine does not start the model at. */
  readonly anyShape?: boolean | undefined;
}

/** A workload, and what the user has to know of how it was read. */
export interface MergedWorkload {
  readonly workload: Workload;
  readonly notes: readonly string[];
}

/**
 * Flags over config keys; what neither says is null. Output defaults to 0 once the phase is known to allow that.
 * @throws InputError for numbers that a flag does not take and for values that contradict each other.
 */
export function mergeWorkload(
  config: Settings,
  flags: ProblemFlags,
  open: OpenNamed,
): MergedWorkload {
  const phase =
    flags.phase === undefined
      ? fromConfig<Phase>(config, "workload_phase")
      : { value: flagPhase(flags.phase), where: "--phase" };
  const input = mergeInputLength(config, flags, open);
  const output = mergeOutputLength(config, flags, open);
  const { minBatch, maxBatch, load } = mergeLoad(config, flags);

  if (phase?.value === "aggregated" && output.mean?.value === 0) {
    throw new InputError(
      output.mean.where,
      `aggregated serving (${phase.where}) with an output length of 0 is undefined.`,
      "Give an output length from 1, or choose the prefill phase.",
    );
  }
  const outputDefault = phase && phase.value !== "aggregated" ? 0 : null;
  return {
    workload: {
      phase: phase?.value ?? null,
      inputTokens: input.mean?.value ?? null,
      outputTokens: output.mean?.value ?? outputDefault,
      minBatch,
      maxBatch,
      ...(input.moments && { inputLengths: input.moments }),
      ...(output.moments && { outputLengths: output.moments }),
      ...(load && { load }),
    },
    notes: [...input.notes, ...output.notes],
  };
}

function flagPhase(phase: string): Phase {
  const known = PHASES.find((each) => each === phase);
  if (known) return known;
  throw new InputError("--phase", `"${phase}" is not a phase.`, nearestHint(phase, PHASES));
}

const MS_PER_SECOND = 1000;

const LATENCY: NumberRange = {
  unit: "milliseconds",
  above: 0,
  plausible: BUDGETS.milliseconds.plausible!,
};

/** The flag of every limit, and what it takes, as the flag takes it. */
const LIMIT_FLAGS: Readonly<Record<keyof Limits, readonly [flag: string, range: NumberRange]>> = {
  maxHourlyCostUsd: ["--max-hourly-cost", BUDGETS["dollars per hour"]],
  maxCostPerMillionTokenUsd: [
    "--max-cost-per-million-token",
    BUDGETS["dollars per million tokens"],
  ],
  maxTotalCostUsd: ["--max-total-cost", BUDGETS.dollars],
  maxTotalRuntimeHours: ["--max-total-runtime-hours", BUDGETS.hours],
  minTokensPerSecond: ["--min-throughput", BUDGETS["tokens per second"]],
  maxTtftSeconds: ["--max-ttft-ms", LATENCY],
  maxTpotSeconds: ["--max-tpot-ms", LATENCY],
  latencySafetyMargin: ["--safety-margin", { ...MARGIN_PERCENT, unit: "" }],
};

/** Budgets and targets: flags, which are literal, over config keys. */
export function mergeLimits(
  { values }: Settings,
  flags: NonNullable<ProblemFlags["limits"]>,
): Limits {
  const merge = (limit: keyof Limits, configured: number | null): number | null => {
    const value = flags[limit];
    if (value === undefined || value === null) return value === null ? null : configured;
    const [flag, range] = LIMIT_FLAGS[limit];
    return flagNumber(flag, value, range);
  };
  const seconds = (limit: "maxTtftSeconds" | "maxTpotSeconds"): number | null => {
    const value = flags[limit] ?? null;
    if (value === null) return null;
    const [flag, range] = LIMIT_FLAGS[limit];
    return flagNumber(flag, value * MS_PER_SECOND, range) / MS_PER_SECOND;
  };
  return {
    maxHourlyCostUsd: merge("maxHourlyCostUsd", values.max_hourly_cost),
    maxCostPerMillionTokenUsd: merge(
      "maxCostPerMillionTokenUsd",
      values.max_cost_per_million_token,
    ),
    maxTotalCostUsd: merge("maxTotalCostUsd", values.max_total_cost),
    maxTotalRuntimeHours: merge("maxTotalRuntimeHours", values.max_total_runtime_hours),
    minTokensPerSecond: merge("minTokensPerSecond", null),
    maxTtftSeconds: seconds("maxTtftSeconds"),
    maxTpotSeconds: seconds("maxTpotSeconds"),
    latencySafetyMargin: merge("latencySafetyMargin", null) ?? NO_LIMITS.latencySafetyMargin,
  };
}

/** Limits with what a request rate asks of the throughput; unchanged as long as the lengths are not known. */
export function limitsAtRate(limits: Limits, workload: Workload): Limits {
  const { load, phase, inputTokens, outputTokens } = workload;
  if (load?.kind !== "request_rate" || !phase || inputTokens === null || outputTokens === null) {
    return limits;
  }
  const atRate = tokensPerSecondAtRate(load.requestsPerSecond, phase, {
    inputTokens,
    outputTokens,
  });
  return { ...limits, minTokensPerSecond: Math.max(limits.minTokensPerSecond ?? 0, atRate) };
}
