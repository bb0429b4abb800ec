import type { PoolType } from "../../hardware/pool.ts";
import { ascending } from "../../lists.ts";
import type { Problem } from "../../placement/problem.ts";
import { forbiddenTp } from "../../placement/tp-shape.ts";
import type { SolveRequest } from "../request.ts";
import { type AllowedType, derivedInstances } from "./derived-instances.ts";
import type { InstanceClass } from "./instance-class.ts";
import { matrixInstances } from "./matrix-instances.ts";

/** The instance classes a search may use, by type name and then price, so that the order of the pool file changes nothing. */
export function instanceClasses(problem: Problem, request: SolveRequest): InstanceClass[] {
  const allowed: AllowedType[] = problem.pool.types
    .filter((type) => isAllowed(type, request))
    .map((type) => ({ type, tpDegrees: tpDegreesOf(problem, type, request) }))
    .filter(({ tpDegrees }) => tpDegrees.length > 0);
  const classes =
    problem.network.kind === "matrix"
      ? matrixInstances(problem.network, allowed)
      : derivedInstances(allowed);
  return classes
    .map((instanceClass) =>
      request.nodeRules?.rentedOnly ? rentedOf(instanceClass) : instanceClass,
    )
    .filter(({ instances }) => instances.length > 0)
    .sort(
      (a, b) =>
        ascending(a.type.instance.name, b.type.instance.name) ||
        a.microUsdPerHour - b.microUsdPerHour ||
        a.instances[0]! - b.instances[0]!,
    )
    .map((instanceClass, position) => ({ ...instanceClass, position }));
}

/** A class without its owned instances. */
function rentedOf<T extends Pick<InstanceClass, "type" | "instances">>(instanceClass: T): T {
  const owned = instanceClass.type.ownedCount ?? 0;
  return { ...instanceClass, instances: instanceClass.instances.filter((index) => index >= owned) };
}

/** Whether a request lets a type be used at all. */
export function isAllowed(type: PoolType, request: SolveRequest): boolean {
  const { name } = type.instance;
  return (
    (request.includeTypes === null || request.includeTypes.includes(name)) &&
    !request.excludeTypes.includes(name)
  );
}

/** The TP degrees that a request and the model's shape allow on a type, rising. */
export function tpDegreesOf(problem: Problem, type: PoolType, request: SolveRequest): number[] {
  const most = Math.min(
    type.instance.gpuCount,
    request.maxTpByType.get(type.instance.name) ?? Number.POSITIVE_INFINITY,
  );
  return [...new Set(request.tpDegrees)]
    .filter((t) => t <= most && forbiddenTp(problem, t) === null)
    .sort((a, b) => a - b);
}
