import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { ConditionPlaces } from "../../catalogue/pool-item.ts";
import {
  DEFAULT_MAX_COUNT,
  MOST_INSTANCES,
  parsePoolSpec,
  readPriceKind,
} from "../../catalogue/pool-spec.ts";
import { type PoolItem, type PoolSelection, selectPool } from "../../catalogue/select-pool.ts";
import { InputError } from "../../errors.ts";
import { flagNumber } from "../config/sourced-value.ts";
import { type OpenNamed, refuseToOpen, type SourceText } from "../text/source-text.ts";
import { parsePoolCsv } from "./parse-pool-csv.ts";

/** What flags say of a pool out of a catalogue. */
export interface ChoiceFlags {
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
}

const CHOICES = [
  "instances",
  "poolItems",
  "providers",
  "regions",
  "gpus",
  "priceKinds",
  "maxCount",
] as const satisfies readonly (keyof ChoiceFlags)[];

/** Whether any flag chooses from a catalogue. */
export function choosesAny(flags: ChoiceFlags): boolean {
  return CHOICES.some((name) => flags[name] !== undefined);
}

/**
 * The pool that flags choose from a catalogue; everything in it on demand where they ask for nothing.
 * @param today ISO date that ages of prices are counted to
 * @param open reads `poolItems` where it is a path; absent: there are no files to read
 * @throws InputError as `selectPool` and the readers do
 */
export function choosePool(
  catalogue: Catalogue,
  flags: ChoiceFlags,
  today: string,
  open: OpenNamed = refuseToOpen,
): PoolSelection {
  const selection = selectPool(catalogue, itemsOf(flags, open), today);
  if (choosesAny(flags)) return selection;
  const note = `No pool given: using all ${selection.entries.length} on-demand offers of the catalogue, ${DEFAULT_MAX_COUNT} instances of each.`;
  return { ...selection, warnings: [note, ...selection.warnings] };
}

function itemsOf(flags: ChoiceFlags, open: OpenNamed): readonly PoolItem[] {
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
    ...(typeof poolItems === "string" ? itemsIn(open(poolItems, "flag")) : (poolItems ?? [])),
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
    return [{ where: whereOf(flags), places: PLACES, ...conditions, maxCount: count }];
  }
  // A list of a configuration file has taken the number already, where its items do not say one.
  const counted =
    instances !== undefined ? "--instances" : typeof poolItems === "string" ? "--pool" : null;
  if (maxCount !== undefined && counted !== null) {
    throw new InputError(
      "--max-count",
      `it cannot be combined with ${counted}, which has a count for each type.`,
      "Leave one of the two out.",
    );
  }
  // What an item says itself wins over what is said for all.
  return named.map((item) => ({ ...conditions, places: placesBeside(item), ...item }));
}

/** Where flags say a condition for all items. */
const PLACES = {
  providers: "--providers",
  regions: "--regions",
  gpus: "--gpus",
  kinds: "--price-kinds",
} as const satisfies ConditionPlaces;

/** The same where an item has conditions of its own: those stand where the item does. */
function placesBeside(item: PoolItem): ConditionPlaces {
  const names = Object.keys(PLACES) as (keyof typeof PLACES)[];
  return Object.fromEntries(
    names.filter((name) => item[name] === undefined).map((name) => [name, PLACES[name]]),
  );
}

function itemsIn({ text, fileName }: SourceText): readonly PoolItem[] {
  return parsePoolCsv(text, fileName);
}

/** The flags that a pool of no named types comes from. */
function whereOf({ providers, regions, gpus, priceKinds }: ChoiceFlags): string {
  const said = [
    providers && "--providers",
    regions && "--regions",
    gpus && "--gpus",
    priceKinds && "--price-kinds",
  ].filter((flag) => flag !== undefined);
  return said.length === 0 ? "the catalogue" : said.join(", ");
}
