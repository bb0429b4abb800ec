import { type PlanAnswer, type PlanMetrics, typesUsed } from "./plan.ts";

/** What the cost per million tokens of two plans differs by, one cause at a time. */
export type FactorName =
  | "prices_of_same_types"
  | "gpus_rented"
  | "usd_per_gpu_hour"
  | "gpus_used"
  | "batch"
  | "gpu_seconds_per_step"
  | "busy_share"
  | "pipeline_efficiency"
  | "real_world_efficiency";

/** One cause: its value in both plans, and what it multiplies the cost per million tokens by. */
export interface Factor<Name extends string = FactorName> {
  readonly name: Name;
  readonly from: number;
  readonly to: number;
  readonly cost_ratio: number;
  /** ln(cost_ratio) / ln(ratio of the costs); null when the costs are the same. Shares add up to 1 and may be negative. */
  readonly share: number | null;
}

/** The ratio of two costs per million tokens as a product: of `price` and `throughput`, and each of these of its `factors`. */
export interface Decomposition {
  /** Cost per million tokens, USD. */
  readonly cost: Factor<"dollar_per_million_token">;
  readonly price: Branch<"cost_per_hour">;
  readonly throughput: Branch<"throughput_tokens_per_sec">;
}

interface Branch<Name extends string> extends Factor<Name> {
  readonly factors: readonly Factor[];
}

/** Causes with what offsets them taken together. */
export type NetFactorName =
  | "prices_of_same_types"
  | "usd_per_gpu_hour"
  | "gpus_rented_per_used"
  | "gpu_seconds_per_token"
  | "busy_share"
  | "pipeline_efficiency"
  | "real_world_efficiency";

/** Ratios nearer to 1 than this are rounding. */
const SAME = 1e-9;

/**
 * Why one plan is cheaper than another, exactly. With H $/h, T tokens/s, G rented GPUs, N used GPUs, b sequences in flight:
 *
 *   $/M ∝ H / T
 *   H = (H / H') · G · (H' / G)     H': the plan's instances at the other plan's prices, where that one pays for the type
 *   T = N · b · u · p · r / w
 *
 * w = b · Σ tp / stage rate: GPU time of one step, GPU-seconds over all stages for one token of every sequence in flight.
 * u = Σ tp · (raw / stage rate) / N: the share of time that GPUs are not kept waiting by the slowest part.
 * p is the pipeline efficiency, r = T / (raw · p) the real-world efficiency.
 *
 * @returns null where a plan costs nothing: a ratio to nothing is none
 */
export function decompose(from: PlanAnswer, to: PlanAnswer): Decomposition | null {
  const [a, b] = [from.metrics, to.metrics];
  if (a.cost_per_hour === 0 || b.cost_per_hour === 0) return null;
  const total = Math.log(b.dollar_per_million_token / a.dollar_per_million_token);
  const factor = <Name extends string>(
    name: Name,
    before: number,
    after: number,
    raises: "raises cost" | "lowers cost",
  ): Factor<Name> => {
    const ratio = raises === "raises cost" ? after / before : before / after;
    const share = Math.abs(total) < SAME ? null : Math.log(ratio) / total;
    return { name, from: before, to: after, cost_ratio: ratio, share };
  };
  const atOldPrices = costAtPricesOf(a, b);
  const [before, after] = [speedParts(from), speedParts(to)];
  return {
    cost: factor(
      "dollar_per_million_token",
      a.dollar_per_million_token,
      b.dollar_per_million_token,
      "raises cost",
    ),
    price: {
      ...factor("cost_per_hour", a.cost_per_hour, b.cost_per_hour, "raises cost"),
      factors: [
        factor("prices_of_same_types", atOldPrices, b.cost_per_hour, "raises cost"),
        factor("gpus_rented", a.num_gpus_rented, b.num_gpus_rented, "raises cost"),
        factor(
          "usd_per_gpu_hour",
          a.cost_per_hour / a.num_gpus_rented,
          atOldPrices / b.num_gpus_rented,
          "raises cost",
        ),
      ],
    },
    throughput: {
      ...factor(
        "throughput_tokens_per_sec",
        a.throughput_tokens_per_sec,
        b.throughput_tokens_per_sec,
        "lowers cost",
      ),
      factors: [
        factor("gpus_used", a.num_gpus, b.num_gpus, "lowers cost"),
        factor("batch", from.placement.batch_size, to.placement.batch_size, "lowers cost"),
        factor("gpu_seconds_per_step", before.stepSeconds, after.stepSeconds, "raises cost"),
        factor("busy_share", before.busyShare, after.busyShare, "lowers cost"),
        factor("pipeline_efficiency", a.pipeline_efficiency, b.pipeline_efficiency, "lowers cost"),
        factor("real_world_efficiency", before.realWorld, after.realWorld, "lowers cost"),
      ],
    },
  };
}

