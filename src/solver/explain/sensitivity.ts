import { ascending } from "../../lists.ts";
import type { Problem } from "../../placement/problem.ts";
import { atFullUse } from "../../placement/rate-service.ts";
import { isAllowed } from "../instances/instance-classes.ts";
import type { Candidate } from "../search/goal.ts";
import { isMaximised } from "../search/objectives.ts";
import type { BindingLimit, FrontierPoint, Sensitivity, TypeBest } from "../solution.ts";
import { setLimits, without } from "./limits.ts";
import { priceRises } from "./price-rises.ts";
import { type Best, differs, type WhatIf } from "./what-if.ts";

/** Takes a target's own room for rounding away, but for its last digits: what serves as much still reaches it. */
const JUST_AS_MUCH = 1 + 1e-9 - 1e-12;

/** Just above what a target's own room for rounding forgives. */
const JUST_MORE = 1 + 3e-9;

/**
 * What would change an answer: limits that bind, the next placements on either side, prices, other types. Every figure comes
 * from a search of the changed problem.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function explainAnswer(whatIf: WhatIf, answer: Best): Promise<Sensitivity> {
  // At a rate the answer runs at that rate; it is not faster than itself with more sequences in flight.
  const { metrics } = atFullUse(whatIf.problem, answer.found);
  const [faster, cheaper] = [
    await nextFaster(whatIf, metrics.throughput_tokens_per_sec),
    metrics.cost_per_hour > 0 ? await nextCheaper(whatIf, metrics.cost_per_hour) : null,
  ];
  return {
    binding_limits: await bindingLimits(whatIf, answer),
    next_faster: faster && frontierPoint(faster.found),
    next_cheaper: cheaper && frontierPoint(cheaper.found),
    price_rises: await priceRises(whatIf, answer),
    best_by_type: await bestByType(whatIf),
  };
}

/** At a rate of requests lower latency decides between equals, else price and throughput do. */
function servesRate({ workload }: Problem): boolean {
  return workload.load?.kind === "request_rate";
}

/** The cheapest placement that serves more than so many tokens/s, the fastest of its price: a point of the frontier. */
async function nextFaster(whatIf: WhatIf, tokensPerSecond: number): Promise<Best | null> {
  const limits = {
    ...whatIf.problem.limits,
    minTokensPerSecond: tokensPerSecond * JUST_MORE,
  };
  const cheapest = await whatIf.best({ limits }, { objective: "cost", weight: null });
  if (!cheapest || !servesRate(whatIf.problem)) return cheapest;
  const maxHourlyCostUsd = cheapest.found.metrics.cost_per_hour;
  return whatIf.best(
    { limits: { ...limits, maxHourlyCostUsd } },
    { objective: "throughput", weight: null },
  );
}

/** The fastest placement that costs less per hour, the cheapest of its speed: a point of the frontier. */
async function nextCheaper(whatIf: WhatIf, costPerHourUsd: number): Promise<Best | null> {
  const limits = { ...whatIf.problem.limits, maxHourlyCostUsd: costPerHourUsd - 1e-6 };
  const fastest = await whatIf.best({ limits }, { objective: "throughput", weight: null });
  if (!fastest || !servesRate(whatIf.problem)) return fastest;
  const minTokensPerSecond = fastest.found.metrics.throughput_tokens_per_sec * JUST_AS_MUCH;
  return whatIf.best(
    { limits: { ...limits, minTokensPerSecond } },
    { objective: "cost", weight: null },
  );
}

/** A placement as a point of cost and throughput. */
export function frontierPoint({ metrics, placement }: Candidate): FrontierPoint {
  return {
    cost_per_hour: metrics.cost_per_hour,
    throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
    dollar_per_million_token: metrics.dollar_per_million_token,
    batch_size: placement.batch_size,
    placement,
  };
}

async function bindingLimits(whatIf: WhatIf, answer: Best): Promise<BindingLimit[]> {
  const binding: BindingLimit[] = [];
  for (const { key, name, value } of setLimits(whatIf.problem.limits, whatIf.problem.workload)) {
    const free = await whatIf.best({ limits: without(whatIf.problem.limits, [key]) });
    if (free && differs(free.value, answer.value)) {
      binding.push({ limit: name, value, objective_without: free.value });
    }
  }
  return binding;
}

async function bestByType(whatIf: WhatIf): Promise<TypeBest[]> {
  const { problem, request } = whatIf;
  const all: TypeBest[] = [];
  for (const type of problem.pool.types.filter((one) => isAllowed(one, request))) {
    const { name } = type.instance;
    const best = await whatIf.best({}, { includeTypes: [name], excludeTypes: [] });
    all.push({
      instance_type: name,
      objective: best?.value ?? null,
      placement: best?.found.placement ?? null,
    });
  }
  const wantsMore = isMaximised(problem, request);
  const rank = ({ objective }: TypeBest): number => {
    if (objective === null) return Number.POSITIVE_INFINITY;
    return wantsMore ? -objective : objective;
  };
  return all.sort(
    (a, b) => ascending(rank(a), rank(b)) || ascending(a.instance_type, b.instance_type),
  );
}
