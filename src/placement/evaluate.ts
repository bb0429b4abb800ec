import {
  type CostModel,
  largestItem,
  type MemoryBill,
  type StageEstimate,
} from "../cost/cost-model.ts";
import { pairGBytesPerSecond } from "../hardware/network.ts";
import { instanceMicroUsdPerHour } from "../hardware/pool.ts";
import { microUsdToUsd } from "../hardware/price.ts";
import {
  checkPoint,
  type OperatingPoint,
  pointWarnings,
  type Workload,
  withSpread,
} from "../workload/workload.ts";
import type { PlacedStage } from "./assign-gpus.ts";
import { type CheckedPlacement, checkPlacement } from "./check.ts";
import { checkMetrics, noFigures } from "./check-metrics.ts";
import type { Bottleneck, Evaluation, LinkMetrics, Metrics, StageMetrics } from "./evaluation.ts";
import { type Latency, pipelineLatency } from "./latency.ts";
import { economics, meetsLatencyLimits, meetsLimits } from "./limits.ts";
import { lowMemoryWarnings } from "./low-memory.ts";
import type { Placement } from "./placement.ts";
import { checkProblem, type Problem } from "./problem.ts";
import { measureUncertainty } from "./uncertainty.ts";

const MS_PER_SECOND = 1000;

/** The operating point a placement runs at; lengths spread as those of the workload, if one is given. */
export function placementPoint(placement: Placement, workload?: Workload): OperatingPoint {
  const point = {
    phase: placement.workload_phase,
    batch: placement.batch_size,
    inputTokens: placement.sequence_length,
    outputTokens: placement.output_length,
  };
  return workload ? withSpread(point, workload) : point;
}

/**
 * Scores one placement: the single truth about what a placement does and costs. The solver optimises exactly this.
 *
 * tokens/s = min(stage rates, link rates) · pipeline efficiency · real-world efficiency; cost per hour = Σ price of the
 * distinct instances; cost per token = cost per hour / (tokens/s · 3600). Source: reference model, "End to end".
 *
 * Latencies add up from the stages, see latency.ts.
 *
 * Budgets and targets refuse nothing here: `meets_cost_threshold` says whether all of them are met.
 *
 * @returns SUCCESS with metrics, or INFEASIBLE with every broken rule.
 * @throws InputError when the operating point is undefined (no output in aggregated serving, counts below 1), the parts of the
 *   problem do not fit together, or a quantity beyond its bounds (`BOUNDS`) gives figures that are none
 */
export function evaluate(problem: Problem, placement: Placement): Evaluation {
  const point = placementPoint(placement, problem.workload);
  checkProblem(problem);
  checkPoint(point);
  const checked = checkPlacement(problem, placement, point);
  const warnings = [...pointWarnings(point), ...checked.warnings];
  const first = checked.violations[0];
  if (first) {
    return {
      status: "INFEASIBLE",
      placement,
      error: first.message,
      violations: checked.violations,
      warnings,
    };
  }
  const metrics = measure(problem, checked.stages, point);
  checkMetrics(problem, point, metrics);
  return {
    status: "SUCCESS",
    placement: withGpuIds(placement, checked),
    metrics,
    warnings: [...warnings, ...lowMemoryWarnings(metrics)],
  };
}

function withGpuIds(placement: Placement, checked: CheckedPlacement): Placement {
  return {
    ...placement,
    stages: checked.stages.map(({ stage, gpuIds }) => ({
      gpu_type: stage.gpu_type,
      tp_degree: stage.tp_degree,
      gpu_ids: gpuIds,
      start_layer: stage.start_layer,
      end_layer: stage.end_layer,
    })),
  };
}

