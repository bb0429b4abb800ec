import { providerTypeName, servingKey } from "../../hardware/instance.ts";
import type { Network } from "../../hardware/network.ts";
import { groupBy } from "../../lists.ts";
import type { SolveRequest } from "../request.ts";
import type { InstanceClass } from "./instance-class.ts";

/**
 * The instances of each site, a pipeline staying inside one; a single list where the pool has no sites. A site is left out when
 * another one has as many of the same instances and none of them is dearer there: whatever can be placed in the one can be placed
 * in the other at no higher price. Of sites that are equal the first by name is kept. An answer's
 * twins at sites that were left out are looked at when names decide, see `search/name-ties.ts`.
 * Limits on single types or on their number, nodes of one type and an explicit matrix tell instances apart that are otherwise the same,
 * so nothing is left out then.
 * @param classes in their order by name and price
 */
export function sitesWorthSearching(
  classes: readonly InstanceClass[],
  request: Pick<
    SolveRequest,
    "maxTpByType" | "maxStagesByType" | "maxRentedByType" | "maxInstanceTypes" | "nodeRules"
  >,
  network: Network,
): readonly (readonly InstanceClass[])[] {
  const sites = sitesOf(classes);
  const tellsTypesApart =
    request.maxTpByType.size > 0 ||
    request.maxStagesByType.size > 0 ||
    request.maxRentedByType.size > 0 ||
    request.maxInstanceTypes !== null ||
    (request.nodeRules !== null && request.nodeRules.nodeKinds !== "any");
  if (sites.length < 2 || tellsTypesApart || network.kind === "matrix") return sites;
  const bySite = sites.map(classesByServing);
  return sites.filter(
    (_, index) =>
      !bySite.some(
        (other, position) =>
          position !== index &&
          covers(other, bySite[index]!) &&
          (position < index || !covers(bySite[index]!, other)),
      ),
  );
}

/** An instance class, and how many of its instances are used. */
export interface UsedClass {
  readonly instanceClass: InstanceClass;
  readonly count: number;
}

/**
 * The same instances, as many and at the same prices, at other sites: a list for each site that has them all, in the order of `used`.
 * Among instance classes of a site that are the same the first by name is taken.
 */
export function twinsElsewhere(
  classes: readonly InstanceClass[],
  used: readonly UsedClass[],
): readonly (readonly InstanceClass[])[] {
  const own = used[0]!.instanceClass.type.instance.site;
  return sitesOf(classes).flatMap((candidates) => {
    if (candidates[0]?.type.instance.site === own) return [];
    const twins: InstanceClass[] = [];
    for (const { instanceClass, count } of used) {
      const twin = candidates.find(
        (other) =>
          !twins.includes(other) &&
          sameness(other) === sameness(instanceClass) &&
          other.microUsdPerHour === instanceClass.microUsdPerHour &&
          other.instances.length >= count,
      );
      if (!twin) return [];
      twins.push(twin);
    }
    return [twins];
  });
}

function sitesOf(classes: readonly InstanceClass[]): readonly (readonly InstanceClass[])[] {
  const bySite = groupBy(classes, ({ type }) => type.instance.site);
  return bySite.size === 0
    ? [[]]
    : [...bySite]
        .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))
        .map(([, candidates]) => candidates);
}

/** Instance classes by what a stage can see of them, each list by rising price. */
type ClassesByServing = ReadonlyMap<string, readonly InstanceClass[]>;

function classesByServing(site: readonly InstanceClass[]): ClassesByServing {
  const byServing = groupBy(site, sameness);
  for (const candidates of byServing.values()) {
    candidates.sort((a, b) => a.microUsdPerHour - b.microUsdPerHour);
  }
  return byServing;
}

/** What makes two instance classes serve alike. */
function sameness({ type: { instance }, kinds }: InstanceClass): string {
  return [
    providerTypeName(instance),
    servingKey(instance),
    ...kinds.map(({ gpus }) => gpus),
  ].join();
}

/** Whether every class of `few` has a partner in `many` that is as plentiful and not dearer. */
function covers(many: ClassesByServing, few: ClassesByServing): boolean {
  return [...few].every(([key, candidates]) => {
    const others = many.get(key) ?? [];
    return candidates.every((instanceClass, i) => {
      const other = others[i];
      return (
        other !== undefined &&
        other.microUsdPerHour <= instanceClass.microUsdPerHour &&
        other.instances.length >= instanceClass.instances.length
      );
    });
  });
}
