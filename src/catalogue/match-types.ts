import { InputError } from "../errors.ts";
import { nearestHint } from "../nearest.ts";
import type { Catalogue } from "./catalogue.ts";
import { catalogueGpuNames, meansGpu } from "./gpus.ts";
import type { Market } from "./market.ts";
import type { MachineType } from "./offers.ts";
import { conditionPlace, type PoolItem } from "./pool-item.ts";
import { sameName } from "./same-name.ts";

/** Conditions on machine types, and how each is told. */
const CONDITIONS = [
  {
    field: "providers",
    noun: "provider",
    holds: (name: string, { row }: MachineType) => sameName(name, row.provider),
    named: (market: Market, name: string) => market.typesNamed("provider", name),
    value: ({ row }: MachineType) => row.provider,
  },
  {
    field: "types",
    noun: "instance type",
    holds: (name: string, { row }: MachineType) => sameName(name, row.instance),
    named: (market: Market, name: string) => market.typesNamed("instance", name),
    value: ({ row }: MachineType) => row.instance,
  },
  {
    field: "gpus",
    noun: "GPU",
    holds: (name: string, { gpu }: MachineType) => meansGpu(name, gpu.name),
    named: (market: Market, name: string) => market.typesWithGpu(name),
    value: ({ gpu }: MachineType) => gpu.name,
  },
] as const;

/**
 * The machine types that an item asks for.
 * Of several GPUs some may be of no provider that is asked for: they add nothing, which the pool warns of.
 * @throws InputError for a name that the catalogue does not have, and for conditions that no type fulfils together
 */
export function matchTypes(
  catalogue: Catalogue,
  market: Market,
  item: Pick<PoolItem, "where" | "places" | "types" | "gpus" | "providers">,
): readonly MachineType[] {
  // What fulfils all conditions is among those that fulfil the one that fewest do.
  let fewest = market.types;
  let isMeant = (_type: MachineType): boolean => true;
  const held: string[] = [];
  for (const condition of CONDITIONS) {
    const names = item[condition.field];
    if (names === undefined) continue;
    const isFound = (name: string): boolean =>
      shorter(fewest, condition.named(market, name)).some(
        (type) => isMeant(type) && condition.holds(name, type),
      );
    const missing = names.filter((name) => !isFound(name));
    // A GPU that one provider lacks and that others have adds nothing, as long as another one is left.
    const isIdle = condition.field === "gpus" && missing.length < names.length;
    const isKnown = (name: string): boolean => condition.named(market, name).length > 0;
    const wrong = missing.find((name) => !isIdle || !isKnown(name));
    if (wrong !== undefined) {
      const known = isKnown(wrong);
      const among = known ? market.types.filter(isMeant) : market.types;
      const values = [...new Set(among.map(condition.value))];
      const where = conditionPlace(item, condition.field);
      throw known
        ? new InputError(
            where,
            `no instance of ${condition.noun} ${wrong} is of ${held.join(" and ")}.`,
            `There are: ${shortList(values)}.`,
          )
        : unknownName(catalogue, where, condition.noun, wrong, values);
    }
    const [name, ...others] = names;
    if (name !== undefined && others.length === 0) {
      fewest = shorter(fewest, condition.named(market, name));
    }
    const isHeld = isMeant;
    isMeant = (type) => isHeld(type) && names.some((name) => condition.holds(name, type));
    held.push(`${condition.noun} ${names.join(", ")}`);
  }
  return fewest.filter(isMeant);
}

function shorter<Item>(a: readonly Item[], b: readonly Item[]): readonly Item[] {
  return b.length < a.length ? b : a;
}

/** @throws InputError for a region in which the catalogue has no price */
export function checkRegionNames(
  market: Market,
  regions: readonly string[] | undefined,
  where: string,
): void {
  const unknown = regions?.find((region) => !market.hasRegion(region));
  if (unknown === undefined) return;
  throw new InputError(
    where,
    `the catalogue has no prices in a region "${unknown}".`,
    nearestHint(unknown, [...new Set(market.offers.map(({ price }) => price.region))]),
  );
}

function unknownName(
  catalogue: Catalogue,
  where: string,
  noun: string,
  name: string,
  values: readonly string[],
): InputError {
  const known = noun === "GPU" && catalogueGpuNames(catalogue).some((each) => meansGpu(name, each));
  return new InputError(
    where,
    known
      ? `no instance of the catalogue has the GPU "${name}".`
      : `the catalogue has no ${noun} "${name}".`,
    values.length === 0
      ? "The catalogue has no instances."
      : known
        ? `There are: ${shortList(values)}.`
        : nearestHint(name, noun === "GPU" ? withModels(values) : values),
  );
}

/** GPU names, with their models in front: what is not near "H100-SXM5-80GB" may be near "H100". */
function withModels(names: readonly string[]): readonly string[] {
  const models = names.map((name) => name.replace(/-(?:SXM|PCIe|NVL|\d+GB).*$/, ""));
  return [...new Set([...models, ...names])];
}

const MOST_LISTED = 12;

/** Names for a message; of many only the first. */
export function shortList(names: readonly string[]): string {
  const listed = names.slice(0, MOST_LISTED).join(", ");
  return names.length > MOST_LISTED ? `${listed} and ${names.length - MOST_LISTED} more` : listed;
}
