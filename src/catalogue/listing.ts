import { microUsdToUsd } from "../hardware/price.ts";
import { ascending } from "../lists.ts";
import { type Catalogue, instanceKey, type PriceKind, priceKey } from "./catalogue.ts";
import type { ListOrder } from "./list-order.ts";
import { marketOf } from "./market.ts";
import { checkRegionNames, matchTypes } from "./match-types.ts";
import type { MachineType, Offer } from "./offers.ts";
import { sameName } from "./same-name.ts";

/** What a list of offers is narrowed to; absent conditions ask for nothing. */
export interface ListFilter {
  readonly providers?: readonly string[] | undefined;
  readonly gpus?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  readonly kinds?: readonly PriceKind[] | undefined;
  readonly minGpus?: number | undefined;
  /** GPU memory of the whole instance, GiB. */
  readonly minMemoryGib?: number | undefined;
  readonly maxUsdPerHour?: number | undefined;
}

/** A machine type with one of its prices, or without any. */
export interface ListRow {
  readonly type: MachineType;
  readonly offer: Offer | null;
}

/**
 * The offers of a catalogue, filtered and in order. Types without a price are there too, last, unless a condition is about
 * prices.
 * @throws InputError for names that the catalogue does not have
 */
export function listOffers(
  catalogue: Catalogue,
  filter: ListFilter,
  order: ListOrder,
): readonly ListRow[] {
  const market = marketOf(catalogue);
  checkRegionNames(market, filter.regions, "--region");
  const types = matchTypes(catalogue, market, {
    where: "instances",
    ...(filter.providers && { providers: filter.providers }),
    ...(filter.gpus && { gpus: filter.gpus }),
  }).filter(
    (type) =>
      type.row.gpus >= (filter.minGpus ?? 0) && totalMemoryGib(type) >= (filter.minMemoryGib ?? 0),
  );
  const offers = types
    .flatMap((type) => market.offersOf(type))
    .filter(
      ({ price, microUsdPerHour }) =>
        (filter.regions?.some((region) => sameName(region, price.region)) ?? true) &&
        (filter.kinds?.includes(price.kind) ?? true) &&
        microUsdToUsd(microUsdPerHour) <= (filter.maxUsdPerHour ?? Number.POSITIVE_INFINITY),
    );
  const asksForPrice =
    filter.regions !== undefined ||
    filter.kinds !== undefined ||
    filter.maxUsdPerHour !== undefined;
  const unpriced = asksForPrice ? [] : types.filter((type) => market.offersOf(type).length === 0);
  return [
    ...offers.map((offer): ListRow => ({ type: offer.type, offer })),
    ...unpriced.map((type): ListRow => ({ type, offer: null })),
  ]
    .map((row) => ({ row, rank: rank(row, order), key: rowKey(row) }))
    .sort((a, b) => ascending(a.rank, b.rank) || ascending(a.key, b.key))
    .map(({ row }) => row);
}

/** GPU memory of the whole instance, GiB. */
export function totalMemoryGib({ row }: MachineType): number {
  return row.gpus * row.gpuMemoryGib;
}

/** USD per hour; null where there is no price. */
export function listedUsdPerHour({ offer }: ListRow): number | null {
  return offer === null ? null : microUsdToUsd(offer.microUsdPerHour);
}

/** What rows are sorted by; what has no price comes last. */
function rank(row: ListRow, order: ListOrder): number {
  const usd = listedUsdPerHour(row) ?? Number.POSITIVE_INFINITY;
  switch (order) {
    case "name":
      return 0;
    case "memory":
      return -totalMemoryGib(row.type);
    case "price":
      return usd;
    case "price-per-gpu":
      return usd / row.type.row.gpus;
    case "price-per-gib":
      return usd / totalMemoryGib(row.type);
  }
}

function rowKey({ type, offer }: ListRow): string {
  return offer === null ? instanceKey(type.row) : priceKey(offer.price);
}
