import type { Metrics } from "../placement/evaluation.ts";
import { limitIsMet } from "../placement/limits.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { type RateService, rateService } from "../placement/rate-service.ts";
import { CONCURRENCY_LEVELS, tokensPerRequest } from "../workload/load.ts";
import type { Workload } from "../workload/workload.ts";
import { count, figure, hourlyText, percent, plural, usd } from "./format.ts";

const MS_PER_SECOND = 1000;

/** The sequences in flight of a placement: "batch 32", or "concurrency 48" where the load was not given as batch sizes. */
export function batchText({ load }: Workload, { batch_size }: Placement): string {
  return `${load ? "concurrency" : "batch"} ${count(batch_size)}`;
}

/** Who chose the sequences in flight where the load left them open: a search over the levels, or the placement alone. */
export type Chooser = "solve" | "evaluate";

/** How the load decided the sequences in flight; null where they were given. */
export function loadText(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
  chooser: Chooser,
): string | null {
  const { load } = problem.workload;
  switch (load?.kind) {
    case undefined:
    case "concurrency":
      return null;
    case "max":
      return `concurrency ${count(placement.batch_size)}: the ${chooser === "solve" ? "best" : "largest"} of the levels ${levelsText()} that fits`;
    case "request_rate": {
      const service = rateService(problem, placement);
      if (!service) {
        const most = capacityOf(placement, metrics);
        return `${rateText(load.requestsPerSecond)}, which it cannot serve: at most ${figure(most)} with ${count(placement.batch_size)} sequences in flight`;
      }
      const { atRate, atCapacity, capacityRequestsPerSecond, used } = service;
      return `${rateText(load.requestsPerSecond)}: ${inFlightText(atRate.placement)}; that is ${percent(used)} of its capacity, ${figure(capacityRequestsPerSecond)} requests/s with ${count(atCapacity.placement.batch_size)} in flight, the best of the levels ${levelsText()}${withinTargets(problem, service)}`;
    }
  }
}

function withinTargets({ limits }: Problem, service: RateService): string {
  if (limits.maxTtftSeconds === null && limits.maxTpotSeconds === null) return "";
  return service.capacityKeepsLatencyLimits
    ? " within the latency targets"
    : ", none of which serves this rate within the latency targets";
}

/** The sequences in flight of a placement, at a rate those that serve it: "batch 32", "concurrency 48", "13 sequences in flight". */
export function flightText(problem: Problem, placement: Placement): string {
  const service = rateService(problem, placement);
  return service ? inFlightText(service.atRate.placement) : batchText(problem.workload, placement);
}

/** "13 sequences in flight". */
export function inFlightText({ batch_size }: Placement): string {
  return `${plural(batch_size, "sequence")} in flight`;
}

/** "2 requests/s". */
export function rateText(requestsPerSecond: number): string {
  const text = figure(requestsPerSecond);
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return `${short} ${short === "1" ? "request" : "requests"}/s`;
}

/** The load as `--json` prints it; nothing where the batch sizes given are all there is to say. */
export function loadFacts(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
): { readonly load?: object } {
  const { load } = problem.workload;
  if (!load) return {};
  const requestRate = load.kind === "request_rate" ? load.requestsPerSecond : null;
  const service = rateService(problem, placement);
  const capacity = service?.capacityRequestsPerSecond ?? capacityOf(placement, metrics);
  return {
    load: {
      kind: load.kind,
      concurrency: (service?.atRate.placement ?? placement).batch_size,
      capacity_requests_per_sec: capacity,
      request_rate_per_sec: requestRate,
      capacity_used: service?.used ?? (requestRate === null ? null : requestRate / capacity),
      ...(requestRate !== null && {
        dollar_per_million_token_at_rate: service?.usdPerMillionTokens ?? null,
        at_rate: service && atRateFacts(service),
        capacity: service && capacityFacts(service),
      }),
    },
  };
}

function atRateFacts(service: RateService): object {
  const { placement, metrics } = service.atRate;
  return {
    concurrency: placement.batch_size,
    throughput_tokens_per_sec: service.tokensPerSecond,
    ttft_ms: metrics.ttft_ms,
    tpot_ms: metrics.tpot_ms,
    ttft_ms_interval: metrics.uncertainty?.ttft_ms ?? null,
    tpot_ms_interval: metrics.uncertainty?.tpot_ms ?? null,
    cost_per_hour: metrics.cost_per_hour,
    dollar_per_million_token: service.usdPerMillionTokens,
    capacity_used: service.used,
    meets_latency_targets: service.keepsLatencyLimits,
  };
}

