import { groupBy, sortedByText } from "../lists.ts";
import { type Catalogue, type CataloguePrice, instanceKey } from "./catalogue.ts";
import { discountsOf, type FindDiscount } from "./discounts.ts";
import { gpusOf, meansGpu } from "./gpus.ts";
import { type MachineType, machineType, type Offer, offerOf } from "./offers.ts";

/** Everything a catalogue offers. Offers of a type are put together when they are asked for: few of many are. */
export class Market {
  /** By provider and name. */
  readonly types: readonly MachineType[];
  /** Price rows of machine types that the catalogue does not have. */
  readonly strayPrices: readonly CataloguePrice[];
  readonly #rows: ReadonlyMap<MachineType, readonly CataloguePrice[]>;
  readonly #offers = new Map<MachineType, readonly Offer[]>();
  readonly #findDiscount: FindDiscount;
  readonly #byLower: Readonly<Record<TypeName, ReadonlyMap<string, readonly MachineType[]>>>;
  readonly #gpuNames: readonly string[];
  readonly #byGpuText = new Map<string, readonly MachineType[]>();
  #regions: ReadonlySet<string> | null = null;

  constructor(types: readonly MachineType[], { prices, discounts }: Catalogue) {
    this.types = types;
    this.#findDiscount = discountsOf(discounts);
    const byLower = (field: TypeName): ReadonlyMap<string, readonly MachineType[]> =>
      groupBy(types, ({ row }) => row[field].toLowerCase());
    this.#byLower = { provider: byLower("provider"), instance: byLower("instance") };
    this.#gpuNames = [...new Set(types.map(({ gpu }) => gpu.name))];
    const { ofTypes, stray } = sortOut(types, prices);
    this.#rows = ofTypes;
    this.strayPrices = stray;
  }

  /** By provider, type, region and kind of price. */
  get offers(): readonly Offer[] {
    return this.types.flatMap((type) => this.offersOf(type));
  }

  /** By region and kind of price. */
  offersOf(type: MachineType): readonly Offer[] {
    const known = this.#offers.get(type);
    if (known !== undefined) return known;
    const rows = groupBy(this.#rows.get(type) ?? [], ({ region, kind }) => `${region} ${kind}`);
    const offers = sortedByText(rows, ([key]) => key).map(([, each]) =>
      offerOf(this.#findDiscount, type, each),
    );
    this.#offers.set(type, offers);
    return offers;
  }

  /** The types of a provider, or of a name, whatever its letter case, in the order of all types. */
  typesNamed(field: TypeName, name: string): readonly MachineType[] {
    return this.#byLower[field].get(name.toLowerCase()) ?? [];
  }

  /** The types with a GPU that a text means, in the order of all types. */
  typesWithGpu(text: string): readonly MachineType[] {
    let types = this.#byGpuText.get(text);
    if (types === undefined) {
      const meant = new Set(this.#gpuNames.filter((name) => meansGpu(text, name)));
      types = this.types.filter(({ gpu }) => meant.has(gpu.name));
      this.#byGpuText.set(text, types);
    }
    return types;
  }

  /** Whether anything has a price in a region of this name, whatever its letter case. */
  hasRegion(name: string): boolean {
    this.#regions ??= new Set(
      [...this.#rows.values()].flatMap((rows) => rows.map(({ region }) => region.toLowerCase())),
    );
    return this.#regions.has(name.toLowerCase());
  }
}

type TypeName = "provider" | "instance";

/** Price rows by the type that they are of. */
function sortOut(
  types: readonly MachineType[],
  prices: readonly CataloguePrice[],
): {
  readonly ofTypes: ReadonlyMap<MachineType, readonly CataloguePrice[]>;
  readonly stray: readonly CataloguePrice[];
} {
  const ofTypes = new Map(types.map((type): [MachineType, CataloguePrice[]] => [type, []]));
  const byProvider = new Map<string, Map<string, CataloguePrice[]>>();
  for (const [{ row }, rows] of ofTypes) {
    const byInstance = byProvider.get(row.provider);
    if (byInstance) byInstance.set(row.instance, rows);
    else byProvider.set(row.provider, new Map([[row.instance, rows]]));
  }
  const stray: CataloguePrice[] = [];
  for (const row of prices) {
    (byProvider.get(row.provider)?.get(row.instance) ?? stray).push(row);
  }
  return { ofTypes, stray };
}

/**
 * Joins instances, prices, GPUs and discounts.
 * @throws InputError with file and line when an instance's GPU is unknown, or two rows of an instance disagree
 */
export function marketOf(catalogue: Catalogue): Market {
  const findGpu = gpusOf(catalogue);
  const types = [...groupBy(catalogue.instances, instanceKey).values()].map((rows) =>
    machineType(catalogue, findGpu, rows),
  );
  return new Market(
    sortedByText(types, ({ row }) => instanceKey(row)),
    catalogue,
  );
}
