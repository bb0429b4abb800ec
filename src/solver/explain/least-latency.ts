import type { Metrics } from "../../placement/evaluation.ts";
import {
  isLatencyLimit,
  type LatencyLimitName,
  type Limits,
  NO_LIMITS,
} from "../../workload/workload.ts";
import type { Candidate } from "../search/goal.ts";
import type { Relaxation } from "../solution.ts";
import { MS_PER_SECOND, type SetLimit } from "./limits.ts";
import type { WhatIf } from "./what-if.ts";

/** A smallest latency is known to this, relative: no placement has one that is lower by more. */
const LATENCY_TOLERANCE = 1e-3;

const PER_CENT = 100;

/** A placement with the smallest latency that some limits leave possible. */
export interface LeastLatency {
  /** As predicted, seconds. */
  readonly seconds: number;
  /** The limit that the placement just keeps: predicted · (1 + margin), seconds. */
  readonly limitSeconds: number;
  readonly found: Candidate;
}

/** A latency that has a limit, as predicted, seconds. @throws never for a cost model that predicts latencies */
export function latencySeconds(name: LatencyLimitName, { ttft_ms, tpot_ms }: Metrics): number {
  return (name === "maxTtftSeconds" ? ttft_ms : tpot_ms)! / MS_PER_SECOND;
}

/**
 * The smallest latency that some limits leave possible, whatever they say of the latency itself; null when they leave
 * nothing.
 *
 * Bisection over the limit: a search either finds a placement, whose own latency is the next upper end, or proves that there
 * is none, which makes the lower end. It ends when the two are within `LATENCY_TOLERANCE`.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function leastLatency(
  whatIf: WhatIf,
  name: LatencyLimitName,
  limits: Limits,
): Promise<LeastLatency | null> {
  const factor = 1 + limits.latencySafetyMargin;
  const within = (seconds: number): Promise<Candidate | null> =>
    whatIf.any({ limits: { ...limits, [name]: seconds * factor } });
  let best = await whatIf.any({ limits: { ...limits, [name]: null } });
  if (!best) return null;
  let high = latencySeconds(name, best.metrics);
  let low = 0;
  while (high - low > LATENCY_TOLERANCE * high) {
    const middle = (low + high) / 2;
    const found = await within(middle);
    if (found) {
      best = found;
      // Never above the limit that was asked for, but for the rounding that a limit forgives.
      high = Math.min(middle, latencySeconds(name, found.metrics));
    } else {
      low = middle;
    }
  }
  const seconds = latencySeconds(name, best.metrics);
  return { seconds, limitSeconds: seconds * factor, found: best };
}

/** The shortest latency that is possible without any limit, seconds, when it does not keep its own; else null. */
export async function unmetLatency(whatIf: WhatIf, name: LatencyLimitName): Promise<number | null> {
  const { latencySafetyMargin, [name]: limit } = whatIf.problem.limits;
  if (limit === null) return null;
  const others = { ...NO_LIMITS, latencySafetyMargin };
  if (await whatIf.any({ limits: { ...others, [name]: limit } })) return null;
  return (await leastLatency(whatIf, name, others))?.seconds ?? null;
}

const WORDS: Readonly<Record<LatencyLimitName, string>> = {
  maxTtftSeconds: "time to first token",
  maxTpotSeconds: "time per output token",
};

/** "time to first token of … is 459 ms as predicted, 505 ms with the safety margin of 10 % (to 0.1 %)". */
export function leastLatencyWords(
  name: LatencyLimitName,
  of: string,
  seconds: number,
  margin: number,
): string {
  const ms = (value: number): string => `${figure(value * MS_PER_SECOND)} ms`;
  const withMargin =
    margin === 0
      ? ""
      : `, ${ms(seconds * (1 + margin))} with the safety margin of ${figure(margin * PER_CENT)} %`;
  return `${WORDS[name]}${of} is ${ms(seconds)} as predicted${withMargin} (to ${figure(LATENCY_TOLERANCE * PER_CENT)} %)`;
}

/** What the latencies in a conflict of limits can be at best. */
export function latencySentences(
  { latencySafetyMargin }: Limits,
  conflict: readonly SetLimit[],
  relaxations: readonly Relaxation[],
): string[] {
  return conflict.flatMap(({ key, name }) => {
    const relaxed = relaxations.find(({ change }) => change === name);
    if (!relaxed || !isLatencyLimit(key)) return [];
    const seconds = relaxed.to / MS_PER_SECOND / (1 + latencySafetyMargin);
    const words = leastLatencyWords(key, "", seconds, latencySafetyMargin);
    return [`With all other limits kept, the shortest ${words}.`];
  });
}

/** A number in a sentence, to seven digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(7)));
}
