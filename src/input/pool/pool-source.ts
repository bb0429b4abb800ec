import type { PoolSelection } from "../../catalogue/select-pool.ts";
import { InputError } from "../../errors.ts";
import { createPool, type Pool, type PoolEntry } from "../../hardware/pool.ts";
import { groupBy } from "../../lists.ts";
import { nearestHint } from "../../nearest.ts";
import { flagNumber } from "../config/sourced-value.ts";
import type { SourceText } from "../text/source-text.ts";
import { findInstance, parseInstanceTable } from "./parse-instances.ts";
import { parsePool } from "./parse-pool.ts";

/** What can be rented: gpu_pool.csv with its table of instances, or a choice from a catalogue. */
export type PoolSource =
  | { readonly pool: SourceText; readonly instances: SourceText }
  | { readonly pool: PoolSelection };

/** What the command line says of a pool. */
export interface PoolFlags {
  /** --cloud-provider, of gpu_pool.csv; default AWS. */
  readonly cloudProvider?: string | undefined;
  /** --own: how many instances of a type are owned already and cost nothing, by name. */
  readonly ownedByType?: ReadonlyMap<string, number> | undefined;
}

/** The provider of what gpu_pool.csv lists: the founding pool is of AWS. */
export const DEFAULT_PROVIDER = "AWS";

/**
 * The pool of a source, with instances that are owned.
 * @throws InputError for files that cannot be read, and for owned instances that the pool does not have
 */
export function poolOf(
  source: PoolSource,
  flags: PoolFlags,
): { readonly pool: Pool; readonly notes: readonly string[] } {
  const { entries, notes, placeOf } =
    "entries" in source.pool ? chosen(source.pool) : filed(source as Filed, flags);
  const owned = flags.ownedByType ?? new Map<string, number>();
  const byName = groupBy(entries, ({ instance }) => instance.name);
  for (const [name, number] of owned) checkOwned(byName, name, number, placeOf);
  return {
    pool: createPool(
      entries.map((entry) => {
        const ownedCount = owned.get(entry.instance.name);
        return ownedCount === undefined ? entry : { ...entry, ownedCount };
      }),
    ),
    notes,
  };
}

type Filed = Extract<PoolSource, { readonly instances: SourceText }>;

interface Entries {
  readonly entries: readonly PoolEntry[];
  readonly notes: readonly string[];
  /** Where the count of a type is said, for messages. */
  readonly placeOf: (name: string) => string;
}

function chosen({ entries, warnings }: PoolSelection): Entries {
  return { entries, notes: warnings, placeOf: () => "" };
}

function filed(
  { pool, instances }: Filed,
  { cloudProvider = DEFAULT_PROVIDER }: PoolFlags,
): Entries {
  const poolFile = parsePool(pool.text, pool.fileName);
  const table = parseInstanceTable(instances.text, instances.fileName);
  return {
    entries: poolFile.rows.map((row) => ({
      ...findInstance(table, cloudProvider, poolFile, row),
      count: row.count,
    })),
    notes: [],
    placeOf: (name) =>
      ` (${poolFile.fileName}:${poolFile.rows.find((row) => row.name === name)!.line})`,
  };
}

/** Only instances of the pool can be owned, and not more of them than the pool has. */
function checkOwned(
  byName: ReadonlyMap<string, readonly PoolEntry[]>,
  name: string,
  number: number,
  placeOf: Entries["placeOf"],
): void {
  const entry = byName.get(name)?.[0];
  if (!entry) {
    const names = [...byName.keys()];
    const variants = names.filter(
      (each) => each.startsWith(`${name}@`) || each.startsWith(`${name}:`),
    );
    throw new InputError(
      "--own",
      `"${name}" is not in the pool.`,
      variants.length > 0
        ? `It occurs more than once; choose one of: ${variants.join(", ")}.`
        : nearestHint(name, names),
    );
  }
  flagNumber("--own", number, { unit: "instances", integer: true, min: 0 });
  if (number > entry.count) {
    throw new InputError(
      "--own",
      `${number} of ${name} are owned, but the pool has ${entry.count}${placeOf(name)}.`,
      `Give at most ${entry.count}, or raise the count in the pool.`,
    );
  }
}