function measure(problem: Problem, placed: readonly PlacedStage[], point: OperatingPoint): Metrics {
  const { costModel } = problem;
  const speed = pipelineSpeed(problem, placed, point);
  const { estimates, links, raw, tokensPerSecond, pipelineEfficiency, latency } = speed;
  let { bottleneck } = speed;
  if (
    bottleneck.kind === "stage" &&
    isBubble(costModel, placed[bottleneck.index]!, point, raw, pipelineEfficiency)
  ) {
    bottleneck = { ...bottleneck, limited_by: "bubble" };
  }
  const rented = rentedInstances(placed);
  let microUsdPerHour = 0;
  let gpusRented = 0;
  let gpusUsed = 0;
  for (const { type, microUsdPerHour: price, gpusUsed: used } of rented.values()) {
    microUsdPerHour += price;
    gpusRented += type.instance.gpuCount;
    gpusUsed += used;
  }
  const money = economics(microUsdPerHour, tokensPerSecond, problem.totalTokensToProcess);
  const inputShare = shareOfInput(point);
  const bills = placed.map(({ shape }) => costModel.memory(shape, point));
  const ttftMs = toMs(latency?.ttftSeconds);
  const tpotMs = toMs(latency?.tpotSeconds);
  const kvCacheTokens = leastKvCacheTokens(bills);
  return {
    throughput_tokens_per_sec: tokensPerSecond,
    raw_throughput_tokens_per_sec: raw,
    pipeline_efficiency: pipelineEfficiency,
    input_tokens_per_sec: tokensPerSecond * inputShare,
    output_tokens_per_sec: tokensPerSecond * (1 - inputShare),
    cost_per_hour: money.costPerHourUsd,
    cost_per_token: money.costPerTokenUsd,
    dollar_per_million_token: money.costPerMillionTokenUsd,
    total_runtime_hours: money.runtimeHours,
    total_cost: money.totalCostUsd,
    meets_cost_threshold:
      meetsLimits(problem.limits, microUsdPerHour, tokensPerSecond, problem.totalTokensToProcess) &&
      meetsLatencyLimits(
        problem.limits,
        latency?.ttftSeconds ?? null,
        latency?.tpotSeconds ?? null,
      ),
    num_gpus: gpusUsed,
    num_gpus_rented: gpusRented,
    num_instances: rented.size,
    num_pipeline_stages: placed.length,
    ttft_ms: ttftMs,
    tpot_ms: tpotMs,
    bottleneck,
    stages: placed.map((stage, index): StageMetrics => {
      const bill = bills[index]!;
      const estimate = estimates[index]!;
      const {
        type,
        microUsdPerHour: price,
        gpusUsed: usedThere,
      } = rented.get(instanceNumber(stage))!;
      return {
        instance: stage.stage.gpu_type,
        gpu_model: type.instance.gpuModel,
        gpu_ids: stage.gpuIds,
        tp_degree: stage.shape.layout.tp,
        layers: stage.shape.layers,
        start_layer: stage.stage.start_layer,
        end_layer: stage.stage.end_layer,
        throughput_tokens_per_sec: estimate.tokensPerSecond,
        limited_by: estimate.limitedBy,
        memory_weights_gb: bill.weightsGib,
        memory_kv_cache_gb: bill.kvCacheGib,
        memory_activations_gb: bill.activationsGib,
        memory_total_gb: bill.totalGib,
        memory_capacity_gb: bill.capacityGib,
        memory_utilization: bill.totalGib / bill.capacityGib,
        utilization: raw / estimate.tokensPerSecond,
        price_share_usd_per_hour: (microUsdToUsd(price) * stage.shape.group.gpus) / usedThere,
        memory_runtime_gb: bill.runtimeGib,
        memory_reserve_gb: bill.reserveGib,
        memory_embedding_gb: bill.embeddingGib,
        memory_lm_head_gb: bill.lmHeadGib,
        memory_headroom_gb: bill.capacityGib - bill.totalGib,
        memory_error_gb: bill.errorGib ?? null,
        kv_cache_tokens: bill.kvCapacityTokens,
        ttft_ms: toMs(estimate.ttftSeconds),
        tpot_ms: toMs(estimate.tpotSeconds),
      };
    }),
    links,
    kv_cache_tokens: kvCacheTokens,
    max_concurrency:
      kvCacheTokens === null ? null : kvCacheTokens / (point.inputTokens + point.outputTokens),
    uncertainty: measureUncertainty(
      costModel.uncertainty(
        placed.map(({ shape }) => shape),
        point,
      ),
      tokensPerSecond,
      ttftMs,
      tpotMs,
    ),
  };
}

/** How fast placed stages serve, and what they wait for. */
interface PipelineSpeed {
  readonly estimates: readonly StageEstimate[];
  readonly links: readonly LinkMetrics[];
  /** The slowest rate of all stages and links, tokens/s. */
  readonly raw: number;
  readonly bottleneck: Bottleneck;
  readonly pipelineEfficiency: number;
  readonly tokensPerSecond: number;
  readonly latency: Latency | null;
}

