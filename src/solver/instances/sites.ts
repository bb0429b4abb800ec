import { providerTypeName, servingKey } from "../../hardware/instance.ts";
import type { Network } from "../../hardware/network.ts";
import type { SolveRequest } from "../request.ts";
import type { HostClass } from "./instance-class.ts";

/**
 * The hosts of each site, a pipeline staying inside one; a single list where the pool has no sites. A site is left out when
 * another one has as many of the same hosts and none of them is dearer there: whatever can be placed in the one can be placed
 * in the other at no higher price. Of sites that are equal the first by name is kept. An answer's
 * twins at sites that were left out are looked at when names decide, see `search/ties.ts`.
 * Limits on single types or on their number, nodes of one type and an explicit matrix tell hosts apart that are otherwise the same,
 * so nothing is left out then.
 * @param classes in their order by name and price
 */
export function sitesWorthSearching(
  classes: readonly HostClass[],
  request: Pick<
    SolveRequest,
    "maxTpByType" | "maxStagesByType" | "maxRentedByType" | "maxInstanceTypes" | "nodeRules"
  >,
  network: Network,
): readonly (readonly HostClass[])[] {
  const sites = sitesOf(classes);
  const tellsTypesApart =
    request.maxTpByType.size > 0 ||
    request.maxStagesByType.size > 0 ||
    request.maxRentedByType.size > 0 ||
    request.maxInstanceTypes !== null ||
    (request.nodeRules !== null && request.nodeRules.nodeKinds !== "any");
  if (sites.length < 2 || tellsTypesApart || network.kind === "matrix") return sites;
  const offers = sites.map(offersOf);
  return sites.filter(
    (_, index) =>
      !offers.some(
        (other, position) =>
          position !== index &&
          covers(other, offers[index]!) &&
          (position < index || !covers(offers[index]!, other)),
      ),
  );
}

/** A host class, and how many of its instances are used. */
export interface UsedHost {
  readonly host: HostClass;
  readonly count: number;
}

/**
 * The same hosts, as many and at the same prices, at other sites: a list for each site that has them all, in the order of `used`.
 * Among hosts of a site that are the same the first by name is taken.
 */
export function twinsElsewhere(
  classes: readonly HostClass[],
  used: readonly UsedHost[],
): readonly (readonly HostClass[])[] {
  const own = used[0]!.host.type.instance.site;
  return sitesOf(classes).flatMap((hosts) => {
    if (hosts[0]?.type.instance.site === own) return [];
    const twins: HostClass[] = [];
    for (const { host, count } of used) {
      const twin = hosts.find(
        (other) =>
          !twins.includes(other) &&
          sameness(other) === sameness(host) &&
          other.microUsdPerHour === host.microUsdPerHour &&
          other.instances.length >= count,
      );
      if (!twin) return [];
      twins.push(twin);
    }
    return [twins];
  });
}

function sitesOf(classes: readonly HostClass[]): readonly (readonly HostClass[])[] {
  const bySite = new Map<string | undefined, HostClass[]>();
  for (const host of classes) {
    const { site } = host.type.instance;
    const hosts = bySite.get(site);
    if (hosts) hosts.push(host);
    else bySite.set(site, [host]);
  }
  return bySite.size === 0
    ? [[]]
    : [...bySite].sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)).map(([, hosts]) => hosts);
}

/** Hosts by what a stage can see of them, each list by rising price. */
type Offers = ReadonlyMap<string, readonly HostClass[]>;

function offersOf(site: readonly HostClass[]): Offers {
  const offers = new Map<string, HostClass[]>();
  for (const host of site) {
    const key = sameness(host);
    const hosts = offers.get(key);
    if (hosts) hosts.push(host);
    else offers.set(key, [host]);
  }
  for (const hosts of offers.values()) {
    hosts.sort((a, b) => a.microUsdPerHour - b.microUsdPerHour);
  }
  return offers;
}

/** What makes two hosts serve alike. */
function sameness({ type: { instance }, kinds }: HostClass): string {
  return [
    providerTypeName(instance),
    servingKey(instance),
    ...kinds.map(({ tpDegree }) => tpDegree),
  ].join();
}

/** Whether every host of `few` has a partner in `many` that is as plentiful and not dearer. */
function covers(many: Offers, few: Offers): boolean {
  return [...few].every(([key, hosts]) => {
    const others = many.get(key) ?? [];
    return hosts.every((host, i) => {
      const other = others[i];
      return (
        other !== undefined &&
        other.microUsdPerHour <= host.microUsdPerHour &&
        other.instances.length >= host.instances.length
      );
    });
  });
}
