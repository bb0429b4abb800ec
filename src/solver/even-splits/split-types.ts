import { tpGroup } from "../../cost/cost-model.ts";
import { servingKey } from "../../hardware/instance.ts";
import type { PoolType } from "../../hardware/pool.ts";
import { ascending } from "../../lists.ts";
import { layerCount } from "../../model/model.ts";
import { isAllowed } from "../instances/instance-classes.ts";
import type { SolveRequest } from "../request.ts";
import type { SplitTable } from "./split-table.ts";

/**
 * The types worth splitting: those that may be used, and of types that differ in price only the cheapest, since the dearer ones do the
 * same for more. Those that are likely to be good come first, whatever the order of the pool.
 */
export function typesToSplit(table: SplitTable): readonly PoolType[] {
  const { problem, request } = table;
  const allowed = problem.pool.types.filter((type) => isAllowed(type, request));
  const promise = new Map(
    cheapestOfEach(allowed, request).map((type) => [type, promiseOf(table, type)]),
  );
  return [...promise.keys()].sort(
    (a, b) =>
      ascending(promise.get(a)!, promise.get(b)!) || ascending(a.instance.name, b.instance.name),
  );
}

/**
 * What a token would cost if one group of GPUs, as small as is allowed, held the whole model at a middle one of the operating points;
 * where throughput is the objective, less the more all such groups of an instance would serve. The least is the best.
 */
function promiseOf(table: SplitTable, type: PoolType): number {
  const { problem, request, points } = table;
  const [smallest] = table.shapesOf(type);
  if (!smallest) return Number.POSITIVE_INFINITY;
  const { tpDegree } = smallest;
  const { instance, price, ownedCount = 0 } = type;
  const { tokensPerSecond } = problem.costModel.stage(
    {
      instance,
      ...tpGroup(tpDegree, instance.insideGBytesPerSecond),
      startLayer: 1,
      layers: layerCount(problem.model),
      pipelineStages: 1,
      next: "none",
    },
    points[points.length >> 1]!,
  );
  const served = tokensPerSecond * Math.floor(instance.gpuCount / tpDegree);
  if (request.objective === "throughput") return -served;
  return ownedCount > 0 ? 0 : price.microUsdPerHour / served;
}

/** Of types that serve alike, are as plentiful and have the same limits by name the cheapest, the first of equals. */
function cheapestOfEach(
  types: readonly PoolType[],
  { maxTpByType, maxStagesByType, maxRentedByType }: SolveRequest,
): readonly PoolType[] {
  const cheapest = new Map<string, PoolType>();
  for (const type of types) {
    const { instance, position, count, ownedCount = 0 } = type;
    // Types of a pool file that serve alike are there on purpose.
    const key = instance.site === undefined ? position : servingKey(instance);
    const limits = [maxTpByType, maxStagesByType, maxRentedByType].map((of) =>
      of.get(instance.name),
    );
    const like = `${key} ${count} ${ownedCount} ${limits}`;
    const known = cheapest.get(like);
    if (!known || type.price.microUsdPerHour < known.price.microUsdPerHour) {
      cheapest.set(like, type);
    }
  }
  return [...cheapest.values()];
}
