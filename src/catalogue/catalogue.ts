import type { GpuLink, GpuSpec } from "../hardware/gpu-specs.ts";

/** How a price is paid. */
export const PRICE_KINDS = ["on-demand", "spot", "reserved", "owned"] as const;
export type PriceKind = (typeof PRICE_KINDS)[number];

/** Where a row stands. */
export interface RowPlace {
  readonly fileName: string;
  /** From 1. */
  readonly line: number;
}

/** A machine type of a provider, without a price. */
export interface CatalogueInstance {
  readonly provider: string;
  /** The provider's own name of the type. */
  readonly instance: string;
  /** Name of a GPU of the catalogue or of the shipped table. */
  readonly gpu: string;
  readonly gpus: number;
  /** Nominal memory of one GPU, GiB. */
  readonly gpuMemoryGib: number;
  /** Between two GPUs of the instance, GB/s (10⁹ bytes). */
  readonly insideGBytesPerSecond: number;
  readonly link: GpuLink;
  /** Of the whole instance, Gbit/s. */
  readonly networkGbitsPerSecond: number;
  readonly vcpus: number | null;
  readonly hostMemoryGib: number | null;
  readonly source: string;
  /** ISO date; null when the row does not say. */
  readonly checkedOn: string | null;
  readonly place: RowPlace;
}

/** What a machine type costs in one region, as the source says it, discounts not taken off. */
export interface CataloguePrice {
  readonly provider: string;
  readonly instance: string;
  readonly region: string;
  readonly kind: PriceKind;
  /** Of the whole instance; whole micro-dollars. */
  readonly microUsdPerHour: number;
  /** ISO date of the price; null when the row does not say. */
  readonly asOf: string | null;
  readonly source: string;
  readonly place: RowPlace;
}

/** A GPU of the user's own. */
export interface CatalogueGpu {
  readonly spec: GpuSpec;
  readonly source: string;
  readonly place: RowPlace;
}

/** What is taken off prices; null stands for any. */
export interface CatalogueDiscount {
  readonly provider: string | null;
  readonly instance: string | null;
  readonly region: string | null;
  readonly kind: PriceKind | null;
  /** 0 to below 100. */
  readonly discountPercent: number;
  readonly source: string;
  readonly place: RowPlace;
}

/** A row that took the place of another one of the same key with different figures. */
export interface Replacement {
  readonly what: "GPU" | "instance" | "price" | "discount";
  /** The key in words: "AWS p5.48xlarge us-east-1 on-demand". */
  readonly name: string;
  /** Columns that differ, with the old and the new figure. */
  readonly changes: readonly {
    readonly column: string;
    readonly before: string;
    readonly after: string;
  }[];
  readonly before: RowPlace;
  readonly after: RowPlace;
}

/** Machine types, prices, own GPUs and discounts. Rows keep the order of their files. */
export interface Catalogue {
  readonly gpus: readonly CatalogueGpu[];
  readonly instances: readonly CatalogueInstance[];
  readonly prices: readonly CataloguePrice[];
  readonly discounts: readonly CatalogueDiscount[];
  /** What was replaced when catalogues were laid over one another. */
  readonly replacements: readonly Replacement[];
}

export const EMPTY_CATALOGUE: Catalogue = {
  gpus: [],
  instances: [],
  prices: [],
  discounts: [],
  replacements: [],
};

/** `file:line`, for messages. */
export function placeText({ fileName, line }: RowPlace): string {
  return `${fileName}:${line}`;
}

/** Rows of one key say the same thing. */
export function instanceKey({
  provider,
  instance,
}: Pick<CatalogueInstance, "provider" | "instance">): string {
  return `${provider} ${instance}`;
}

export function priceKey(
  row: Pick<CataloguePrice, "provider" | "instance" | "region" | "kind">,
): string {
  return `${instanceKey(row)} ${row.region} ${row.kind}`;
}

export function discountKey({ provider, instance, region, kind }: CatalogueDiscount): string {
  return [provider, instance, region, kind].map((part) => part ?? "*").join(" ");
}

/** Compares texts by their code units, the same everywhere. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
