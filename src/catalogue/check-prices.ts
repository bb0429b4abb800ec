import { microUsdToUsd } from "../hardware/price.ts";
import { groupBy } from "../lists.ts";
import {
  type Catalogue,
  type CatalogueInstance,
  type CataloguePrice,
  instanceKey,
  priceKey,
} from "./catalogue.ts";
import { ageDays, STALE_AFTER_DAYS } from "./days.ts";
import { error, type Finding, warning, when } from "./finding.ts";
import { type FindGpu, gpusOf } from "./gpus.ts";
import { judgePrice } from "./price-bands.ts";

/** What is wrong, or odd, with the amounts of a catalogue's prices. */
export function checkAmounts(catalogue: Catalogue): readonly Finding[] {
  const instances = new Map(catalogue.instances.map((row) => [instanceKey(row), row]));
  const onDemand = new Map(
    catalogue.prices
      .filter(({ kind }) => kind === "on-demand")
      .map((row) => [priceKey(row), row.microUsdPerHour]),
  );
  const findGpu = gpusOf(catalogue);
  return catalogue.prices.flatMap((row) => [
    ...checkAmount(findGpu, row, instances.get(instanceKey(row))),
    ...checkSpot(row, onDemand.get(priceKey({ ...row, kind: "on-demand" }))),
  ]);
}

/** What is wrong, or odd, with the dates and sources of prices. */
export function checkProvenance(
  prices: readonly CataloguePrice[],
  today: string,
): readonly Finding[] {
  return [
    ...prices.flatMap(unprovenPrice),
    ...pricesAhead(prices, today),
    ...stalePrices(prices, today),
  ];
}

function checkAmount(
  findGpu: FindGpu,
  row: CataloguePrice,
  instance: CatalogueInstance | undefined,
): readonly Finding[] {
  const words = `${row.instance} (${row.region}, ${row.kind})`;
  if (!instance) {
    const message = `${words} has a price, but ${row.provider} has no such instance in instances.csv.`;
    return [error(row.place, message)];
  }
  if (row.kind === "owned") return [];
  if (row.microUsdPerHour === 0) {
    return [error(row.place, `${words} costs 0; only owned instances do.`)];
  }
  const gpu = findGpu(instance.gpu);
  if (!gpu) return [];
  const usdPerHour = microUsdToUsd(row.microUsdPerHour);
  const band = judgePrice(instance, gpu, row.kind, usdPerHour);
  if (band.verdict === "inside") return [];
  const finding = band.verdict === "outside" ? warning : error;
  return [
    finding(
      row.place,
      `${words} costs ${usdPerHour} USD/h, ${band.usdPerGpuHour.toFixed(2)} a GPU; plausible for ${gpu.name}: ${band.least.toFixed(2)} to ${band.most}.`,
    ),
  ];
}

function checkSpot(row: CataloguePrice, onDemand: number | undefined): readonly Finding[] {
  if (row.kind !== "spot" || onDemand === undefined || row.microUsdPerHour <= onDemand) return [];
  return [
    warning(
      row.place,
      `${row.instance} (${row.region}) costs ${microUsdToUsd(row.microUsdPerHour)} USD/h as spot, more than ${microUsdToUsd(onDemand)} on demand.`,
    ),
  ];
}

function unprovenPrice(row: CataloguePrice): readonly Finding[] {
  if (row.kind === "owned") return [];
  const words = `${row.instance} (${row.region}, ${row.kind})`;
  return [
    ...when(row.asOf === null, () => warning(row.place, `the price of ${words} has no date.`)),
    ...when(row.source === "", () => warning(row.place, `the price of ${words} has no source.`)),
  ];
}

/** A clock that is wrong is before all prices. */
function pricesAhead(prices: readonly CataloguePrice[], today: string): readonly Finding[] {
  return ofAge(prices, today, (days) => days < 0).map((rows) => {
    const { provider, instance, region, kind, asOf, place } = rows[0]!;
    return error(
      place,
      rows.length === 1
        ? `the price of ${instance} (${region}, ${kind}) is dated ${asOf}, after ${today}.`
        : `${rows.length} prices of ${provider} are dated ${asOf}, after ${today}: the date or the clock is wrong.`,
    );
  });
}

function stalePrices(prices: readonly CataloguePrice[], today: string): readonly Finding[] {
  return ofAge(prices, today, (days) => days > STALE_AFTER_DAYS).map((rows) => {
    const { provider, asOf, place } = rows[0]!;
    return warning(
      place,
      `${rows.length === 1 ? "a price" : `${rows.length} prices`} of ${provider} ${rows.length === 1 ? "is" : "are"} dated ${asOf}, ${ageDays(asOf!, today)} days before ${today}.`,
    );
  });
}

/** The prices of an age, by provider and date: one finding for each, however many prices there are. */
function ofAge(
  prices: readonly CataloguePrice[],
  today: string,
  isMeant: (days: number) => boolean,
): readonly (readonly CataloguePrice[])[] {
  const meant = prices.filter(({ asOf }) => asOf !== null && isMeant(ageDays(asOf, today)));
  return [...groupBy(meant, ({ provider, asOf }) => `${provider} ${asOf}`).values()];
}
