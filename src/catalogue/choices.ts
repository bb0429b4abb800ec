import { BOUNDS } from "../bounds.ts";
import { InputError } from "../errors.ts";
import { type Price, usdToMicroUsd } from "../hardware/price.ts";
import { type Catalogue, type PriceKind, placeText } from "./catalogue.ts";
import type { Market } from "./market.ts";
import { checkRegionNames, matchTypes, shortList } from "./match-types.ts";
import type { MachineType, Offer } from "./offers.ts";
import { conditionPlace, type PoolItem } from "./pool-item.ts";
import { sameName } from "./same-name.ts";

/** One entry of a pool before it has its name. */
export interface Choice {
  readonly item: PoolItem;
  readonly type: MachineType;
  readonly region: string | null;
  readonly kind: Price["kind"];
  readonly price: Price;
  readonly count: number;
  readonly ownedCount: number;
  /** null: the item has its own price, or is owned. */
  readonly offer: Offer | null;
}

/**
 * What an item takes out of a catalogue.
 * @throws InputError at the item when nothing, or one of its types not, is on offer
 */
export function choicesOf(catalogue: Catalogue, market: Market, item: PoolItem): readonly Choice[] {
  checkNumbers(item);
  const types = matchTypes(catalogue, market, item);
  const isOwned = item.usdPerHour === undefined && item.ownedCount === item.maxCount;
  if (item.usdPerHour !== undefined || isOwned) {
    if (item.types !== undefined) return ownChoices(item, types);
    throw new InputError(
      item.where,
      "it does not name the instance type of the price or of the owned instances.",
      `Name one of: ${shortList(types.map(({ row }) => row.instance))}.`,
    );
  }
  const kinds = item.kinds ?? ["on-demand"];
  // What is owned may stand where nothing is on offer.
  if (!kinds.includes("owned"))
    checkRegionNames(market, item.regions, conditionPlace(item, "regions"));
  const choices = kinds.flatMap((kind) => {
    const offers = types
      .flatMap((type) => market.offersOf(type))
      .filter((offer) => offer.price.kind === kind && inRegions(item, offer));
    // Owned instances need no price row: being named is enough.
    return kind === "owned" && offers.length === 0 && item.types !== undefined
      ? ownChoices({ ...item, ownedCount: item.maxCount }, types)
      : offers.map((offer) => offerChoice(item, offer));
  });
  const chosen = new Set(choices.map(({ type }) => type));
  const without =
    item.types === undefined
      ? choices.length === 0
        ? types
        : []
      : types.filter((type) => !chosen.has(type));
  if (without.length > 0) throw noOffer(item, without, kinds, market);
  if (item.ownedCount && choices.length > 1) {
    throw new InputError(
      item.where,
      `owned instances are in one place, but this matches ${choices.length} offers.`,
      `Name one of: ${shortList(choices.map(offerText))}.`,
    );
  }
  return choices;
}

function checkNumbers(item: PoolItem): void {
  const { where, maxCount, ownedCount = 0, usdPerHour, kinds = [] } = item;
  if (!Number.isSafeInteger(maxCount) || maxCount < 1) {
    throw new InputError(where, `${maxCount} is not a number of instances.`, "Give one from 1.");
  }
  if (!Number.isSafeInteger(ownedCount) || ownedCount < 0 || ownedCount > maxCount) {
    throw new InputError(
      where,
      `${ownedCount} of ${maxCount} instances cannot be owned.`,
      `Give a number from 0 to ${maxCount}.`,
    );
  }
  if (usdPerHour === undefined) return;
  if (!(usdPerHour >= 0 && usdPerHour < Number.POSITIVE_INFINITY)) {
    throw new InputError(where, `${usdPerHour} is not a price.`, "Give USD per hour from 0.");
  }
  if (kinds.length > 1) {
    throw new InputError(where, "one price cannot have several kinds.", "Give one kind.");
  }
  const { least, most } = BOUNDS.usdPerHour;
  if (usdPerHour > most || (usdPerHour !== 0 && usdPerHour < least)) {
    throw new InputError(
      where,
      `a price of ${usdPerHour} dollars per hour is ${usdPerHour > most ? `above ${most}, the most` : "below 0.000001, the least"} that is plausible.`,
      "Give the price of one instance and hour, or 0 for one that is owned.",
    );
  }
  if (usdPerHour === 0 && kinds.some((kind) => kind !== "owned")) {
    throw new InputError(
      where,
      `the ${kinds[0]} price is 0.`,
      "Give its price, or the kind owned.",
    );
  }
}

