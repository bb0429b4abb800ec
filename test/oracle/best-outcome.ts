import { meetsLimits } from "../../src/placement/limits.ts";
import type { ObjectiveWeights, Problem } from "../../src/placement/problem.ts";
import type { ObjectiveName } from "../../src/solver/request.ts";
import type { Limits } from "../../src/workload/workload.ts";
import type { Outcome } from "./brute-force.ts";

/** Numbers this close (relative) count as equal when ties are looked for. */
const TIE = 1e-12;

/** What the best placement is by an objective, and what the rule on ties demands of it. */
export interface Best {
  /** In the unit that a solution reports. */
  readonly value: number;
  /** What rounding errors of the value are measured by: a weighted score is a difference and may be next to nothing. */
  readonly size: number;
  /** What decides ties first, where cost or throughput does: USD per hour or tokens/s. */
  readonly second: number | null;
  readonly gpus: number;
  readonly stages: number;
  readonly batch: number;
  readonly instances: number;
}

/** The outcomes that keep the limits. */
export function withinLimits(
  problem: Problem,
  limits: Limits,
  outcomes: readonly Outcome[],
): Outcome[] {
  return outcomes.filter((outcome) =>
    meetsLimits(
      limits,
      outcome.microUsdPerHour,
      outcome.tokensPerSecond,
      problem.totalTokensToProcess,
    ),
  );
}

/** USD per million tokens; micro-dollars and millions cancel. */
function dollarsPerMillion({ microUsdPerHour, tokensPerSecond }: Outcome): number {
  return microUsdPerHour / (tokensPerSecond * 3600);
}

/** T / throughput norm − w/(1 − w) · C / cost norm − penalty · X. */
export function weightedValue(
  outcome: Pick<Outcome, "tokensPerSecond" | "microUsdPerHour" | "crossings">,
  weight: number,
  weights: ObjectiveWeights,
): number {
  return (
    outcome.tokensPerSecond / weights.throughputNormalization -
    ((weight / (1 - weight)) * outcome.microUsdPerHour) / 1e6 / weights.costNormalization -
    weights.crossInstancePenalty * outcome.crossings
  );
}

/**
 * The best of the outcomes; null when there is none. `weight` counts for the weighted objective only. Where the cost has no
 * say in an objective, the lower cost decides ties, and where the throughput has none, the higher one does, unless a rate is served: what
 * is above it is worth nothing. Then the lower latency by Little's law, fewer GPUs, fewer stages, the smaller batch, fewer instances.
 */
export function bestOf(
  outcomes: readonly Outcome[],
  objective: ObjectiveName,
  weight: number,
  weights: ObjectiveWeights,
  servesRate = false,
): Best | null {
  if (outcomes.length === 0) return null;
  const cheapest = (): Best => (servesRate ? cheapestAtRate(outcomes) : cheapestOf(outcomes));
  switch (objective) {
    case "cost-per-token": {
      const value = least(outcomes.map(dollarsPerMillion));
      // Of what costs nothing the fastest.
      if (value === 0) return cheapest();
      const ties = outcomes.filter((o) => dollarsPerMillion(o) <= value * (1 + TIE));
      return { value, size: value, second: null, ...fewest(ties) };
    }
    case "throughput": {
      const value = -least(outcomes.map((o) => -o.tokensPerSecond));
      const fastest = outcomes.filter((o) => o.tokensPerSecond >= value * (1 - TIE));
      const price = least(fastest.map((o) => o.microUsdPerHour));
      const ties = fastest.filter((o) => o.microUsdPerHour === price);
      return { value, size: value, second: price / 1e6, ...fewest(ties) };
    }
    case "cost":
      return cheapest();
    case "weighted": {
      if (weight === 1) return cheapest();
      const scoreOf = (o: Outcome): number => weightedValue(o, weight, weights);
      const value = -least(outcomes.map((o) => -scoreOf(o)));
      const best = outcomes.find((o) => scoreOf(o) === value)!;
      const size = Math.abs(value) + best.tokensPerSecond / weights.throughputNormalization;
      const equals = outcomes.filter((o) => scoreOf(o) >= value - size * TIE);
      if (weight > 0) return { value, size, second: null, ...fewest(equals) };
      const price = least(equals.map((o) => o.microUsdPerHour));
      const ties = equals.filter((o) => o.microUsdPerHour === price);
      return { value, size, second: price / 1e6, ...fewest(ties) };
    }
  }
}

/** All non-dominated pairs, by rising cost. */
export function frontierOf(
  outcomes: readonly Outcome[],
): { readonly microUsdPerHour: number; readonly tokensPerSecond: number }[] {
  const frontier: { microUsdPerHour: number; tokensPerSecond: number }[] = [];
  const sorted = [...outcomes].sort(
    (a, b) => a.microUsdPerHour - b.microUsdPerHour || b.tokensPerSecond - a.tokensPerSecond,
  );
  let fastest = 0;
  for (const { microUsdPerHour, tokensPerSecond } of sorted) {
    // A rate that is higher by rounding only is the same rate.
    if (tokensPerSecond <= fastest * (1 + TIE)) continue;
    fastest = tokensPerSecond;
    frontier.push({ microUsdPerHour, tokensPerSecond });
  }
  return frontier;
}

function cheapestAtRate(outcomes: readonly Outcome[]): Best {
  const price = least(outcomes.map((o) => o.microUsdPerHour));
  const ties = outcomes.filter((o) => o.microUsdPerHour === price);
  return { value: price / 1e6, size: price / 1e6, second: null, ...fewest(ties) };
}

function cheapestOf(outcomes: readonly Outcome[]): Best {
  const price = least(outcomes.map((o) => o.microUsdPerHour));
  const cheap = outcomes.filter((o) => o.microUsdPerHour === price);
  const rate = -least(cheap.map((o) => -o.tokensPerSecond));
  const ties = cheap.filter((o) => o.tokensPerSecond >= rate * (1 - TIE));
  return { value: price / 1e6, size: price / 1e6, second: rate, ...fewest(ties) };
}

function fewest(ties: readonly Outcome[]): Pick<Best, "gpus" | "stages" | "batch" | "instances"> {
  const latencyOf = ({ point, tokensPerSecond }: Outcome): number => point.batch / tokensPerSecond;
  const latency = least(ties.map(latencyOf));
  let left = ties.filter((o) => latencyOf(o) <= latency * (1 + TIE));
  const fewestOf = (of: (outcome: Outcome) => number): number => {
    const fewest = least(left.map(of));
    left = left.filter((o) => of(o) === fewest);
    return fewest;
  };
  return {
    gpus: fewestOf((o) => o.gpus),
    stages: fewestOf((o) => o.stages),
    batch: fewestOf((o) => o.point.batch),
    instances: fewestOf((o) => o.instances),
  };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
