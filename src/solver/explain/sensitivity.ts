import { atFullUse } from "../../placement/rate-service.ts";
import { isAllowed } from "../hosts/hosts.ts";
import type { Found } from "../search/goal.ts";
import { isMaximised } from "../search/objectives.ts";
import type { BindingLimit, FrontierPoint, Sensitivity, TypeBest } from "../solution.ts";
import { setLimits, without } from "./limits.ts";
import { priceRises } from "./price-rises.ts";
import { type Best, differs, type Prober } from "./prober.ts";

/** Just above what a target's own room for rounding forgives. */
const JUST_MORE = 1 + 3e-9;

/**
 * What would change an answer: limits that bind, the next placements on either side, prices, other types. Every figure comes
 * from a search of the changed problem.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function explainAnswer(prober: Prober, answer: Best): Promise<Sensitivity> {
  const { limits } = prober.problem;
  // At a rate the answer runs at that rate; it is not faster than itself with more sequences in flight.
  const { metrics } = atFullUse(prober.problem, answer.found);
  const faster = await prober.best(
    {
      limits: {
        ...limits,
        minTokensPerSecond: metrics.throughput_tokens_per_sec * JUST_MORE,
      },
    },
    { objective: "cost", weight: null },
  );
  const cheaper =
    metrics.cost_per_hour > 0
      ? await prober.best(
          { limits: { ...limits, maxHourlyCostUsd: metrics.cost_per_hour - 1e-6 } },
          { objective: "throughput", weight: null },
        )
      : null;
  return {
    binding_limits: await bindingLimits(prober, answer),
    next_faster: faster && frontierPoint(faster.found),
    next_cheaper: cheaper && frontierPoint(cheaper.found),
    price_rises: await priceRises(prober, answer),
    best_by_type: await bestByType(prober),
  };
}

/** A placement as a point of cost and throughput. */
export function frontierPoint({ metrics, placement }: Found): FrontierPoint {
  return {
    cost_per_hour: metrics.cost_per_hour,
    throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
    dollar_per_million_token: metrics.dollar_per_million_token,
    batch_size: placement.batch_size,
    placement,
  };
}

async function bindingLimits(prober: Prober, answer: Best): Promise<BindingLimit[]> {
  const binding: BindingLimit[] = [];
  for (const { key, name, value } of setLimits(prober.problem.limits, prober.problem.workload)) {
    const free = await prober.best({ limits: without(prober.problem.limits, [key]) });
    if (free && differs(free.value, answer.value)) {
      binding.push({ limit: name, value, objective_without: free.value });
    }
  }
  return binding;
}

async function bestByType(prober: Prober): Promise<TypeBest[]> {
  const { problem, request } = prober;
  const all: TypeBest[] = [];
  for (const type of problem.pool.types.filter((one) => isAllowed(one, request))) {
    const { name } = type.instance;
    const best = await prober.best({}, { includeTypes: [name], excludeTypes: [] });
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
    (a, b) => compareNumbers(rank(a), rank(b)) || (a.instance_type < b.instance_type ? -1 : 1),
  );
}

function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
