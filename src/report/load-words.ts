import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import { CONCURRENCY_LEVELS, type Load, tokensPerRequest } from "../workload/load.ts";
import type { Workload } from "../workload/workload.ts";
import { count, figure, percent, usd } from "./format.ts";

/** The sequences in flight of a placement: "batch 32", or "concurrency 48" where the load was not given as batch sizes. */
export function batchWords({ load }: Workload, { batch_size }: Placement): string {
  return `${load ? "concurrency" : "batch"} ${count(batch_size)}`;
}

/** Who chose the sequences in flight where the load left them open: a search over the levels, or the placement alone. */
export type Chooser = "solve" | "evaluate";

/** How the load decided the sequences in flight; null where they were given. */
export function loadWords(
  load: Load,
  placement: Placement,
  metrics: Metrics,
  chooser: Chooser,
): string | null {
  const concurrency = `concurrency ${count(placement.batch_size)}`;
  switch (load.kind) {
    case "concurrency":
      return null;
    case "max":
      return `${concurrency}: the ${chooser === "solve" ? "best" : "largest"} of the levels ${levelsWords()} that fits`;
    case "request_rate": {
      const { capacity, used } = rateFacts(load.requestsPerSecond, placement, metrics);
      const choice =
        chooser === "solve" ? `one of the levels ${levelsWords()}` : "the lowest that serves them";
      return `${figure(load.requestsPerSecond)} requests/s, ${percent(used)} of the ${figure(capacity)} that ${concurrency} serves, ${choice}`;
    }
  }
}

/** The load as `--json` prints it; nothing where the batch sizes given are all there is to say. */
export function loadFacts(
  { load }: Workload,
  placement: Placement,
  metrics: Metrics,
): { readonly load?: object } {
  if (!load) return {};
  const requestRate = load.kind === "request_rate" ? load.requestsPerSecond : null;
  const { capacity, used } = rateFacts(requestRate, placement, metrics);
  return {
    load: {
      kind: load.kind,
      concurrency: placement.batch_size,
      capacity_requests_per_sec: capacity,
      request_rate_per_sec: requestRate,
      capacity_used: used,
      ...(load.kind === "request_rate" && {
        dollar_per_million_token_at_rate: usdPerMillionAtRate({ load }, placement, metrics),
      }),
    },
  };
}

/** Requests per second that a placement serves, and the share of it that a rate takes. */
function rateFacts<R extends number | null>(
  requestsPerSecond: R,
  placement: Placement,
  metrics: Metrics,
): { readonly capacity: number; readonly used: R extends null ? null : number } {
  const tokens = tokensPerRequest(placement.workload_phase, {
    inputTokens: placement.sequence_length,
    outputTokens: placement.output_length,
  });
  const capacity = metrics.throughput_tokens_per_sec / tokens;
  const used = requestsPerSecond === null ? null : requestsPerSecond / capacity;
  return { capacity, used: used as R extends null ? null : number };
}

/** USD per million tokens when no more comes than the rate of requests that is to be served; null without one. */
export function usdPerMillionAtRate(
  { load }: Pick<Workload, "load">,
  placement: Placement,
  metrics: Metrics,
): number | null {
  if (load?.kind !== "request_rate") return null;
  const { used } = rateFacts(load.requestsPerSecond, placement, metrics);
  return metrics.dollar_per_million_token / Math.min(1, used);
}

/** What a placement costs and does; for a rate of requests what it costs there, which is more than at full use. */
export function costWords(workload: Workload, placement: Placement, metrics: Metrics): string {
  const perHour = `${usd(metrics.cost_per_hour)} per hour`;
  const speed = `${figure(metrics.throughput_tokens_per_sec)} tokens/s`;
  const atRate = usdPerMillionAtRate(workload, placement, metrics);
  return atRate === null || workload.load?.kind !== "request_rate"
    ? `${usd(metrics.dollar_per_million_token)} per million tokens, ${speed}, ${perHour}`
    : `${perHour}, ${usd(atRate)} per million tokens at ${figure(workload.load.requestsPerSecond)} requests/s; up to ${speed}`;
}

/** What a throughput target is that comes from a rate of requests; empty when none does. */
export function rateTargetWords({ load, phase, inputTokens, outputTokens }: Workload): string {
  if (load?.kind !== "request_rate" || !phase || inputTokens === null || outputTokens === null) {
    return "";
  }
  const tokens = tokensPerRequest(phase, { inputTokens, outputTokens });
  return `min-throughput is what the request rate asks for: ${figure(load.requestsPerSecond)} requests/s of ${count(tokens)} tokens are ${figure(load.requestsPerSecond * tokens)} tokens/s.`;
}

function levelsWords(): string {
  const [first, second, third] = CONCURRENCY_LEVELS;
  return `${first}, ${second}, ${third}, … ${count(CONCURRENCY_LEVELS.at(-1)!)} (${CONCURRENCY_LEVELS.length})`;
}
