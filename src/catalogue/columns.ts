import { microUsdToUsd } from "../hardware/price.ts";
import {
  type Catalogue,
  type CatalogueDiscount,
  type CatalogueGpu,
  type CatalogueInstance,
  type CataloguePrice,
  discountKey,
  instanceKey,
  priceKey,
  type Replacement,
  type RowPlace,
} from "./catalogue.ts";

/** What makes two rows of a table the same row, and what they can disagree in. */
export interface TableKind<Row extends { readonly place: RowPlace }> {
  readonly what: Replacement["what"];
  readonly rowsOf: (catalogue: Catalogue) => readonly Row[];
  readonly key: (row: Row) => string;
  /** Figures by column; sources and dates are none. */
  readonly figures: (row: Row) => Readonly<Record<string, string | number | null>>;
}

export const GPU_TABLE: TableKind<CatalogueGpu> = {
  what: "GPU",
  rowsOf: ({ gpus }) => gpus,
  key: ({ spec }) => spec.name,
  figures: ({ spec }) => ({
    gpu_class: spec.gpuClass,
    tflops_16bit: spec.tflops16,
    tflops_8bit: spec.tflops8,
    tflops_4bit: spec.tflops4,
    memory_gbytes_per_second: spec.memoryGBytesPerSecond,
    usable_memory_gib: spec.usableMemoryGib,
    tdp_watts: spec.tdpWatts,
    link: spec.link,
  }),
};

export const INSTANCE_TABLE: TableKind<CatalogueInstance> = {
  what: "instance",
  rowsOf: ({ instances }) => instances,
  key: instanceKey,
  figures: (row) => ({
    gpu: row.gpu,
    gpus: row.gpus,
    gpu_memory_gib: row.gpuMemoryGib,
    inside_gbytes_per_second: row.insideGBytesPerSecond,
    link: row.link,
    network_gbits_per_second: row.networkGbitsPerSecond,
    vcpus: row.vcpus,
    host_memory_gib: row.hostMemoryGib,
  }),
};

export const PRICE_TABLE: TableKind<CataloguePrice> = {
  what: "price",
  rowsOf: ({ prices }) => prices,
  key: priceKey,
  figures: ({ microUsdPerHour }) => ({ usd_per_hour: microUsdToUsd(microUsdPerHour) }),
};

export const DISCOUNT_TABLE: TableKind<CatalogueDiscount> = {
  what: "discount",
  rowsOf: ({ discounts }) => discounts,
  key: discountKey,
  figures: ({ discountPercent }) => ({ discount_percent: discountPercent }),
};

/** The figures in which two rows of one key differ. */
export function changesBetween<Row extends { readonly place: RowPlace }>(
  kind: TableKind<Row>,
  before: Row,
  after: Row,
): Replacement["changes"] {
  const old = kind.figures(before);
  return Object.entries(kind.figures(after))
    .filter(([column, figure]) => figure !== old[column])
    .map(([column, figure]) => ({
      column,
      before: figureText(old[column] ?? null),
      after: figureText(figure),
    }));
}

function figureText(figure: string | number | null): string {
  return figure === null ? "nothing" : String(figure);
}
