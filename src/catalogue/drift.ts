import { InputError } from "../errors.ts";
import { sortedByText } from "../lists.ts";
import { nearestHint } from "../nearest.ts";
import {
  type Catalogue,
  type CatalogueInstance,
  type CataloguePrice,
  EMPTY_CATALOGUE,
  instanceKey,
  type PriceKind,
  priceKey,
  type Replacement,
  type RowPlace,
} from "./catalogue.ts";
import { changesBetween, INSTANCE_TABLE } from "./columns.ts";

/** Prices, and figures of machine types, that were read from another catalogue. */
export interface CatalogueImport {
  readonly provider: string;
  /** Kinds of prices that the source has. */
  readonly kinds: readonly PriceKind[];
  /** Regions that the source covers, also those without a price that was taken. */
  readonly regions: readonly string[];
  readonly prices: readonly CataloguePrice[];
  /** `instance region` of rows that were left out as wrong: they say nothing about the prices that are there. */
  readonly refused: ReadonlySet<string>;
  /** Known machine types with figures that the source gives otherwise. */
  readonly instances: readonly CatalogueInstance[];
  readonly notes: readonly ImportNote[];
}

/** Something that was met while reading, however many rows it is about. */
export interface ImportNote {
  readonly message: string;
  /** Rows that it is about. */
  readonly rows: number;
  readonly firstPlace: RowPlace;
}

/** A price that an import changes. */
export interface PriceChange {
  readonly before: CataloguePrice;
  readonly after: CataloguePrice;
  /** 100 · (after ÷ before − 1); Infinity where it was 0. */
  readonly percent: number;
}

/** What an import would change in a catalogue. */
export interface Drift {
  readonly new: readonly CataloguePrice[];
  /** Prices of the source's regions and kinds that it has no more. */
  readonly gone: readonly CataloguePrice[];
  /** The largest changes first. */
  readonly changed: readonly PriceChange[];
  /** Prices that stay what they are. */
  readonly unchangedCount: number;
  /** Prices of the provider that the source says nothing about. */
  readonly uncoveredCount: number;
  readonly instances: readonly {
    readonly before: CatalogueInstance;
    readonly after: CatalogueInstance;
    readonly changes: Replacement["changes"];
  }[];
}

/**
 * The part of an import that is about some regions.
 * @throws InputError at `where` for a region that the source does not have
 */
export function inRegions(
  imported: CatalogueImport,
  regions: readonly string[],
  where: string,
): CatalogueImport {
  const unknown = regions.find((region) => !imported.regions.includes(region));
  if (unknown !== undefined) {
    throw new InputError(
      where,
      `the files have no region "${unknown}" with instances of the catalogue.`,
      nearestHint(unknown, imported.regions),
    );
  }
  return {
    ...imported,
    regions: imported.regions.filter((region) => regions.includes(region)),
    prices: imported.prices.filter(({ region }) => regions.includes(region)),
  };
}

/** Compares an import with what a catalogue says now. */
export function driftOf(present: Catalogue, imported: CatalogueImport): Drift {
  const before = new Map(present.prices.map((row) => [priceKey(row), row]));
  const after = new Map(imported.prices.map((row) => [priceKey(row), row]));
  const rows = sortedByText(after.values(), priceKey);
  const changed = rows.flatMap((row): readonly PriceChange[] => {
    const old = before.get(priceKey(row));
    if (!old || old.microUsdPerHour === row.microUsdPerHour) return [];
    const percent = 100 * (row.microUsdPerHour / old.microUsdPerHour - 1);
    return [{ before: old, after: row, percent }];
  });
  const known = rows.filter((row) => before.has(priceKey(row)));
  const ofProvider = present.prices.filter(({ provider }) => provider === imported.provider);
  const types = new Map(present.instances.map((row) => [instanceKey(row), row]));
  return {
    new: rows.filter((row) => !before.has(priceKey(row))),
    gone: sortedByText(
      ofProvider.filter((row) => isCovered(row, imported) && !after.has(priceKey(row))),
      priceKey,
    ),
    changed: changed
      .map((change, index) => ({ change, index }))
      .sort((a, b) => Math.abs(b.change.percent) - Math.abs(a.change.percent) || a.index - b.index)
      .map(({ change }) => change),
    unchangedCount: known.length - changed.length,
    uncoveredCount: ofProvider.filter(
      (row) => !isCovered(row, imported) && !after.has(priceKey(row)),
    ).length,
    instances: imported.instances.flatMap((row) => {
      const old = types.get(instanceKey(row));
      const changes = old ? changesBetween(INSTANCE_TABLE, old, row) : [];
      return old && changes.length > 0 ? [{ before: old, after: row, changes }] : [];
    }),
  };
}

/**
 * A catalogue after an import: prices of the source's provider, regions and kinds are the source's, all else stays.
 * @param target what lies where the import is written to; null: nothing yet
 */
export function applyImport(target: Catalogue | null, imported: CatalogueImport): Catalogue {
  const base = target ?? EMPTY_CATALOGUE;
  const taken = new Set(imported.prices.map(priceKey));
  const types = new Set(imported.instances.map(instanceKey));
  return {
    ...base,
    prices: sortedByText(
      [
        ...base.prices.filter(
          (row) =>
            !taken.has(priceKey(row)) &&
            !(row.provider === imported.provider && isCovered(row, imported)),
        ),
        ...imported.prices,
      ],
      priceKey,
    ),
    instances: sortedByText(
      [...base.instances.filter((row) => !types.has(instanceKey(row))), ...imported.instances],
      instanceKey,
    ),
  };
}

function isCovered(
  { instance, region, kind }: CataloguePrice,
  { regions, kinds, refused }: CatalogueImport,
): boolean {
  return regions.includes(region) && kinds.includes(kind) && !refused.has(`${instance} ${region}`);
}