/** @throws InputError as `evaluate` does where a quantity beyond its bounds leaves no rate */
function pipelineSpeed(
  problem: Problem,
  placed: readonly PlacedStage[],
  point: OperatingPoint,
): PipelineSpeed {
  const { costModel } = problem;
  const estimates = placed.map(({ shape }) => costModel.stage(shape, point));
  const links = measureLinks(problem, placed, point);
  const stage = slowest(estimates.map(({ tokensPerSecond }) => tokensPerSecond));
  const link = slowest(links.map(({ throughput_tokens_per_sec }) => throughput_tokens_per_sec));
  const raw = Math.min(stage.rate, link.rate);
  if (raw === Number.POSITIVE_INFINITY) throw noFigures(problem, point, "no rate");
  const pipelineEfficiency = costModel.pipelineEfficiency(point, placed.length);
  return {
    estimates,
    links,
    raw,
    get bottleneck(): Bottleneck {
      return link.rate < stage.rate
        ? { kind: "link", index: link.index, limited_by: "network" }
        : { kind: "stage", index: stage.index, limited_by: estimates[stage.index]!.limitedBy };
    },
    pipelineEfficiency,
    tokensPerSecond: raw * pipelineEfficiency * costModel.realWorldEfficiency,
    latency: pipelineLatency(costModel.latencyFrame(point, placed.length), estimates),
  };
}

/** The first of the lowest rates. */
function slowest(rates: readonly number[]): { readonly index: number; readonly rate: number } {
  let index = 0;
  let rate = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rates.length; i++) {
    if (rates[i]! < rate) [index, rate] = [i, rates[i]!];
  }
  return { index, rate };
}

/** The five items of a bill add up to the stage's time: a bubble of less than a fifth of it is never the largest share. */
const LEAST_LARGEST_SHARE = 1 / 5;

/** Whether the bubble takes more time than any item of the slowest stage's own. */
function isBubble(
  costModel: CostModel,
  { shape }: PlacedStage,
  point: OperatingPoint,
  tokensPerSecond: number,
  efficiency: number,
): boolean {
  const share = 1 / efficiency - 1;
  if (share <= LEAST_LARGEST_SHARE || !costModel.timeBill) return false;
  return share > largestItem(costModel.timeBill(shape, point)).seconds * tokensPerSecond;
}

function toMs(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined ? null : seconds * MS_PER_SECOND;
}

/** The stage with the least room bounds the pipeline; null when a stage does not say. */
function leastKvCacheTokens(bills: readonly MemoryBill[]): number | null {
  let least = Number.POSITIVE_INFINITY;
  for (const { kvCapacityTokens } of bills) {
    if (kvCapacityTokens === null) return null;
    if (kvCapacityTokens < least) least = kvCapacityTokens;
  }
  return least;
}

/** The share (0 to 1) of the tokens that are input: s : o for aggregated. */
function shareOfInput({ phase, inputTokens, outputTokens }: OperatingPoint): number {
  if (phase === "prefill") return 1;
  if (phase === "decode") return 0;
  return inputTokens / (inputTokens + outputTokens);
}

function measureLinks(
  problem: Problem,
  placed: readonly PlacedStage[],
  point: OperatingPoint,
): LinkMetrics[] {
  const links: LinkMetrics[] = [];
  for (let index = 0; index + 1 < placed.length; index++) {
    const source = placed[index]!;
    const target = placed[index + 1]!;
    const pair = pairGBytesPerSecond(
      problem.network,
      source.type,
      source.instanceIndex,
      source.lowestGpu,
      target.type,
      target.instanceIndex,
      target.lowestGpu,
    );
    const link = problem.costModel.link(source.shape, target.shape, pair, point);
    links.push({
      throughput_tokens_per_sec: link.tokensPerSecond,
      bandwidth_gb_per_sec: link.gBytesPerSecond,
      crosses_instances: instanceNumber(source) !== instanceNumber(target),
    });
  }
  return links;
}

/** The global number of the instance's first GPU identifies the instance. */
function instanceNumber({ type, instanceIndex }: PlacedStage): number {
  return type.firstGpu + instanceIndex * type.instance.gpuCount;
}

interface Rented {
  readonly type: PlacedStage["type"];
  readonly microUsdPerHour: number;
  gpusUsed: number;
}

/** Every distinct instance of the placement, once, with the GPUs used there. */
function rentedInstances(placed: readonly PlacedStage[]): Map<number, Rented> {
  const rented = new Map<number, Rented>();
  for (const stage of placed) {
    const number = instanceNumber(stage);
    const known = rented.get(number);
    if (known) known.gpusUsed += stage.shape.group.gpus;
    else {
      const { type, instanceIndex, shape } = stage;
      const price = instanceMicroUsdPerHour(type, instanceIndex);
      rented.set(number, { type, microUsdPerHour: price, gpusUsed: shape.group.gpus });
    }
  }
  return rented;
}
