import { InputError } from "../errors.ts";
import type { PoolEntry } from "../hardware/pool.ts";
import { groupBy } from "../lists.ts";
import { type Catalogue, compareTexts } from "./catalogue.ts";
import { type Choice, choicesOf } from "./choices.ts";
import { meansGpu } from "./gpus.ts";
import { marketOf } from "./market.ts";
import { instanceAt } from "./offers.ts";
import { conditionPlace, type PoolItem } from "./pool-item.ts";
import { poolNames } from "./pool-names.ts";
import { poolWarnings } from "./pool-warnings.ts";
import { sameName } from "./same-name.ts";

export type { PoolItem } from "./pool-item.ts";

/** A pool out of a catalogue, and what has to be said of it. */
export interface PoolSelection {
  /** By provider, type, region and kind of price, whatever the order of items and rows. */
  readonly entries: readonly PoolEntry[];
  readonly warnings: readonly string[];
}

/**
 * A pool of everything in a catalogue that its items ask for: one entry for each offer (provider, type, region, kind of price).
 * Of two items that mean the same offer the one that names its type counts, of two such the one that names its region.
 * @param today ISO date (YYYY-MM-DD) that ages of prices are counted to
 * @throws InputError at an item that asks for what is not on offer, naming the condition and what comes nearest; at a price
 * of 0 that is not owned; at rows of an instance that contradict one another
 */
export function selectPool(
  catalogue: Catalogue,
  items: readonly PoolItem[],
  today: string,
): PoolSelection {
  const market = marketOf(catalogue);
  const byKey = new Map<string, Choice>();
  for (const choice of items.flatMap((item) => choicesOf(catalogue, market, item))) {
    const key = choiceKey(choice);
    const earlier = byKey.get(key);
    byKey.set(key, earlier === undefined ? choice : moreSpecific(earlier, choice));
  }
  const choices = [...byKey].sort(([a], [b]) => compareTexts(a, b)).map(([, choice]) => choice);
  const names = poolNames(choices.map(choicePart));
  return {
    entries: choices.map(({ type, region, price, count, ownedCount }, index) => ({
      instance: instanceAt(type, region, names[index]!),
      count,
      price,
      ...(ownedCount > 0 && { ownedCount }),
    })),
    warnings: [
      ...idleConditions(items, choices),
      ...poolWarnings(catalogue, market, choices, today),
    ],
  };
}

/** Names of an item that add nothing to the pool because no offer fits them together with the rest. */
function idleConditions(items: readonly PoolItem[], choices: readonly Choice[]): readonly string[] {
  const byItem = groupBy(choices, ({ item }) => item);
  return items.flatMap((item) => {
    const own = byItem.get(item);
    // An item whose offers all went to more specific ones has said nothing wrong.
    if (own === undefined) return [];
    return IDLE_CHECKS.flatMap(([condition, holds]) => {
      const idle = (item[condition] ?? []).filter((name) => !own.some((of) => holds(name, of)));
      if (idle.length === 0) return [];
      return [`${conditionPlace(item, condition)}: no offer matches ${idle.join(" or ")}.`];
    });
  });
}

/** When a name of a condition fits a choice. */
const IDLE_CHECKS = [
  ["providers", (name: string, { type }: Choice) => sameName(name, type.row.provider)],
  ["regions", (name: string, { region }: Choice) => region !== null && sameName(name, region)],
  ["gpus", (name: string, { type }: Choice) => meansGpu(name, type.gpu.name)],
  ["kinds", (name: string, { kind }: Choice) => kind === name],
] as const;

function choicePart({ type, region, kind }: Choice) {
  return { provider: type.row.provider, instance: type.row.instance, region, kind };
}

function choiceKey(choice: Choice): string {
  return Object.values(choicePart(choice))
    .map((part) => part ?? "")
    .join(" ");
}

/** Of two choices of one offer the one whose item says more about it. */
function moreSpecific(earlier: Choice, later: Choice): Choice {
  const before = specificity(earlier.item);
  const after = specificity(later.item);
  if (before !== after) return after > before ? later : earlier;
  const isSame =
    earlier.count === later.count &&
    earlier.ownedCount === later.ownedCount &&
    earlier.price.microUsdPerHour === later.price.microUsdPerHour;
  if (isSame) return earlier;
  const { instance, region, kind } = choicePart(later);
  throw new InputError(
    later.item.where,
    `${instance}${region === null ? "" : ` in ${region}`} (${kind}) is requested here and in ${earlier.item.where}, with different numbers.`,
    "Keep one of the two.",
  );
}

function specificity({ types, regions }: PoolItem): number {
  return (types === undefined ? 0 : 2) + (regions === undefined ? 0 : 1);
}
