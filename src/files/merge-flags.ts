import { InputError } from "../errors.ts";
import { nearestHint } from "../nearest.ts";
import { type Limits, PHASES, type Phase, type Workload } from "../workload/workload.ts";
import type { ConfigKey } from "./config-keys.ts";
import { type NumberRange, numberProblem, rangeHint } from "./numbers.ts";
import { type Config, configPlace } from "./parse-config.ts";

/** What the command line says about a problem; every flag wins over the key of config.csv. */
export interface ProblemFlags {
  /** --cloud-provider; default AWS. */
  readonly cloudProvider?: string | undefined;
  /** --cost-model; default reference. */
  readonly costModel?: string | undefined;
  /** --input-length, tokens. */
  readonly inputTokens?: number | undefined;
  /** --output-length, tokens. */
  readonly outputTokens?: number | undefined;
  /** --phase, one of PHASES. */
  readonly phase?: string | undefined;
  /** --min-batch-size, sequences. */
  readonly minBatch?: number | undefined;
  /** --max-batch-size, sequences. */
  readonly maxBatch?: number | undefined;
  /** Budgets and targets, literal: 999 is 999. */
  readonly limits?: { readonly [K in keyof Limits]?: Limits[K] | undefined } | undefined;
  /** --time-limit, seconds. */
  readonly timeLimitSeconds?: number | undefined;
  /** --own: how many instances of a type are owned already and cost nothing, by name. */
  readonly ownedByType?: ReadonlyMap<string, number> | undefined;
}

/** A value with the place it comes from. */
interface Placed<T> {
  readonly value: T;
  readonly where: string;
}

/**
 * Flags over config keys; what neither says is null. Output defaults to 0 once the phase is known to allow that.
 * @throws InputError for numbers that a flag does not take and for values that contradict each other.
 */
export function mergeWorkload(config: Config, flags: ProblemFlags): Workload {
  const count = (
    flag: string,
    value: number | undefined,
    key: ConfigKey,
    range: NumberRange,
  ): Placed<number> | null =>
    value === undefined
      ? fromConfig<number>(config, key)
      : { value: flagNumber(flag, value, range), where: flag };
  const tokens = { unit: "tokens", integer: true };
  const sequences = { unit: "sequences", integer: true, min: 1 };

  const phase =
    flags.phase === undefined
      ? fromConfig<Phase>(config, "workload_phase")
      : { value: flagPhase(flags.phase), where: "--phase" };
  const input = count("--input-length", flags.inputTokens, "sequence_length", {
    ...tokens,
    min: 1,
  });
  const output = count("--output-length", flags.outputTokens, "output_length", {
    ...tokens,
    min: 0,
  });
  const minBatch = count("--min-batch-size", flags.minBatch, "min_batch_size", sequences);
  const maxBatch = count("--max-batch-size", flags.maxBatch, "max_batch_size", sequences);

  if (minBatch && maxBatch && minBatch.value > maxBatch.value) {
    throw new InputError(
      minBatch.where,
      `the smallest batch ${minBatch.value} is above the largest, ${maxBatch.value} (${maxBatch.where}).`,
      "Give min_batch_size and max_batch_size, or their flags, so that the smallest is not above the largest.",
    );
  }
  if (phase?.value === "aggregated" && output?.value === 0) {
    throw new InputError(
      output.where,
      `aggregated serving (${phase.where}) with an output length of 0 is undefined.`,
      "Give an output length from 1, or choose the prefill phase.",
    );
  }
  const outputDefault = phase && phase.value !== "aggregated" ? 0 : null;
  return {
    phase: phase?.value ?? null,
    inputTokens: input?.value ?? null,
    outputTokens: output?.value ?? outputDefault,
    minBatch: minBatch?.value ?? null,
    maxBatch: maxBatch?.value ?? null,
  };
}

function fromConfig<T>(config: Config, key: ConfigKey): Placed<T> | null {
  const value = config.values[key];
  return value === null ? null : { value: value as T, where: configPlace(config, key) };
}

function flagPhase(phase: string): Phase {
  const known = PHASES.find((each) => each === phase);
  if (known) return known;
  throw new InputError("--phase", `"${phase}" is no phase.`, nearestHint(phase, PHASES));
}

/** Checks the number of a flag. @throws InputError with the flag, the number and the range. */
export function flagNumber(flag: string, value: number, range: NumberRange): number {
  const problem = numberProblem(value, range);
  if (problem === null) return value;
  throw new InputError(flag, `${value} is ${problem}.`, rangeHint(range));
}

/** The flag and the unit of every limit. */
const LIMIT_FLAGS: Readonly<Record<keyof Limits, readonly [flag: string, unit: string]>> = {
  maxHourlyCostUsd: ["--max-hourly-cost", "dollars per hour"],
  maxCostPerMillionTokenUsd: ["--max-cost-per-million-token", "dollars per million tokens"],
  maxTotalCostUsd: ["--max-total-cost", "dollars"],
  maxTotalRuntimeHours: ["--max-total-runtime-hours", "hours"],
  minTokensPerSecond: ["--min-throughput", "tokens per second"],
};

/** Budgets and targets: flags, which are literal, over config keys. */
export function mergeLimits(
  { values }: Config,
  flags: NonNullable<ProblemFlags["limits"]>,
): Limits {
  const merge = (limit: keyof Limits, configured: number | null): number | null => {
    const value = flags[limit];
    if (value === undefined || value === null) return value === null ? null : configured;
    const [flag, unit] = LIMIT_FLAGS[limit];
    return flagNumber(flag, value, { unit, min: 0 });
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
  };
}