/**
 * The causes of a difference, those that offset one another merged: more GPUs cost more and do more, more sequences take longer
 * and give more tokens. Their product is the ratio of the costs as well.
 */
export function netFactors({ price, throughput }: Decomposition): Factor<NetFactorName>[] {
  const all = [...price.factors, ...throughput.factors];
  const named = (name: FactorName): Factor => all.find((factor) => factor.name === name)!;
  const same = (name: FactorName & NetFactorName): Factor<NetFactorName> => ({
    ...named(name),
    name,
  });
  return [
    same("prices_of_same_types"),
    same("usd_per_gpu_hour"),
    merged("gpus_rented_per_used", named("gpus_rented"), named("gpus_used")),
    merged("gpu_seconds_per_token", named("gpu_seconds_per_step"), named("batch")),
    same("busy_share"),
    same("pipeline_efficiency"),
    same("real_world_efficiency"),
  ];
}

/** One cause out of a value that raises the cost and one that lowers it: their ratio. */
function merged(name: NetFactorName, raises: Factor, lowers: Factor): Factor<NetFactorName> {
  return {
    name,
    from: raises.from / lowers.from,
    to: raises.to / lowers.to,
    cost_ratio: raises.cost_ratio * lowers.cost_ratio,
    share: raises.share === null || lowers.share === null ? null : raises.share + lowers.share,
  };
}

/** USD per hour of a plan's instances at another plan's prices; a type that the other pays for nowhere keeps its own. */
function costAtPricesOf(other: PlanMetrics, plan: PlanMetrics): number {
  const prices = new Map(typesUsed(other).map((type) => [type.instance_type, type.usd_per_hour]));
  let change = 0;
  for (const { instance_type, instances, free_instances, usd_per_hour } of typesUsed(plan)) {
    if (usd_per_hour === null) continue;
    const otherPrice = prices.get(instance_type) ?? usd_per_hour;
    // A sum of shares differs from the price by rounding alone: that is no change of price.
    if (Math.abs(otherPrice - usd_per_hour) <= SAME * usd_per_hour) continue;
    change += (instances - free_instances) * (otherPrice - usd_per_hour);
  }
  return plan.cost_per_hour + change;
}

function speedParts({ placement, metrics }: PlanAnswer): {
  readonly stepSeconds: number;
  readonly busyShare: number;
  readonly realWorld: number;
} {
  const raw = metrics.raw_throughput_tokens_per_sec;
  const gpuSecondsPerToken = metrics.stages.reduce(
    (sum, stage) => sum + stage.tp_degree / stage.throughput_tokens_per_sec,
    0,
  );
  return {
    stepSeconds: placement.batch_size * gpuSecondsPerToken,
    busyShare: (raw * gpuSecondsPerToken) / metrics.num_gpus,
    realWorld: metrics.throughput_tokens_per_sec / (raw * metrics.pipeline_efficiency),
  };
}
