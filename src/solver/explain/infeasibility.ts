import { createPool, type PoolType } from "../../hardware/pool.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import { type BudgetName, isLatencyLimit, NO_LIMITS } from "../../workload/workload.ts";
import { isAllowed } from "../hosts/hosts.ts";
import type { ObjectiveName } from "../request.ts";
import type { Found } from "../search/goal.ts";
import type { Infeasibility, Relaxation } from "../solution.ts";
import { latencySentences, leastLatency, unmetLatency } from "./least-latency.ts";
import { type SetLimit, setLimits, without } from "./limits.ts";
import { longestRequest } from "./longest-request.ts";
import type { Prober } from "./prober.ts";
import { type Extremes, limitReasons, noFitReasons } from "./reasons.ts";

/**
 * Why nothing fits: reasons in sentences, an irreducible set of limits that cannot be met together, and the smallest single
 * changes that would help. Each is established by searches of the changed problem.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function explainInfeasible(prober: Prober): Promise<Infeasibility> {
  const { problem, request, points } = prober;
  const limits = setLimits(problem.limits);
  const unlimited = limits.length > 0 ? await prober.any({ limits: NO_LIMITS }) : null;
  const shorter = await longestRequest(prober, unlimited ? problem.limits : NO_LIMITS);
  if (!unlimited && shorter) {
    return {
      sentences: [
        ...(limits.length > 0 ? ["Nothing fits even without budgets and targets."] : []),
        `No KV cache holds a request of max-model-len ${shorter.from} tokens, and engines refuse to start without that room. The largest max-model-len that fits is ${shorter.to} (to 0.1 %).`,
      ],
      conflict: [],
      relaxations: [shorter, ...(await ruleRelaxations(prober))],
    };
  }
  if (!unlimited) {
    const reasons = noFitReasons(problem, request, points);
    return {
      sentences: [
        ...(limits.length > 0 ? ["Nothing fits even without budgets and targets."] : []),
        ...(reasons.length > 0
          ? reasons
          : [
              "No combination of instances, TP degrees and stage sizes covers the model within the rules: every case was excluded by a bound or a MILP.",
            ]),
        ...(await conflictSentences(prober)),
      ],
      conflict: [],
      relaxations: await ruleRelaxations(prober),
    };
  }
  const conflict = await irreducible(prober, limits);
  const relaxations = await limitRelaxations(prober, conflict);
  return {
    sentences: [
      `Placements exist, but none within the limits (${limits.map(({ name, value }) => `${name} ${value}`).join(", ")}).`,
      ...limitReasons(problem, await extremesOf(prober)),
      // Of a limit that stands alone the reasons have said it.
      ...(limits.length > 1 ? latencySentences(problem.limits, conflict, relaxations) : []),
    ],
    conflict: conflict.map(({ name, value }) => `${name} ${value}`),
    relaxations: [
      ...relaxations,
      ...(shorter ? [shorter] : []),
      ...(await countRelaxations(prober)),
    ],
  };
}

/** Leaves out one limit after the other as long as the rest cannot be met either. */
async function irreducible(prober: Prober, limits: readonly SetLimit[]): Promise<SetLimit[]> {
  let kept = [...limits];
  for (const limit of limits) {
    const rest = kept.filter((other) => other !== limit);
    const dropped = limits.filter((other) => !rest.includes(other)).map(({ key }) => key);
    if (!(await prober.any({ limits: without(prober.problem.limits, dropped) }))) kept = rest;
  }
  return kept;
}

/** Rows and bounds of a MILP that are named at most. */
const MOST_ROWS_NAMED = 8;

/** What HiGHS says of the MILPs themselves: which of their rows and bounds exclude each other, for the most stages that are allowed. */
async function conflictSentences(prober: Prober): Promise<string[]> {
  const last = await prober.conflict({ limits: NO_LIMITS });
  // Rows and bounds by the hundred tell nobody anything.
  if (!last || last.rows.length > MOST_ROWS_NAMED) return [];
  return [
    `In the MILP for ${last.stages} ${last.stages === 1 ? "stage" : "stages"} at batch ${last.batch} these cannot hold together, and without any one of them the others could: ${last.rows.join(", ")}.`,
  ];
}

async function extremesOf(prober: Prober): Promise<Extremes> {
  const best = async (objective: ObjectiveName): Promise<number> =>
    (await prober.best({ limits: NO_LIMITS }, { objective, weight: null }))!.value;
  return {
    leastUsdPerHour: await best("cost"),
    leastUsdPerMillionTokens: await best("cost-per-token"),
    mostTokensPerSecond: await best("throughput"),
    leastTtftSeconds: await unmetLatency(prober, "maxTtftSeconds"),
    leastTpotSeconds: await unmetLatency(prober, "maxTpotSeconds"),
  };
}

/** Which objective, at its best, is the smallest change of a limit, and what it then reads. */
const RELAXED_BY: Readonly<
  Record<BudgetName, readonly [ObjectiveName, (metrics: Metrics) => number]>
