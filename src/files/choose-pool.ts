import {
  DEFAULT_MAX_COUNT,
  MOST_INSTANCES,
  parsePoolSpec,
  readPriceKind,
} from "../catalogue/pool-spec.ts";
import { type PoolItem, type PoolSelection, selectPool } from "../catalogue/select-pool.ts";
import { InputError } from "../errors.ts";
import { flagNumber } from "../input/config/sourced-value.ts";
import { parsePoolCsv } from "../input/pool/parse-pool-csv.ts";
import { readCatalogue } from "./read-catalogue.ts";
import { readText } from "./read-text.ts";

/** What the command line says of a pool out of the catalogue. */
export interface CatalogueFlags {
  /** --instances: TYPE[@REGION][:KIND]=N,… */
  readonly instances?: string | undefined;
  /** --pool: path of a CSV of instances, or what `pool:` of a configuration file lists. */
  readonly poolItems?: string | readonly PoolItem[] | undefined;
  /** --providers. */
  readonly providers?: readonly string[] | undefined;
  /** --regions. */
  readonly regions?: readonly string[] | undefined;
  /** --gpus. */
  readonly gpus?: readonly string[] | undefined;
  /** --price-kinds. */
  readonly priceKinds?: readonly string[] | undefined;
  /** --max-count: instances of each offer. */
  readonly maxCount?: number | undefined;
  /** --catalogue: directory that is laid over the shipped catalogue. */
  readonly catalogueDirectory?: string | undefined;
}

/** The flags that choose from a catalogue; `catalogueDirectory` says only which one. */
const CHOICES = [
  "instances",
  "poolItems",
  "providers",
  "regions",
  "gpus",
  "priceKinds",
  "maxCount",
] as const satisfies readonly (keyof CatalogueFlags)[];

function choosesAny(flags: CatalogueFlags): boolean {
  return CHOICES.some((name) => flags[name] !== undefined);
}

/** Whether any flag asks for a pool out of the catalogue. */
export function asksForCatalogue(flags: CatalogueFlags): boolean {
  return choosesAny(flags) || flags.catalogueDirectory !== undefined;
}

/**
 * The pool that flags choose from the shipped catalogue and the user's own; everything in it on demand where they ask for nothing.
 * @param today ISO date that ages of prices are counted to
 * @throws InputError as `selectPool` and the readers do
 */
export function choosePool(flags: CatalogueFlags, today: string): PoolSelection {
  const selection = selectPool(readCatalogue(flags.catalogueDirectory), itemsOf(flags), today);
  if (choosesAny(flags)) return selection;
  const note = `nothing is said of the pool: it is all that the catalogue has on demand, ${selection.entries.length} offers, ${DEFAULT_MAX_COUNT} instances of each.`;
  return { ...selection, warnings: [note, ...selection.warnings] };
}

function itemsOf(flags: CatalogueFlags): readonly PoolItem[] {
  const { instances, poolItems, providers, regions, gpus, maxCount } = flags;
  const kinds = flags.priceKinds?.map((kind) => readPriceKind(kind, "--price-kinds"));
  const conditions = {
    ...(providers && { providers }),
    ...(regions && { regions }),
    ...(gpus && { gpus }),
    ...(kinds && { kinds }),
  };
  const named = [
    ...(instances === undefined ? [] : parsePoolSpec(instances, "--instances")),
    ...(typeof poolItems === "string"
      ? parsePoolCsv(readText(poolItems), poolItems)
      : (poolItems ?? [])),
  ];
  if (named.length === 0) {
    const count =
      maxCount === undefined
        ? DEFAULT_MAX_COUNT
        : flagNumber("--max-count", maxCount, {
            unit: "instances",
            integer: true,
            min: 1,
            max: MOST_INSTANCES,
          });
    return [{ where: whereOf(flags), ...conditions, maxCount: count }];
  }
  // A list of a configuration file has taken the number already, where its items do not say one.
  const counted =
    instances !== undefined ? "--instances" : typeof poolItems === "string" ? "--pool" : null;
  if (maxCount !== undefined && counted !== null) {
    throw new InputError(
      "--max-count",
      `it cannot stand beside ${counted}, which has a count for each type.`,
      "Leave one of the two out.",
    );
  }
  // What an item says itself wins over what is said for all.
  return named.map((item) => ({ ...conditions, ...item }));
}

/** The flags that a pool of no named types comes from. */
function whereOf({ providers, regions, gpus, priceKinds }: CatalogueFlags): string {
  const said = [
    providers && "--providers",
    regions && "--regions",
    gpus && "--gpus",
    priceKinds && "--price-kinds",
  ].filter((flag) => flag !== undefined);
  return said.length === 0 ? "the catalogue" : said.join(", ");
}
