import type { Interval, Metrics } from "../placement/evaluation.ts";
import { limitIsMet } from "../placement/limits.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { type RateService, rateService } from "../placement/rate-service.ts";
import { figure, figureUp, percent } from "./format.ts";
import { rateText } from "./load-text.ts";

/** Above this share of its capacity a plan has little room for bursts. */
const MOST_USED = 0.85;
/** How much worse, per cent of the optimum, a simpler plan may be that a warning proposes to look for. */
const SIMPLER_PERCENT = 10;
const MS_PER_SECOND = 1000;

/** What to warn of where a plan keeps its targets and its rate by a narrow margin: each warning names the figures and what to do. */
export function planWarnings(
  problem: Problem,
  { placement, metrics }: { readonly placement: Placement; readonly metrics: Metrics },
): string[] {
  const service = rateService(problem, placement);
  const served = service?.atRate.metrics ?? metrics;
  const { uncertainty } = served;
  return [
    ...latencyWarnings(problem, placement, served, {
      word: "TTFT",
      ms: served.ttft_ms,
      interval: uncertainty?.ttft_ms,
      limit: "maxTtftSeconds",
    }),
    ...latencyWarnings(problem, placement, served, {
      word: "TPOT",
      ms: served.tpot_ms,
      interval: uncertainty?.tpot_ms,
      limit: "maxTpotSeconds",
    }),
    ...(service ? loadWarnings(service) : []),
  ];
}

/** A latency with its 80 % interval, and the limit on it. */
interface Latency {
  readonly word: string;
  readonly ms: number | null;
  readonly interval: Interval | null | undefined;
  readonly limit: "maxTtftSeconds" | "maxTpotSeconds";
}

/** That a target is met by the prediction and not by all of its interval; a target that is missed is told elsewhere. */
function latencyWarnings(
  problem: Problem,
  { stages }: Placement,
  metrics: Metrics,
  { word, ms, interval, limit }: Latency,
): string[] {
  const limitSeconds = problem.limits[limit];
  if (limitSeconds === null || ms === null || !interval) return [];
  const limitMs = limitSeconds * MS_PER_SECOND;
  if (interval.high <= limitMs || !limitIsMet(problem, metrics, limit)) return [];
  const marginPercent = Math.ceil(100 * (interval.high / ms - 1));
  const simpler =
    stages.length > 1
      ? `, or with --prefer-simple ${SIMPLER_PERCENT} for fewer stages, whose predictions are surer`
      : "";
  return [
    `${word} may miss its target of ${figure(limitMs)} ms: predicted are ${figure(ms)} ms, but the 80 % interval reaches from ${figure(interval.low)} to ${figure(interval.high)} ms. Measure before you rely on it; or solve with a larger --safety-margin (${marginPercent} would cover this interval)${simpler}.`,
  ];
}

/** That a rate takes so much of the capacity that bursts have to wait. */
function loadWarnings({ requestsPerSecond, used, ...service }: RateService): string[] {
  if (used <= MOST_USED) return [];
  const { capacityRequestsPerSecond: most, atCapacity } = service;
  const { throughput_tokens_per_sec: all, uncertainty } = atCapacity.metrics;
  const interval = uncertainty?.throughput_tokens_per_sec;
  const range = interval
    ? ` (80 %: ${figure((interval.low / all) * most)} to ${figure((interval.high / all) * most)})`
    : "";
  const roomier = figureUp(requestsPerSecond / MOST_USED)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
  return [
    `${rateText(requestsPerSecond)} take ${percent(used)} of the plan's capacity, ${figure(most)} requests/s${range}: bursts will wait, and a small error of the prediction is enough to exceed it. To leave room, solve for a higher rate (--request-rate ${roomier.replaceAll(",", "")}), of which yours is ${percent(MOST_USED)}.`,
  ];
}
