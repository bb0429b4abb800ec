import { InputError } from "../errors.ts";
import type { GpuSpec } from "../hardware/gpu-specs.ts";
import type { InstanceType } from "../hardware/instance.ts";
import { groupBy } from "../lists.ts";
import { nearestHint } from "../nearest.ts";
import {
  type Catalogue,
  type CatalogueDiscount,
  type CatalogueInstance,
  type CataloguePrice,
  compareTexts,
  instanceKey,
  placeText,
  priceKey,
} from "./catalogue.ts";
import { changesBetween, INSTANCE_TABLE } from "./columns.ts";
import { discounted, discountOn } from "./discounts.ts";
import { catalogueGpu, catalogueGpuNames } from "./gpus.ts";

/** A machine type with the figures of its GPU. */
export interface MachineType {
  readonly row: CatalogueInstance;
  readonly gpu: GpuSpec;
}

/** A machine type at a price. */
export interface Offer {
  readonly type: MachineType;
  /** The row the price was read from. */
  readonly price: CataloguePrice;
  readonly discount: CatalogueDiscount | null;
  /** What is paid: the price less the discount, whole micro-dollars per hour. */
  readonly microUsdPerHour: number;
  /** Other rows of the same offer with another price; the newest counts, and of one date the dearer. */
  readonly conflicts: readonly CataloguePrice[];
}

/** Everything a catalogue offers, by provider, type, region and kind of price. */
export interface Market {
  readonly types: readonly MachineType[];
  readonly offers: readonly Offer[];
  /** Price rows of machine types that the catalogue does not have. */
  readonly strayPrices: readonly CataloguePrice[];
}

/**
 * Joins instances, prices, GPUs and discounts.
 * @throws InputError with file and line when an instance's GPU is unknown, or two rows of an instance disagree
 */
export function marketOf(catalogue: Catalogue): Market {
  const types = [...groupBy(catalogue.instances, instanceKey).values()]
    .map((rows) => machineType(catalogue, rows))
    .sort((a, b) => compareTexts(instanceKey(a.row), instanceKey(b.row)));
  const byKey = new Map(types.map((type) => [instanceKey(type.row), type]));
  const offers: Offer[] = [];
  const strayPrices: CataloguePrice[] = [];
  for (const rows of groupBy(catalogue.prices, priceKey).values()) {
    const type = byKey.get(instanceKey(rows[0]!));
    if (type) offers.push(offerOf(catalogue, type, rows));
    else strayPrices.push(...rows);
  }
  offers.sort((a, b) => compareTexts(priceKey(a.price), priceKey(b.price)));
  return { types, offers, strayPrices };
}

function machineType(catalogue: Catalogue, rows: readonly CatalogueInstance[]): MachineType {
  const row = rows[0]!;
  for (const other of rows.slice(1)) {
    const [change] = changesBetween(INSTANCE_TABLE, row, other);
    if (change) {
      throw new InputError(
        `${placeText(other.place)}, column ${change.column}`,
        `${row.instance} of ${row.provider} is also in ${placeText(row.place)}, and the two rows disagree (${change.after} here, ${change.before} there).`,
        "Keep the row that is right.",
      );
    }
  }
  const gpu = catalogueGpu(catalogue, row.gpu);
  if (gpu) return { row, gpu };
  throw new InputError(
    `${placeText(row.place)}, column gpu`,
    `"${row.gpu}" is not a known GPU.`,
    `${nearestHint(row.gpu, catalogueGpuNames(catalogue))} A GPU of your own is a row of gpus.csv.`,
  );
}

function offerOf(
  { discounts }: Catalogue,
  type: MachineType,
  rows: readonly CataloguePrice[],
): Offer {
  const [price, ...others] = [...rows].sort(
    (a, b) => compareTexts(b.asOf ?? "", a.asOf ?? "") || b.microUsdPerHour - a.microUsdPerHour,
  );
  const discount = price!.kind === "owned" ? null : discountOn(discounts, price!);
  return {
    type,
    price: price!,
    discount,
    microUsdPerHour: discounted(price!.microUsdPerHour, discount),
    conflicts: others.filter(({ microUsdPerHour }) => microUsdPerHour !== price!.microUsdPerHour),
  };
}

/** The region of machines that a provider puts where it likes: two of them may stand in different data centres. */
const ANYWHERE = "anywhere";

/**
 * The machine type as the core knows it, standing at a site. Links reach no further than one region of one provider; where the
 * region is not known, no further than the provider's other machines of which it is not known either.
 */
export function instanceAt(
  { row, gpu }: MachineType,
  region: string | null,
  name: string,
): InstanceType {
  return {
    name,
    provider: row.provider,
    gpuModel: gpu.name,
    gpuCount: row.gpus,
    gpuMemoryGib: row.gpuMemoryGib,
    insideGBytesPerSecond: row.insideGBytesPerSecond,
    externalGbitsPerSecond: row.networkGbitsPerSecond,
    gpu,
    typeName: row.instance,
    site: region === null ? row.provider : `${row.provider}/${region}`,
    ...(region === ANYWHERE && { isScattered: true }),
  };
}
