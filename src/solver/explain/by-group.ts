import type { PoolType } from "../../hardware/pool.ts";
import { groupBy } from "../../lists.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import { isAllowed } from "../instances/instance-classes.ts";
import type { Grouping } from "../request.ts";
import { isMaximised } from "../search/objectives.ts";
import type { GroupBest } from "../solution.ts";
import { type Best, ExplanationCut, type WhatIf } from "./what-if.ts";

/** What a type is of in a grouping; "not known" where the source of its price does not say. */
function groupOf({ instance, price }: PoolType, by: Grouping): string {
  switch (by) {
    case "provider":
      return price.provider;
    case "region":
      return price.region ?? "not known";
    case "gpu":
      return instance.gpu?.name ?? instance.gpuModel;
    case "price-kind":
      return price.kind === "unspecified" ? "not known" : price.kind;
  }
}

/**
 * The best placement on the types of each group alone, each proven by a search of its own: best first, then the groups that
 * cannot serve, then those that a limit on time left open.
 * @param answer the proven best of all: it is that of its group too
 */
export async function bestByGroup(
  whatIf: WhatIf,
  by: Grouping,
  answer: Best,
): Promise<GroupBest[]> {
  const { problem, request } = whatIf;
  const allowed = problem.pool.types.filter((type) => isAllowed(type, request));
  const used = typesOf(answer.found.placement);
  const all: GroupBest[] = [];
  for (const [group, types] of groupBy(allowed, (type) => groupOf(type, by))) {
    const includeTypes = types.map(({ instance }) => instance.name);
    const isOfAnswer = used.every((name) => includeTypes.includes(name));
    all.push(isOfAnswer ? groupBest(group, answer) : await search(whatIf, group, includeTypes));
  }
  const sign = isMaximised(problem, request) ? -1 : 1;
  const rank = ({ status, objective }: GroupBest): readonly [number, number] =>
    objective === null ? [status === "infeasible" ? 1 : 2, 0] : [0, sign * objective];
  return all.sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || (a.group < b.group ? -1 : 1);
  });
}

async function search(
  whatIf: WhatIf,
  group: string,
  includeTypes: readonly string[],
): Promise<GroupBest> {
  try {
    return groupBest(group, await whatIf.best({}, { includeTypes, excludeTypes: [] }));
  } catch (error) {
    if (!(error instanceof ExplanationCut)) throw error;
    return { ...groupBest(group, null), status: "not_known" };
  }
}

function groupBest(group: string, best: Best | null): GroupBest {
  const metrics = best?.found.metrics;
  return {
    group,
    status: best ? "optimal" : "infeasible",
    objective: best?.value ?? null,
    cost_per_hour: metrics?.cost_per_hour ?? null,
    throughput_tokens_per_sec: metrics?.throughput_tokens_per_sec ?? null,
    dollar_per_million_token: metrics?.dollar_per_million_token ?? null,
    placement: best?.found.placement ?? null,
  };
}

function typesOf({ stages }: Placement): string[] {
  return [...new Set(stages.map(({ gpu_type }) => parseInstanceName(gpu_type)!.typeName))];
}