/** Instances at a price that the item says itself, or that are owned: wherever it says that they stand. */
function ownChoices(item: PoolItem, types: readonly MachineType[]): readonly Choice[] {
  const microUsdPerHour = usdToMicroUsd(item.usdPerHour ?? 0);
  const kind = microUsdPerHour === 0 ? "owned" : (item.kinds?.[0] ?? "unspecified");
  return types.flatMap((type) =>
    (item.regions ?? [null]).map((region) => ({
      item,
      type,
      region,
      kind,
      price: {
        microUsdPerHour,
        provider: type.row.provider,
        region,
        kind,
        asOf: null,
        source: item.where,
      },
      count: item.maxCount,
      ownedCount: microUsdPerHour === 0 ? item.maxCount : (item.ownedCount ?? 0),
      offer: null,
    })),
  );
}

function offerChoice(item: PoolItem, offer: Offer): Choice {
  const { price, discount, microUsdPerHour } = offer;
  if (price.kind !== "owned" && microUsdPerHour === 0) {
    throw new InputError(
      `${placeText(price.place)}, column usd_per_hour`,
      `the ${price.kind} price of ${price.instance} in ${price.region} is 0.`,
      "Give its price, or the kind owned.",
    );
  }
  return {
    item,
    type: offer.type,
    region: price.region,
    kind: price.kind,
    price: {
      microUsdPerHour,
      provider: price.provider,
      region: price.region,
      kind: price.kind,
      asOf: price.asOf,
      source: [
        `${baseName(price.place.fileName)}:${price.place.line}`,
        ...(price.source === "" ? [] : [price.source]),
        ...(discount === null
          ? []
          : [
              `less ${discount.discountPercent} % (${baseName(discount.place.fileName)}:${discount.place.line}${discount.source === "" ? "" : `, ${discount.source}`})`,
            ]),
      ].join(", "),
    },
    count: item.maxCount,
    ownedCount: microUsdPerHour === 0 ? item.maxCount : (item.ownedCount ?? 0),
    offer,
  };
}

function inRegions({ regions }: PoolItem, { price }: Offer): boolean {
  return regions === undefined || regions.some((region) => sameName(region, price.region));
}

/** What is on offer of types of which nothing fits kind and region. */
function noOffer(
  item: PoolItem,
  types: readonly MachineType[],
  kinds: readonly PriceKind[],
  market: Market,
): InputError {
  const ofTypes = types.flatMap((type) => market.offersOf(type));
  const names = shortList([...new Set(types.map(({ row }) => row.instance))]);
  const kindText = kinds.join(" or ");
  if (ofTypes.length === 0) {
    return new InputError(
      item.where,
      `the catalogue has no price of ${names}.`,
      "Add a row to prices.csv of your own catalogue, or give a price.",
    );
  }
  const ofKind = ofTypes.filter(({ price }) => kinds.some((kind) => kind === price.kind));
  const values = (offers: readonly Offer[], field: "region" | "kind"): string =>
    shortList([...new Set(offers.map(({ price }) => price[field]))]);
  return ofKind.length === 0
    ? new InputError(
        conditionPlace(item, "kinds"),
        `there is no ${kindText} price of ${names}.`,
        `There are prices of the kind ${values(ofTypes, "kind")}.`,
      )
    : new InputError(
        conditionPlace(item, "regions"),
        `there is no ${kindText} price of ${names} in ${(item.regions ?? []).join(", ")}.`,
        `There is one in ${values(ofKind, "region")}.`,
      );
}

function offerText({ type, region, kind }: Choice): string {
  return `${type.row.instance}@${region}:${kind}`;
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
