import { microUsdToUsd } from "../hardware/price.ts";
import { type Catalogue, compareTexts, instanceKey, placeText, priceKey } from "./catalogue.ts";
import type { Choice } from "./choices.ts";
import { contradictions } from "./consistency.ts";
import { ageDays, STALE_AFTER_DAYS } from "./days.ts";
import type { Market } from "./market.ts";
import type { Offer } from "./offers.ts";
import { replacementText } from "./replacement-text.ts";

/** What has to be said of the prices in a pool: one sentence a matter, however many prices it is about. */
export function poolWarnings(
  catalogue: Catalogue,
  market: Market,
  choices: readonly Choice[],
  today: string,
): readonly string[] {
  const offers = choices.flatMap(({ offer }) => (offer === null ? [] : [offer]));
  return [
    contradictionText(catalogue, choices),
    aheadOfClockText(offers, today, "of the pool"),
    stalePricesText(offers, today, "of the pool"),
    undatedText(offers),
    spotText(offers, market),
    discountText(offers),
    conflictText(offers),
    replacedText(catalogue, choices),
    strayText(market),
  ].filter((text) => text !== null);
}

/** What is wrong with figures that the pool takes, as `instances --check` tells it of a whole catalogue. */
function contradictionText(catalogue: Catalogue, choices: readonly Choice[]): string | null {
  const instances = [...new Set(choices.map(({ type }) => type.row))];
  const prices = choices.flatMap(({ offer }) => (offer === null ? [] : [offer.price]));
  const found = contradictions(catalogue, instances, prices);
  const [first] = found;
  if (!first) return null;
  const others = found.length === 1 ? "" : ` There are ${found.length - 1} more;`;
  return `figures of the pool contradict each other, so the answer may be wrong: ${first.where}: ${first.message}${others} \`instances --check\` lists all.`;
}

/**
 * Says that the clock stands before the day of a price; null when it does not.
 * @param which prices they are: "of the pool"
 */
export function aheadOfClockText(
  offers: readonly Offer[],
  today: string,
  which: string,
): string | null {
  const dates = offers.flatMap(({ price }) => (price.asOf === null ? [] : [price.asOf])).sort();
  const ahead = dates.filter((day) => day > today);
  if (ahead.length === 0) return null;
  return `the clock (or SOURCE_DATE_EPOCH) says ${today}, before the date of ${some(ahead.length, offers.length, "price")} ${which} (latest ${ahead.at(-1)}): set the clock, or correct the dates. The age of prices is unknown.`;
}

/**
 * Says that prices are old; null when none is.
 * @param which prices they are: "of the pool"
 */
export function stalePricesText(
  offers: readonly Offer[],
  today: string,
  which: string,
): string | null {
  const dated = offers.flatMap(({ price }) =>
    price.asOf === null ? [] : [{ price, asOf: price.asOf }],
  );
  const stale = dated
    .filter(({ asOf }) => ageDays(asOf, today) > STALE_AFTER_DAYS)
    .sort((a, b) => compareTexts(a.asOf, b.asOf));
  const [oldest] = stale;
  if (!oldest) return null;
  return `${some(stale.length, offers.length, "price")} ${which} ${stale.length === 1 ? "is" : "are"} more than ${STALE_AFTER_DAYS} days old on ${today}; the oldest is from ${oldest.asOf} (${placeText(oldest.price.place)}). Check current prices, and supply your own with --catalogue where they differ.`;
}

function undatedText(offers: readonly Offer[]): string | null {
  const undated = offers.filter(({ price }) => price.asOf === null && price.kind !== "owned");
  if (undated.length === 0) return null;
  return `${some(undated.length, offers.length, "price")} of the pool ${undated.length === 1 ? "has" : "have"} no date (${placeText(undated[0]!.price.place)}).`;
}

function spotText(offers: readonly Offer[], market: Market): string | null {
  const spot = offers.filter(({ price }) => price.kind === "spot");
  if (spot.length === 0) return null;
  const dear = spot.filter(({ type, price, microUsdPerHour }) =>
    market
      .offersOf(type)
      .some(
        (other) =>
          other.price.kind === "on-demand" &&
          other.price.region === price.region &&
          other.microUsdPerHour < microUsdPerHour,
      ),
  );
  const dearText =
    dear.length === 0
      ? ""
      : ` ${capitalised(some(dear.length, spot.length, "spot price"))} ${dear.length === 1 ? "is" : "are"} above the on-demand price (${placeText(dear[0]!.price.place)}).`;
  return `${some(spot.length, offers.length, "price")} of the pool ${spot.length === 1 ? "is a spot price" : "are spot prices"}: such instances can be reclaimed at any time, and their prices change.${dearText}`;
}

function discountText(offers: readonly Offer[]): string | null {
  const discounts = offers.flatMap(({ discount }) => (discount === null ? [] : [discount]));
  if (discounts.length === 0) return null;
  const rows = [...new Set(discounts.map(({ place }) => placeText(place)))];
  return `discounts apply to ${some(discounts.length, offers.length, "price")} of the pool (${rows.join(", ")}).`;
}

function conflictText(offers: readonly Offer[]): string | null {
  const disputed = offers.filter(({ conflicts }) => conflicts.length > 0);
  const [first] = disputed;
  if (!first) return null;
  const { price, conflicts } = first;
  const other = conflicts[0]!;
  return `${some(disputed.length, offers.length, "price")} of the pool ${disputed.length === 1 ? "has" : "have"} contradictory rows; the newest is used, or the higher price if dates are equal: ${priceKey(price)} is ${microUsdToUsd(price.microUsdPerHour)} USD/h (${placeText(price.place)}), not ${microUsdToUsd(other.microUsdPerHour)} (${placeText(other.place)}).`;
}

/** Rows of the user's own that took the place of others with other figures, where the pool uses them. */
function replacedText({ replacements }: Catalogue, choices: readonly Choice[]): string | null {
  const used = new Set(
    choices.flatMap(({ type, offer }) => [
      `GPU ${type.gpu.name}`,
      `instance ${instanceKey(type.row)}`,
      ...(offer ? [`price ${priceKey(offer.price)}`] : []),
    ]),
  );
  const told = replacements.filter(({ what, name }) => used.has(`${what} ${name}`));
  const [first] = told;
  if (!first) return null;
  return `${told.length === 1 ? "a row" : `${told.length} rows`} of your own ${told.length === 1 ? "replaces one" : "replace rows"} of the catalogue with different figures: ${replacementText(first)}${told.length === 1 ? "" : ", and so on"}.`;
}

function strayText({ strayPrices }: Market): string | null {
  const [first] = strayPrices;
  if (!first) return null;
  return `${strayPrices.length === 1 ? "a price is" : `${strayPrices.length} prices are`} of instances that the catalogue does not have, and ${strayPrices.length === 1 ? "is" : "are"} left out: ${instanceKey(first)} (${placeText(first.place)}).`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "2 of 5 prices", "1 price", "all 5 prices". */
function some(number: number, total: number, noun: string): string {
  if (total === 1) return `the only ${noun}`;
  return number === total ? `all ${total} ${noun}s` : `${number} of ${total} ${noun}s`;
}
