import { createPool, type PoolType } from "../../hardware/pool.ts";
import { layerCount } from "../../model/model.ts";
import { isAllowed } from "../instances/instance-classes.ts";
import type { Candidate } from "../search/goal.ts";
import type { Relaxation } from "../solution.ts";
import { first, smallest } from "./smallest.ts";
import type { WhatIf } from "./what-if.ts";

/** What helps when not even a problem without limits has a placement: more instances, or a rule that asks for less. */
export async function ruleRelaxations(whatIf: WhatIf): Promise<Relaxation[]> {
  const { rules, model } = whatIf.problem;
  const relaxations = await countRelaxations(whatIf);
  const more = await smallest(rules.maxPipelineStages + 1, layerCount(model), (maxPipelineStages) =>
    whatIf.any({ rules: { ...rules, maxPipelineStages } }),
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
    whatIf.any({ rules: { ...rules, minLayersPerStage: rules.minLayersPerStage - less } }),
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
    whatIf.any({ rules: { ...rules, minMemoryUtilization: (hundredths - less) / 100 } }),
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
export async function countRelaxations(whatIf: WhatIf): Promise<Relaxation[]> {
  const { problem, request } = whatIf;
  // An explicit matrix has no bandwidths for GPUs that the pool does not have.
  if (problem.network.kind === "matrix") return [];
  const relaxations: Relaxation[] = [];
  for (const type of await helpfulTypes(whatIf)) {
    // No placement has more instances than stages.
    const most = type.count + problem.rules.maxPipelineStages;
    const placementAt = (count: number): Promise<Candidate | null> =>
      whatIf.any({ pool: withCount(problem.pool.types, type, count) });
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

/**
 * The types of which more instances may make a placement possible. More of several types together allow whatever more of one allows, so
 * that a list that does not help is left out as a whole, and one that does is halved. Where a percentile of bandwidths depends on how many
 * there are, nothing follows from the others.
 */
async function helpfulTypes(whatIf: WhatIf): Promise<readonly PoolType[]> {
  const { problem, request } = whatIf;
  const allowed = problem.pool.types.filter((type) => isAllowed(type, request));
  if (request.bandwidthPercentile !== null) return allowed;
  const extra = problem.rules.maxPipelineStages;
  const among = async (types: readonly PoolType[]): Promise<readonly PoolType[]> => {
    if (types.length < 2) return types;
    const more = new Set(types);
    const pool = createPool(
      problem.pool.types.map((type) =>
        more.has(type) ? { ...type, count: type.count + extra } : type,
      ),
    );
    if (!(await whatIf.any({ pool }))) return [];
    const middle = types.length >> 1;
    return [...(await among(types.slice(0, middle))), ...(await among(types.slice(middle)))];
  };
  return among(allowed);
}

export function withCount(
  types: readonly PoolType[],
  changed: PoolType,
  count: number,
): ReturnType<typeof createPool> {
  return createPool(types.map((type) => (type === changed ? { ...type, count } : type)));
}
