import { z } from "zod";
import { BOUNDS } from "../../bounds.ts";
import { PRICE_KINDS, type PriceKind } from "../../catalogue/catalogue.ts";
import { DEFAULT_MAX_COUNT, MOST_INSTANCES } from "../../catalogue/pool-spec.ts";

/** One item of `pool:` as it stands in the file. */
export interface PoolItemInput {
  readonly instance?: string | string[] | undefined;
  readonly gpus?: string | string[] | undefined;
  readonly providers?: string | string[] | undefined;
  readonly regions?: string | string[] | undefined;
  readonly price_kinds?: PriceKind | PriceKind[] | undefined;
  readonly max_count?: number | undefined;
  readonly usd_per_hour?: number | undefined;
  readonly owned?: number | undefined;
}

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const count = z.int().max(MOST_INSTANCES);

const FIELDS = {
  instance: names.meta({ description: "Instance types by name, such as p5.48xlarge." }),
  gpus: names.meta({ description: "GPUs by name or part of it, such as H100 or A100 80GB." }),
  providers: names.meta({ description: "Clouds, such as AWS or Lambda." }),
  regions: names.meta({ description: "Regions, such as us-east-1." }),
  price_kinds: z
    .union([z.enum(PRICE_KINDS), z.array(z.enum(PRICE_KINDS)).min(1)])
    .meta({ description: `Price kinds to use: ${PRICE_KINDS.join(", ")}; default on-demand.` }),
  max_count: count
    .min(1)
    .meta({ description: `Maximum instances of each offer; default ${DEFAULT_MAX_COUNT}.` }),
  usd_per_hour: z
    .number()
    .min(0)
    .max(BOUNDS.usdPerHour.most)
    .meta({ description: "Price of one instance in USD per hour; replaces the catalogue's." }),
  owned: count
    .min(0)
    .meta({ description: "Number of instances already owned; they cost nothing." }),
};

/** The keys of an item of `pool:`. */
export const POOL_FIELDS: readonly string[] = Object.keys(FIELDS);

/** An item of `pool:`: which offers of the catalogue may be rented, and how many instances of each. */
export const POOL_ITEM: z.ZodType<PoolItemInput> = z
  .strictObject(FIELDS)
  .partial()
  .meta({
    title: "Offers to rent",
    description: "Offers of the catalogue that meet all given conditions.",
    examples: [{ gpus: ["H100"], regions: ["us-east-1"], max_count: 4 }],
  });

/** What a field of an item is, in a sentence; undefined for a name that is none. */
export function poolFieldHelp(name: string): string | undefined {
  return Object.hasOwn(FIELDS, name)
    ? FIELDS[name as keyof typeof FIELDS].meta()?.description
    : undefined;
}
