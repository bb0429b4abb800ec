import { usdToMicroUsd } from "../hardware/price.ts";
import { CONCURRENCY_LEVELS, tokensPerRequest } from "../workload/load.ts";
import { evaluateAtRate } from "./at-load.ts";
import { evaluate, placementPoint } from "./evaluate.ts";
import type { Success } from "./evaluation.ts";
import { economics, keepsLatencyLimits } from "./limits.ts";
import type { Placement } from "./placement.ts";
import type { Problem } from "./problem.ts";

/** What a placement does at the rate of requests that it is asked to serve, and what it could serve beyond it. */
export interface RateService {
  readonly requestsPerSecond: number;
  /** The placement with the fewest sequences in flight that serve the rate: its latencies are those of the rate. */
  readonly atRate: Success;
  /**
   * The placement at the sequences in flight that serve the most within the limits on latencies; where it cannot serve the rate within
   * them, at those that serve the most of all.
   */
  readonly atCapacity: Success;
  /** Whether what is predicted at capacity keeps the limits on latencies; if not, the placement cannot serve the rate within them. */
  readonly capacityKeepsLatencyLimits: boolean;
  readonly capacityRequestsPerSecond: number;
  /** The share of the capacity that the rate takes, 0 to 1. */
  readonly used: number;
  /** Tokens that come in and go out a second, as the phase counts them. */
  readonly tokensPerSecond: number;
  /** What an hour costs, spread over the tokens of the rate, USD. */
  readonly usdPerMillionTokens: number;
  /** Whether what is predicted at the rate keeps the limits on latencies. */
  readonly keepsLatencyLimits: boolean;
}

/** Throughputs nearer than this, relatively, are equal: more sequences that serve no more differ in the last digit. */
const ROUNDING = 1e-12;

const known = new WeakMap<Problem, WeakMap<Placement, RateService | null>>();

/**
 * What a placement does at the rate of requests of its problem. Sequences in flight follow from the rate (Little's law): the
 * fewest with which the throughput reaches it, whatever the placement's own batch.
 * @returns null where no rate is asked for, or the placement does not serve it
 */
export function rateService(problem: Problem, placement: Placement): RateService | null {
  const ofProblem = known.get(problem) ?? new WeakMap<Placement, RateService | null>();
  known.set(problem, ofProblem);
  const before = ofProblem.get(placement);
  if (before !== undefined) return before;
  const service = serve(problem, placement);
  ofProblem.set(placement, service);
  return service;
}

/** An answer with as many sequences in flight as its rate keeps there. Without a rate it is as it stands. */
export function atAskedRate<A extends Pick<Success, "placement" | "metrics">>(
  problem: Problem,
  answer: A,
): Pick<Success, "placement" | "metrics"> {
  return rateService(problem, answer.placement)?.atRate ?? answer;
}

/** An answer with as many sequences in flight as serve the most: at a rate it may have fewer. Without a rate it is as it stands. */
export function atFullUse<A extends Pick<Success, "placement" | "metrics">>(
  problem: Problem,
  answer: A,
): Pick<Success, "placement" | "metrics"> {
  return rateService(problem, answer.placement)?.atCapacity ?? answer;
}

function serve(problem: Problem, placement: Placement): RateService | null {
  const { load } = problem.workload;
  if (load?.kind !== "request_rate") return null;
  const { requestsPerSecond } = load;
  const placementAt = (sequences: number): Placement => ({ ...placement, batch_size: sequences });
  const atRate = evaluateAtRate(problem, requestsPerSecond, placementAt);
  if (atRate.status !== "SUCCESS") return null;
  const point = placementPoint(placement);
  const tokens = tokensPerRequest(point.phase, point);
  const tokensPerSecond = requestsPerSecond * tokens;
  const atCapacity = mostServed(problem, placement, atRate);
  const most = atCapacity.metrics.throughput_tokens_per_sec / tokens;
  return {
    requestsPerSecond,
    atRate,
    atCapacity,
    capacityKeepsLatencyLimits: keepsLatencyLimits(problem.limits, atCapacity.metrics),
    capacityRequestsPerSecond: most,
    used: Math.min(1, requestsPerSecond / most),
    tokensPerSecond,
    usdPerMillionTokens: economics(
      usdToMicroUsd(atRate.metrics.cost_per_hour),
      tokensPerSecond,
      problem.totalTokensToProcess,
    ).costPerMillionTokenUsd,
    keepsLatencyLimits: keepsLatencyLimits(problem.limits, atRate.metrics),
  };
}

/**
 * The fastest of the levels, the placement's own batch and that of the rate, which keep the limits on latencies; where none keeps them
 * and serves the rate, the fastest of all. The fewest sequences of equals.
 */
function mostServed(problem: Problem, placement: Placement, atRate: Success): Success {
  const keeps = ({ metrics }: Success): boolean => keepsLatencyLimits(problem.limits, metrics);
  let within = keeps(atRate) ? atRate : null;
  let most = atRate;
  const tried = new Set([...CONCURRENCY_LEVELS, placement.batch_size]);
  for (const batch_size of [...tried].sort((a, b) => a - b)) {
    const evaluation = evaluate(problem, { ...placement, batch_size });
    if (evaluation.status !== "SUCCESS") continue;
    if (isFaster(evaluation, most)) most = evaluation;
    if (isFaster(evaluation, within ?? atRate) && keeps(evaluation)) within = evaluation;
  }
  return within ?? most;
}

function isFaster({ metrics }: Success, before: Success): boolean {
  const { throughput_tokens_per_sec } = before.metrics;
  return metrics.throughput_tokens_per_sec > throughput_tokens_per_sec * (1 + ROUNDING);
}
