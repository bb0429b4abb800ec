import { z } from "zod";
import {
  PLAN_STATUSES,
  type PlanAnswer,
  type PlanAtRate,
  type PlanMetrics,
  type PlanStatus,
  type StoredFacts,
} from "../../compare/plan.ts";
import type { Placement } from "../../placement/placement.ts";
import { PHASES } from "../../workload/workload.ts";

const count = z.int().min(0);
const positive = z.int().min(1);
const amount = z.number().min(0);
const rate = z.number().positive();
const interval = z.looseObject({ low: amount, high: amount });

/** One that breaks rules is to be read as well. */
const placementSchema: z.ZodType<Placement> = z.looseObject({
  batch_size: positive,
  sequence_length: positive,
  output_length: count,
  workload_phase: z.enum(PHASES),
  stages: z.array(
    z.looseObject({
      gpu_type: z.string(),
      tp_degree: positive,
      start_layer: z.int(),
      end_layer: z.int(),
    }),
  ),
});

/** Metrics that a comparison does not look at may stand beside these. */
const metricsSchema: z.ZodType<PlanMetrics> = z.looseObject({
  throughput_tokens_per_sec: rate,
  raw_throughput_tokens_per_sec: rate,
  pipeline_efficiency: rate,
  input_tokens_per_sec: amount,
  output_tokens_per_sec: amount,
  cost_per_hour: amount,
  dollar_per_million_token: amount,
  num_gpus: positive,
  num_gpus_rented: positive,
  ttft_ms: amount.nullable(),
  tpot_ms: amount.nullable(),
  bottleneck: z.looseObject({
    kind: z.enum(["stage", "link"]),
    index: count,
    limited_by: z.enum([
      "compute",
      "memory_bandwidth",
      "collectives",
      "links",
      "overhead",
      "network",
      "bubble",
    ]),
  }),
  stages: z
    .array(
      z.looseObject({
        instance: z.string().min(1),
        gpu_model: z.string(),
        tp_degree: positive,
        layers: positive,
        throughput_tokens_per_sec: rate,
        price_share_usd_per_hour: amount,
        memory_headroom_gb: z.number(),
      }),
    )
    .min(1),
  links: z.array(
    z.looseObject({ bandwidth_gb_per_sec: z.number(), crosses_instances: z.boolean() }),
  ),
  uncertainty: z
    .looseObject({
      throughput_tokens_per_sec: interval,
      ttft_ms: interval.nullable(),
      tpot_ms: interval.nullable(),
    })
    .nullable(),
});

const lengthTokens = z.number().nullable();

const factsShape = {
  model: z
    .looseObject({
      name: z.string(),
      layers: positive,
      weight_format: z.string().nullable(),
      kv_cache_bytes_per_element: z.number().nullable(),
    })
    .partial()
    .optional(),
  cost_model: z
    .looseObject({
      name: z.string(),
      engine: z.string().nullable(),
      gpu_memory_utilization: z.number().nullable(),
      max_model_len: z.number().nullable(),
      max_num_batched_tokens: z.number().nullable(),
    })
    .partial()
    .optional(),
  workload: z
    .looseObject({
      workload_phase: z.enum(PHASES).nullable(),
      sequence_length: lengthTokens,
      sequence_length_p95: lengthTokens,
      output_length: lengthTokens,
      output_length_p95: lengthTokens,
    })
    .partial()
    .optional(),
  prices: z
    .array(
      z.looseObject({
        instance_type: z.string(),
        instances: positive,
        owned_instances: count,
        usd_per_hour: amount,
        kind: z.string(),
        provider: z.string(),
        region: z.string().nullable(),
        as_of: z.string().nullable(),
        source: z.string(),
      }),
    )
    .optional(),
};

/** Of a load, what is said of a rate of requests. */
interface PlanLoad {
  readonly request_rate_per_sec?: number | null | undefined;
  readonly at_rate?: Omit<PlanAtRate, "request_rate_per_sec"> | undefined;
}

const loadSchema: z.ZodType<PlanLoad> = z.looseObject({
  request_rate_per_sec: rate.nullable().optional(),
  at_rate: z
    .looseObject({
      capacity_used: amount,
      dollar_per_million_token: amount,
      ttft_ms: amount.nullable(),
      tpot_ms: amount.nullable(),
    })
    .optional(),
});

/** The content of a plan's file: what `solve`, `evaluate` and `sweep` write. */
export type PlanFile = Omit<StoredFacts, "at_rate"> & {
  readonly load?: PlanLoad | undefined;
  readonly status: PlanStatus;
  readonly gap?: number | null | undefined;
  readonly placement: PlanAnswer["placement"] | null;
  readonly metrics?: PlanMetrics | null | undefined;
  /** Why a placement is infeasible, by `evaluate` and `sweep`. */
  readonly error?: string | undefined;
  /** Why there is no placement, by `solve`; what would change the answer where there is one. */
  readonly explanation?: { readonly sentences?: readonly string[] | undefined } | undefined;
  /** Of a sweep: what was run. Of a solve: its effort. */
  readonly run?:
    | { readonly model_name?: string | undefined; readonly total_layers?: number | undefined }
    | undefined;
};

export const planFileSchema: z.ZodType<PlanFile> = z.looseObject({
  status: z.enum(PLAN_STATUSES),
  gap: amount.nullable().optional(),
  placement: placementSchema.nullable(),
  metrics: metricsSchema.nullable().optional(),
  error: z.string().optional(),
  load: loadSchema.optional(),
  explanation: z.looseObject({ sentences: z.array(z.string()).optional() }).optional(),
  run: z
    .looseObject({ model_name: z.string().optional(), total_layers: positive.optional() })
    .optional(),
  ...factsShape,
});
