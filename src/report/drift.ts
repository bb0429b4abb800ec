import {
  type CatalogueInstance,
  type CataloguePrice,
  placeText,
  type Replacement,
} from "../catalogue/catalogue.ts";
import type { CatalogueImport, Drift, PriceChange } from "../catalogue/drift.ts";
import { microUsdToUsd } from "../hardware/price.ts";
import type { Colours } from "./colours.ts";
import { plural, printable, usdColumn } from "./format.ts";
import { joinBlocks, renderItem, renderTable, wrap } from "./layout.ts";

/** Longer lists are cut; JSON has them whole. */
const MOST_ROWS = 40;

/** What an import would change, for people. */
export function renderDrift(imported: CatalogueImport, drift: Drift, colours: Colours): string {
  return joinBlocks([
    colours.bold(
      wrap(
        `${printable(imported.provider)}: ${plural(drift.changed.length, "changed price")}, ${drift.new.length} new, ${drift.gone.length} gone, ${drift.unchangedCount} unchanged; ${plural(drift.instances.length, "instance")} with different figures.`,
      ),
    ),
    section("Changed", drift.changed, colours, (rows) =>
      renderTable(
        [
          ...PRICE_HEADS,
          { head: "before", align: "right" },
          { head: "after", align: "right" },
          { head: "change", align: "right" },
        ],
        rows.map((change) => [
          ...priceCells(change.after),
          usdColumn(microUsdToUsd(change.before.microUsdPerHour)),
          usdColumn(microUsdToUsd(change.after.microUsdPerHour)),
          changeText(change),
        ]),
      ),
    ),
    section("New", drift.new, colours, priceTable),
    section("Gone", drift.gone, colours, priceTable),
    section("Different figures", drift.instances, colours, (rows) =>
      rows.map((row) => renderItem("- ", instanceText(row))).join("\n"),
    ),
    drift.uncoveredCount === 0
      ? ""
      : wrap(
          `${plural(drift.uncoveredCount, "price")} of ${printable(imported.provider)} ${drift.uncoveredCount === 1 ? "is" : "are"} of regions or kinds that the files do not have, or of rows left out, and ${drift.uncoveredCount === 1 ? "stays" : "stay"}.`,
        ),
    section("Noted", imported.notes, colours, (notes) =>
      notes
        .map(({ message, rows, firstPlace }) =>
          renderItem(
            "- ",
            printable(
              `${message} (${placeText(firstPlace)}${rows > 1 ? ` and ${rows - 1} more` : ""}).`,
            ),
          ),
        )
        .join("\n"),
    ),
  ]);
}

/** What an import would change, as JSON. */
export function driftJson(imported: CatalogueImport, drift: Drift, out: string | null): object {
  return {
    status: "SUCCESS",
    provider: imported.provider,
    changed: drift.changed.map(({ before, after, percent }) => ({
      ...priceJson(after),
      usd_per_hour_before: microUsdToUsd(before.microUsdPerHour),
      as_of_before: before.asOf,
      change_percent: Number.isFinite(percent) ? percent : null,
    })),
    new: drift.new.map(priceJson),
    gone: drift.gone.map(priceJson),
    unchanged: drift.unchangedCount,
    not_covered: drift.uncoveredCount,
    instances: drift.instances.map(({ before, changes }) => ({
      provider: before.provider,
      instance: before.instance,
      changes,
    })),
    notes: imported.notes.map(({ message, rows, firstPlace }) => ({
      message,
      rows,
      first: placeText(firstPlace),
    })),
    out,
    warnings: [],
  };
}

const PRICE_HEADS = [{ head: "instance" }, { head: "region" }, { head: "kind" }] as const;

function priceCells({ instance, region, kind }: CataloguePrice): readonly string[] {
  return [printable(instance), printable(region), kind];
}

function priceTable(rows: readonly CataloguePrice[]): string {
  return renderTable(
    [...PRICE_HEADS, { head: "USD/h", align: "right" }],
    rows.map((row) => [...priceCells(row), usdColumn(microUsdToUsd(row.microUsdPerHour))]),
  );
}

function section<Row>(
  title: string,
  rows: readonly Row[],
  colours: Colours,
  render: (rows: readonly Row[]) => string,
): string {
  if (rows.length === 0) return "";
  const more = rows.length - MOST_ROWS;
  return [
    colours.bold(`${title} (${rows.length})`),
    render(rows.slice(0, MOST_ROWS)),
    ...(more > 0 ? [`  and ${more} more; --json lists all`] : []),
  ].join("\n");
}

/** "+12.5 %", with a minus for what became cheaper. */
function changeText({ percent }: PriceChange): string {
  if (!Number.isFinite(percent)) return "from 0";
  return `${percent < 0 ? "-" : "+"}${Math.abs(percent).toFixed(1)} %`;
}

function instanceText({
  before,
  changes,
}: {
  readonly before: CatalogueInstance;
  readonly changes: Replacement["changes"];
}): string {
  const words = changes.map((change) => `${change.column} ${change.before} -> ${change.after}`);
  return printable(`${before.instance}: ${words.join(", ")}`);
}

function priceJson(row: CataloguePrice): object {
  return {
    provider: row.provider,
    instance: row.instance,
    region: row.region,
    kind: row.kind,
    usd_per_hour: microUsdToUsd(row.microUsdPerHour),
    as_of: row.asOf,
    source: row.source,
  };
}
