import { InputError } from "../errors.ts";
import type { GpuSpec } from "../hardware/gpu-specs.ts";
import type { InstanceType } from "../hardware/instance.ts";
import { nearestHint } from "../nearest.ts";
import {
  type Catalogue,
  type CatalogueDiscount,
  type CatalogueInstance,
  type CataloguePrice,
  compareTexts,
  placeText,
} from "./catalogue.ts";
import { changesBetween, INSTANCE_TABLE } from "./columns.ts";
import { discounted, type FindDiscount } from "./discounts.ts";
import { catalogueGpuNames, type FindGpu } from "./gpus.ts";

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

/**
 * The machine type that rows of one provider and name mean.
 * @throws InputError with file and line when its GPU is unknown, or two of the rows disagree
 */
export function machineType(
  catalogue: Catalogue,
  findGpu: FindGpu,
  rows: readonly CatalogueInstance[],
): MachineType {
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
  const gpu = findGpu(row.gpu);
  if (gpu) return { row, gpu };
  throw new InputError(
    `${placeText(row.place)}, column gpu`,
    `"${row.gpu}" is not a known GPU.`,
    `${nearestHint(row.gpu, catalogueGpuNames(catalogue))} A GPU of your own is a row of gpus.csv.`,
  );
}

/** The offer that price rows of one type, region and kind mean. */
export function offerOf(
  findDiscount: FindDiscount,
  type: MachineType,
  rows: readonly CataloguePrice[],
): Offer {
  const [price, ...others] = [...rows].sort(
    (a, b) => compareTexts(b.asOf ?? "", a.asOf ?? "") || b.microUsdPerHour - a.microUsdPerHour,
  );
  const discount = price!.kind === "owned" ? null : findDiscount(price!);
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