function capacityFacts({ atCapacity, capacityRequestsPerSecond }: RateService): object {
  const { placement, metrics } = atCapacity;
  return {
    concurrency: placement.batch_size,
    requests_per_sec: capacityRequestsPerSecond,
    throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
    ttft_ms: metrics.ttft_ms,
    tpot_ms: metrics.tpot_ms,
    dollar_per_million_token: metrics.dollar_per_million_token,
  };
}

/** Requests per second that a placement serves with its own sequences in flight. */
function capacityOf(placement: Placement, metrics: Metrics): number {
  const tokens = tokensPerRequest(placement.workload_phase, {
    inputTokens: placement.sequence_length,
    outputTokens: placement.output_length,
  });
  return metrics.throughput_tokens_per_sec / tokens;
}

/** What a placement costs and does; for a rate of requests what it does at that rate. */
export function costText(problem: Problem, placement: Placement, metrics: Metrics): string {
  const service = rateService(problem, placement);
  const perHour = hourlyText(metrics.cost_per_hour);
  if (!service) {
    return `${usd(metrics.dollar_per_million_token)} per million tokens, ${figure(metrics.throughput_tokens_per_sec)} tokens/s, ${perHour}`;
  }
  const { atRate, used, capacityRequestsPerSecond } = service;
  return `At ${rateText(service.requestsPerSecond)}: ${[
    perHour,
    `${usd(service.usdPerMillionTokens)} per million tokens`,
    ...latencyText(problem, atRate.metrics),
    `${percent(used)} of its capacity of ${figure(capacityRequestsPerSecond)} requests/s in use`,
  ].join(", ")}`;
}

function latencyText(problem: Problem, metrics: Metrics): string[] {
  const { maxTtftSeconds, maxTpotSeconds, latencySafetyMargin: margin } = problem.limits;
  const words = (
    label: string,
    ms: number | null,
    limit: "maxTtftSeconds" | "maxTpotSeconds",
    limitSeconds: number | null,
  ): string[] => {
    if (ms === null) return [];
    const predicted = `${label} ${figure(ms)} ms`;
    if (limitSeconds === null || limitIsMet(problem, metrics, limit)) return [predicted];
    const limitMs = limitSeconds * MS_PER_SECOND;
    const counted = ms > limitMs ? "" : `, with ${percent(margin)} margin`;
    return [`${predicted}${counted} (over the target of ${figure(limitMs)} ms)`];
  };
  return [
    ...words("TTFT", metrics.ttft_ms, "maxTtftSeconds", maxTtftSeconds),
    ...words("TPOT", metrics.tpot_ms, "maxTpotSeconds", maxTpotSeconds),
  ];
}

/** The head of a column of $ per million tokens; at a rate a token costs more than what stands there. */
export function perTokenHead({ load }: Workload): string {
  return load?.kind === "request_rate" ? "$/M at capacity" : "$/M tokens";
}

/** What a throughput target is that comes from a rate of requests; empty when none does. */
export function rateTargetText({ load, phase, inputTokens, outputTokens }: Workload): string {
  if (load?.kind !== "request_rate" || !phase || inputTokens === null || outputTokens === null) {
    return "";
  }
  const tokens = tokensPerRequest(phase, { inputTokens, outputTokens });
  return `The request rate requires ${figure(load.requestsPerSecond * tokens)} tokens/s: ${figure(load.requestsPerSecond)} requests/s of ${count(tokens)} tokens.`;
}

/** Over which loads a search was made, where the load left them open: follows what is proven of them; empty otherwise. */
export function levelsTriedText({ load }: Workload): string {
  return load?.kind === "max" || load?.kind === "request_rate"
    ? ` at any of the concurrency levels tried, ${levelsText()}`
    : "";
}

function levelsText(): string {
  const [first, second, third] = CONCURRENCY_LEVELS;
  return `${first}, ${second}, ${third}, … ${count(CONCURRENCY_LEVELS.at(-1)!)} (${CONCURRENCY_LEVELS.length})`;
}
