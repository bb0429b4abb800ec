import type { GpuSpec } from "../hardware/gpu-specs.ts";
import { microUsdToUsd } from "../hardware/price.ts";
import {
  type Catalogue,
  type CatalogueInstance,
  type CataloguePrice,
  type PriceKind,
  priceKey,
  type RowPlace,
} from "./catalogue.ts";
import type { CatalogueImport, ImportNote } from "./drift.ts";
import { type FindGpu, gpusOf } from "./gpus.ts";
import { shortList } from "./match-types.ts";
import { judgePrice } from "./price-bands.ts";

/** A price as a foreign catalogue has it. */
export interface ForeignPrice {
  readonly region: string;
  readonly kind: Exclude<PriceKind, "owned">;
  readonly microUsdPerHour: number;
  readonly source: string;
  readonly place: RowPlace;
}

/** Gathers what a reader of a foreign catalogue finds: the lowest price of each region, and notes with their numbers of rows. */
export class ImportCollector {
  readonly #findGpu: FindGpu;
  readonly #provider: string;
  readonly #asOf: string | null;
  readonly #types: ReadonlyMap<string, CatalogueInstance>;
  readonly #regions = new Set<string>();
  readonly #lowest = new Map<string, CataloguePrice>();
  readonly #notes = new Map<string, { rows: number; firstPlace: RowPlace }>();
  readonly #instances: CatalogueInstance[] = [];
  readonly #refused = new Set<string>();
  readonly #unknown = new Map<string, RowPlace>();

  /** @param asOf ISO date of the prices; null: not known */
  constructor(catalogue: Catalogue, provider: string, asOf: string | null) {
    this.#findGpu = gpusOf(catalogue);
    this.#provider = provider;
    this.#asOf = asOf;
    this.#types = new Map(
      catalogue.instances
        .filter((row) => row.provider === provider)
        .map((row) => [row.instance, row]),
    );
  }

  typeOf(name: string): CatalogueInstance | undefined {
    return this.#types.get(name);
  }

  gpuOf(type: CatalogueInstance): GpuSpec | undefined {
    return this.#findGpu(type.gpu);
  }

  region(name: string): void {
    this.#regions.add(name);
  }

  /** Takes a price unless it is nothing; of several of one region and kind the lowest stays. */
  price(type: CatalogueInstance, { place, ...foreign }: ForeignPrice): void {
    if (foreign.microUsdPerHour === 0) {
      this.refuse(
        type,
        foreign.region,
        `the ${foreign.kind} price of ${type.instance} is 0 and is left out`,
        place,
      );
      return;
    }
    const price: CataloguePrice = {
      provider: this.#provider,
      instance: type.instance,
      ...foreign,
      asOf: this.#asOf,
      place,
    };
    const lowest = this.#lowest.get(priceKey(price));
    if (lowest === undefined || price.microUsdPerHour < lowest.microUsdPerHour) {
      this.#lowest.set(priceKey(price), price);
    }
  }

  /** A machine type with figures of the source in place of its own. */
  instance(row: CatalogueInstance): void {
    this.#instances.push(row);
  }

  /** Notes that a row about a known type is wrong, and leaves alone what the catalogue says there. */
  refuse(type: CatalogueInstance, region: string, message: string, place: RowPlace): void {
    this.#refused.add(`${type.instance} ${region}`);
    this.note(message, place);
  }

  /** A machine type with GPUs that the catalogue does not have. */
  unknownType(name: string, place: RowPlace): void {
    if (!this.#unknown.has(name)) this.#unknown.set(name, place);
  }

  note(message: string, place: RowPlace): void {
    const note = this.#notes.get(message);
    if (note) note.rows++;
    else this.#notes.set(message, { rows: 1, firstPlace: place });
  }

  /** @param kinds of prices that the source has */
  finish(kinds: readonly PriceKind[]): CatalogueImport {
    const prices = [...this.#lowest.values()].filter((price) => !this.#isCeiling(price));
    for (const price of prices) this.#judge(price);
    return {
      provider: this.#provider,
      kinds,
      regions: [...this.#regions].sort(),
      prices,
      refused: this.#refused,
      instances: this.#instances,
      notes: [
        ...[...this.#notes].map(([message, note]): ImportNote => ({ message, ...note })),
        ...this.#unknownNote(),
      ],
    };
  }

  /** A spot price that is the on-demand price is the market's ceiling: nothing is on offer for less. */
  #isCeiling(price: CataloguePrice): boolean {
    if (price.kind !== "spot") return false;
    const onDemand = this.#lowest.get(priceKey({ ...price, kind: "on-demand" }));
    if (onDemand?.microUsdPerHour !== price.microUsdPerHour) return false;
    this.note("spot prices that are the on-demand price are left out", price.place);
    return true;
  }

  #unknownNote(): readonly ImportNote[] {
    const [first] = this.#unknown.values();
    if (!first) return [];
    const names = [...this.#unknown.keys()].sort();
    return [
      {
        message: `${names.length === 1 ? "an instance type is" : `${names.length} instance types are`} not of the catalogue and left out: ${shortList(names)}`,
        rows: names.length,
        firstPlace: first,
      },
    ];
  }

  /** Notes what is odd about a price that was taken. */
  #judge(price: CataloguePrice): void {
    const { instance, kind, microUsdPerHour, place } = price;
    const onDemand = this.#lowest.get(priceKey({ ...price, kind: "on-demand" }));
    if (kind === "spot" && onDemand && onDemand.microUsdPerHour < microUsdPerHour) {
      this.note(`the spot price of ${instance} is above the on-demand price`, place);
    }
    const type = this.#types.get(instance);
    const gpu = type && this.gpuOf(type);
    if (!gpu || kind === "owned") return;
    const usdPerHour = microUsdToUsd(microUsdPerHour);
    const { verdict, usdPerGpuHour, least, most } = judgePrice(type, gpu, kind, usdPerHour);
    if (verdict !== "inside") {
      this.note(
        `the ${kind} price of ${instance} is ${usdPerGpuHour.toFixed(2)} USD/h a GPU; plausible for ${gpu.name}: ${least.toFixed(2)} to ${most}`,
        place,
      );
    }
  }
}
