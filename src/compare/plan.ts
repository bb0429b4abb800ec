import type {
  Bottleneck,
  LinkMetrics,
  Metrics,
  StageMetrics,
  UncertaintyMetrics,
} from "../placement/evaluation.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import type { Phase } from "../workload/workload.ts";

/** What a comparison needs of a stage. */
type PlanStage = Pick<
  StageMetrics,
  | "instance"
  | "gpu_model"
  | "tp_degree"
  | "layers"
  | "throughput_tokens_per_sec"
  | "price_share_usd_per_hour"
  | "memory_headroom_gb"
>;

/** What a comparison needs of a placement's metrics; what `evaluate` says of a placement is one. */
export interface PlanMetrics
  extends Pick<
    Metrics,
    | "throughput_tokens_per_sec"
    | "raw_throughput_tokens_per_sec"
    | "pipeline_efficiency"
    | "input_tokens_per_sec"
    | "output_tokens_per_sec"
    | "cost_per_hour"
    | "dollar_per_million_token"
    | "num_gpus"
    | "num_gpus_rented"
    | "ttft_ms"
    | "tpot_ms"
  > {
  readonly bottleneck: Bottleneck;
  readonly stages: readonly PlanStage[];
  readonly links: readonly Pick<LinkMetrics, "bandwidth_gb_per_sec" | "crosses_instances">[];
  readonly uncertainty: Pick<
    UncertaintyMetrics,
    "throughput_tokens_per_sec" | "ttft_ms" | "tpot_ms"
  > | null;
}

/** The model that a plan serves; `weight_format` and `kv_cache_bytes_per_element` are null where the cost model knows neither. */
export interface PlanModel {
  readonly name: string;
  readonly layers: number;
  readonly weight_format: string | null;
  readonly kv_cache_bytes_per_element: number | null;
}

/** What predicted a plan's figures; all but the name are null for a cost model without an engine. */
export interface PlanCostModel {
  readonly name: string;
  readonly engine: string | null;
  /** Share (0 to 1) of the GPU memory. */
  readonly gpu_memory_utilization: number | null;
  readonly max_model_len: number | null;
  readonly max_num_batched_tokens: number | null;
}

/** What a plan serves; tokens. The 95th percentiles are null where lengths do not spread. */
export interface PlanWorkload {
  readonly workload_phase: Phase | null;
  readonly sequence_length: number | null;
  readonly sequence_length_p95: number | null;
  readonly output_length: number | null;
  readonly output_length_p95: number | null;
}

/** The price of an instance type that a plan uses, with where it comes from. */
export interface PlanPrice {
  readonly instance_type: string;
  /** Instances of the type in the plan, and how many of them are owned and cost nothing. */
  readonly instances: number;
  readonly owned_instances: number;
  readonly usd_per_hour: number;
  readonly kind: string;
  readonly provider: string;
  readonly region: string | null;
  readonly as_of: string | null;
  readonly source: string;
}

/** What is stored with an answer so that it can be compared later. */
export interface PlanFacts {
  readonly model: PlanModel;
  readonly cost_model: PlanCostModel;
  readonly workload: PlanWorkload;
  readonly prices: readonly PlanPrice[];
}

/** What a plan does at the rate of requests that it was asked to serve. */
export interface PlanAtRate {
  readonly request_rate_per_sec: number;
  /** Share (0 to 1) of the plan's capacity that the rate takes. */
  readonly capacity_used: number;
  readonly dollar_per_million_token: number;
  /** Null where the cost model does not predict it. */
  readonly ttft_ms: number | null;
  readonly tpot_ms: number | null;
}

type Stored<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Facts as a file holds them: one of an earlier version or of a sweep lacks some. */
export interface StoredFacts {
  readonly model?: Stored<PlanModel> | undefined;
  readonly cost_model?: Stored<PlanCostModel> | undefined;
  readonly workload?: Stored<PlanWorkload> | undefined;
  readonly prices?: readonly PlanPrice[] | undefined;
  /** Absent where no rate was asked for: the plan's metrics are then those of its load. */
  readonly at_rate?: PlanAtRate | undefined;
}

/** What came of the command that made a plan. */
export const PLAN_STATUSES = [
  "optimal",
  "feasible",
  "infeasible",
  "no_solution",
  "SUCCESS",
  "INFEASIBLE",
] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** A placement with its metrics. */
export interface PlanAnswer {
  readonly placement: Placement;
  readonly metrics: PlanMetrics;
}

/** One plan of a comparison. */
export interface Plan {
  /** What the user calls it: its file. */
  readonly name: string;
  readonly status: PlanStatus;
  /** Relative difference between objective and bound; null for what was not searched for. */
  readonly gap: number | null;
  /** Null where there is no placement, or one that breaks rules. */
  readonly answer: PlanAnswer | null;
  /** Why there is no answer; null when there is one or nothing is said. */
  readonly reason: string | null;
  readonly facts: StoredFacts;
}

/** What one instance of a type costs in a plan. */
export interface TypeUse {
  readonly instance_type: string;
  readonly gpu_model: string;
  readonly instances: number;
  /** Of these: instances that cost nothing. */
  readonly free_instances: number;
  /** Of an instance that is paid for; null when none is. */
  readonly usd_per_hour: number | null;
}

/**
 * The instance types of a plan in the order of their names. The price of an instance is Σ price_share_usd_per_hour of its
 * stages, whatever else the file says of prices.
 */
export function typesUsed(metrics: PlanMetrics): TypeUse[] {
  const byInstance = new Map<string, { gpu: string; usdPerHour: number }>();
  for (const stage of metrics.stages) {
    const known = byInstance.get(stage.instance) ?? { gpu: stage.gpu_model, usdPerHour: 0 };
    known.usdPerHour += stage.price_share_usd_per_hour;
    byInstance.set(stage.instance, known);
  }
  const types = new Map<string, { gpu: string; paid: number[]; free: number }>();
  for (const [instance, { gpu, usdPerHour }] of byInstance) {
    const name = instanceType(instance);
    const type = types.get(name) ?? { gpu, paid: [], free: 0 };
    if (usdPerHour > 0) type.paid.push(usdPerHour);
    else type.free++;
    types.set(name, type);
  }
  return [...types]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { gpu, paid, free }]) => ({
      instance_type: name,
      gpu_model: gpu,
      instances: paid.length + free,
      free_instances: free,
      usd_per_hour: paid.length === 0 ? null : paid.reduce((sum, usd) => sum + usd) / paid.length,
    }));
}

/** The type of an instance `type#index`, or the name as it stands. */
function instanceType(instance: string): string {
  return parseInstanceName(instance)?.typeName ?? instance;
}
