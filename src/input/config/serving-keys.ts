import { ENGINES, type Engine } from "../../engines/engines.ts";
import { MOST_SEQUENCES } from "../../workload/load.ts";
import { type KeySpec, number, optional } from "../text/key-spec.ts";
import type { NumberRange } from "../text/numbers.ts";
import { EFFICIENCY, REQUESTS_PER_SECOND, TOKENS } from "../text/ranges.ts";

/** The cost models a user can choose from. */
export const COST_MODELS = ["calibrated", "reference"] as const;
export type CostModelName = (typeof COST_MODELS)[number];
export const DEFAULT_COST_MODEL: CostModelName = "calibrated";

/** Parameters of config.csv on the load and on the engine; all may be absent (null). */
export interface ServingValues {
  readonly cost_model: CostModelName | null;
  readonly engine: Engine | null;
  /** Share of the GPU memory. */
  readonly gpu_memory_utilization: number | null;
  /** Tokens of a request, input and output. */
  readonly max_model_len: number | null;
  /** Tokens of a step. */
  readonly max_num_batched_tokens: number | null;
  /** 95th percentile of the input length, tokens. */
  readonly sequence_length_p95: number | null;
  /** 95th percentile of the output length, tokens. */
  readonly output_length_p95: number | null;
  /** Path from the directory of config.csv. */
  readonly input_lengths_file: string | null;
  /** Path from the directory of config.csv. */
  readonly output_lengths_file: string | null;
  /** Sequences. */
  readonly concurrency: number | null;
  readonly load: "max" | null;
  /** Requests per second. */
  readonly request_rate: number | null;
}

/** Sequences in flight, exactly. */
export const CONCURRENCY_RANGE: NumberRange = {
  unit: "sequences",
  integer: true,
  min: 1,
  max: MOST_SEQUENCES,
};

export const SERVING_KEYS: Readonly<Record<keyof ServingValues, KeySpec>> = {
  cost_model: optional({ kind: "choice", choices: COST_MODELS }),
  engine: optional({ kind: "choice", choices: ENGINES }),
  gpu_memory_utilization: optional(number(EFFICIENCY)),
  max_model_len: optional(number(TOKENS)),
  max_num_batched_tokens: optional(number(TOKENS)),
  sequence_length_p95: optional(number(TOKENS)),
  output_length_p95: optional(number(TOKENS)),
  input_lengths_file: optional({ kind: "text" }),
  output_lengths_file: optional({ kind: "text" }),
  concurrency: optional(number(CONCURRENCY_RANGE)),
  load: optional({ kind: "choice", choices: ["max"] }),
  request_rate: optional(number(REQUESTS_PER_SECOND)),
};
