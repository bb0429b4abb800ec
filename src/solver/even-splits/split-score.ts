import { instanceMicroUsdPerHour, type PoolType } from "../../hardware/pool.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import { economics } from "../../placement/limits.ts";
import type { Problem } from "../../placement/problem.ts";
import type { SolveRequest } from "../request.ts";
import { compare } from "../search/compare.ts";
import type { SplitShape } from "./split-shapes.ts";

/** What splits are compared by. */
export type Score = Pick<
  Metrics,
  "cost_per_hour" | "throughput_tokens_per_sec" | "dollar_per_million_token"
>;

/** Below 0 where the first is better; where nothing is paid, as the search has it, more tokens/s decide. */
export function compareScores(request: SolveRequest, a: Score, b: Score): number {
  const isFree = a.cost_per_hour === 0 && b.cost_per_hour === 0;
  return isFree
    ? b.throughput_tokens_per_sec - a.throughput_tokens_per_sec
    : badness(request, a) - badness(request, b);
}

/** Whether the first is worse by more than rounding. */
export function isWorse(request: SolveRequest, a: Score, b: Score): boolean {
  return a.cost_per_hour === 0 && b.cost_per_hour === 0
    ? compare(a.throughput_tokens_per_sec, b.throughput_tokens_per_sec) < 0
    : compare(badness(request, a), badness(request, b)) > 0;
}

/** What the best split of a type has least of. */
function badness(request: SolveRequest, score: Score): number {
  switch (request.objective) {
    case "throughput":
      return -score.throughput_tokens_per_sec;
    case "cost":
      return score.cost_per_hour;
    case "cost-per-token":
    case "weighted":
      return score.dollar_per_million_token;
  }
}

export function scoreOf(
  { totalTokensToProcess }: Problem,
  microUsdPerHour: number,
  tokensPerSecond: number,
): Score {
  const money = economics(microUsdPerHour, tokensPerSecond, totalTokensToProcess);
  return {
    cost_per_hour: money.costPerHourUsd,
    throughput_tokens_per_sec: tokensPerSecond,
    dollar_per_million_token: money.costPerMillionTokenUsd,
  };
}

/** Price of the instances of a split, micro-dollars per hour. */
export function priceOf(type: PoolType, { instances }: SplitShape): number {
  let microUsdPerHour = 0;
  for (let instance = 0; instance < instances; instance++) {
    microUsdPerHour += instanceMicroUsdPerHour(type, instance);
  }
  return microUsdPerHour;
}