> = {
  maxHourlyCostUsd: ["cost", (metrics) => metrics.cost_per_hour],
  maxCostPerMillionTokenUsd: ["cost-per-token", (metrics) => metrics.dollar_per_million_token],
  maxTotalCostUsd: ["cost-per-token", (metrics) => metrics.total_cost],
  maxTotalRuntimeHours: ["throughput", (metrics) => metrics.total_runtime_hours],
  minTokensPerSecond: ["throughput", (metrics) => metrics.throughput_tokens_per_sec],
};

const MS_PER_SECOND = 1000;

/** The best value of each limited figure while all other limits stay. */
async function limitRelaxations(
  prober: Prober,
  limits: readonly SetLimit[],
): Promise<Relaxation[]> {
  const relaxations: Relaxation[] = [];
  for (const { key, name, value } of limits) {
    if (isLatencyLimit(key)) {
      const least = await leastLatency(prober, key, prober.problem.limits);
      if (!least) continue;
      relaxations.push({
        change: name,
        from: value,
        to: least.limitSeconds * MS_PER_SECOND,
        placement: least.found.placement,
      });
      continue;
    }
    const [objective, figureOf] = RELAXED_BY[key];
    const best = await prober.best(
      { limits: without(prober.problem.limits, [key]) },
      { objective, weight: null },
    );
    if (!best) continue;
    relaxations.push({
      change: name,
      from: value,
      to: figureOf(best.found.metrics),
      placement: best.found.placement,
    });
  }
  return relaxations;
}

/** What helps when not even a problem without limits has a placement: more instances, or a rule that asks for less. */
async function ruleRelaxations(prober: Prober): Promise<Relaxation[]> {
  const { rules, model } = prober.problem;
  const relaxations = await countRelaxations(prober);
  const more = await smallest(rules.maxPipelineStages + 1, model.numLayers, (maxPipelineStages) =>
    prober.any({ rules: { ...rules, maxPipelineStages } }),
  );
  if (more) {
    relaxations.push({
      change: "max_pipeline_stages",
      from: rules.maxPipelineStages,
      to: more.value,
      placement: more.found.placement,
    });
  }
  // Fewer layers is the smaller change the closer it is to what is asked for, so the search runs over what is given up.
  const fewer = await smallest(1, rules.minLayersPerStage - 1, (less) =>
    prober.any({ rules: { ...rules, minLayersPerStage: rules.minLayersPerStage - less } }),
  );
  if (fewer) {
    relaxations.push({
      change: "min_layers_per_stage",
      from: rules.minLayersPerStage,
      to: rules.minLayersPerStage - fewer.value,
      placement: fewer.found.placement,
    });
  }
  const hundredths = Math.floor(rules.minMemoryUtilization * 100);
  const emptier = await smallest(1, hundredths, (less) =>
    prober.any({ rules: { ...rules, minMemoryUtilization: (hundredths - less) / 100 } }),
  );
  if (emptier) {
    relaxations.push({
      change: "min_memory_utilization",
      from: rules.minMemoryUtilization,
      to: (hundredths - emptier.value) / 100,
      placement: emptier.found.placement,
    });
  }
  return relaxations;
}

/** For each type, the fewest instances with which a placement exists; types that never help are left out. */
async function countRelaxations(prober: Prober): Promise<Relaxation[]> {
  const { problem, request } = prober;
  // An explicit matrix has no bandwidths for GPUs that the pool does not have.
  if (problem.network.kind === "matrix") return [];
  const relaxations: Relaxation[] = [];
  for (const type of problem.pool.types.filter((one) => isAllowed(one, request))) {
    // No placement has more instances than stages.
    const most = type.count + problem.rules.maxPipelineStages;
    const placementAt = (count: number): Promise<Found | null> =>
      prober.any({ pool: withCount(problem.pool.types, type, count) });
    // A percentile is one of the larger pool's links: more slow ones can allow a link, more fast ones forbid it again.
    const found = await (request.bandwidthPercentile === null ? smallest : first)(
      type.count + 1,
      most,
      placementAt,
    );
    if (!found) continue;
    relaxations.push({
      change: `count of ${type.instance.name}`,
      from: type.count,
      to: found.value,
      placement: found.found.placement,
    });
  }
  return relaxations;
}

function withCount(
  types: readonly PoolType[],
  changed: PoolType,
  count: number,
): ReturnType<typeof createPool> {
  return createPool(types.map((type) => (type === changed ? { ...type, count } : type)));
}

/** The smallest value in a range for which a placement exists, whatever follows from it for larger ones. */
async function first(
  from: number,
  to: number,
  placementAt: (value: number) => Promise<Found | null>,
): Promise<{ readonly value: number; readonly found: Found } | null> {
  for (let value = from; value <= to; value++) {
    const found = await placementAt(value);
    if (found) return { value, found };
  }
  return null;
}

/** The smallest value in a range for which a placement exists, when existence never ends as the value grows. */
async function smallest(
  from: number,
  to: number,
  placementAt: (value: number) => Promise<Found | null>,
): Promise<{ readonly value: number; readonly found: Found } | null> {
  if (from > to) return null;
  let best = await placementAt(to);
  if (!best) return null;
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await placementAt(middle);
    if (found) {
      best = found;
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return { value: high, found: best };
}
