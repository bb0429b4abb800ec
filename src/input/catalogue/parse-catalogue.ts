import {
  type Catalogue,
  type CatalogueDiscount,
  type CatalogueGpu,
  type CatalogueInstance,
  type CataloguePrice,
  PRICE_KINDS,
} from "../../catalogue/catalogue.ts";
import { isDay } from "../../catalogue/days.ts";
import { InputError } from "../../errors.ts";
import { GPU_CLASSES, GPU_LINKS } from "../../hardware/gpu-specs.ts";
import { usdToMicroUsd } from "../../hardware/price.ts";
import { nearestHint } from "../../nearest.ts";
import {
  type CsvHeader,
  type CsvRow,
  cellOf,
  cellPlace,
  readNameCell,
  readNumberCell,
  readRows,
} from "../text/csv.ts";
import type { NumberRange } from "../text/numbers.ts";
import {
  GBITS_PER_SECOND,
  GBYTES_PER_SECOND,
  GPU_MEMORY,
  GPUS_PER_INSTANCE,
  MEMORY,
  PRICE,
  TFLOPS,
  TFLOPS_OR_NONE,
  WATTS,
} from "../text/ranges.ts";
import type { SourceText } from "../text/source-text.ts";

/** The files of a catalogue folder; a folder may have any of them. */
export const CATALOGUE_FILES = {
  gpus: "gpus.csv",
  instances: "instances.csv",
  prices: "prices.csv",
  discounts: "discounts.csv",
} as const;
export type CatalogueTexts = { readonly [Table in keyof typeof CATALOGUE_FILES]?: SourceText };

export const INSTANCE_COLUMNS = [
  "provider",
  "instance",
  "gpu",
  "gpus",
  "gpu_memory_gib",
  "inside_gbytes_per_second",
  "link",
  "network_gbits_per_second",
  "vcpus",
  "host_memory_gib",
  "source",
  "checked_on",
] as const;

export const PRICE_COLUMNS = [
  "provider",
  "instance",
  "region",
  "kind",
  "usd_per_hour",
  "as_of",
  "source",
] as const;

const GPU_COLUMNS = [
  "gpu",
  "gpu_class",
  "tflops_16bit",
  "tflops_8bit",
  "tflops_4bit",
  "memory_gbytes_per_second",
  "usable_memory_gib",
  "tdp_watts",
  "link",
  "source",
];

const DISCOUNT_COLUMNS = ["provider", "instance", "region", "kind", "discount_percent", "source"];

/** What a table need not have; the check of a catalogue says what is not known. */
const OPTIONAL_COLUMNS: ReadonlySet<string> = new Set([
  "vcpus",
  "host_memory_gib",
  "source",
  "checked_on",
  "as_of",
]);

const ANY = "*";

/**
 * Reads a catalogue; tables that are not given are empty. Rows are kept as they stand, also those that contradict one another.
 * @throws InputError with file, line and column for broken CSV, unknown columns and cells that cannot be read
 */
export function parseCatalogue(texts: CatalogueTexts): Catalogue {
  const required = (columns: readonly string[]) => ({
    required: columns.filter((column) => !OPTIONAL_COLUMNS.has(column)),
    optional: columns.filter((column) => OPTIONAL_COLUMNS.has(column)),
  });
  return {
    gpus: rowsOf(texts.gpus, required(GPU_COLUMNS), gpuRow),
    instances: rowsOf(texts.instances, required(INSTANCE_COLUMNS), instanceRow),
    prices: rowsOf(texts.prices, required(PRICE_COLUMNS), priceRow),
    discounts: rowsOf(texts.discounts, required(DISCOUNT_COLUMNS), discountRow),
    replacements: [],
  };
}

function rowsOf<Row>(
  text: SourceText | undefined,
  columns: { readonly required: readonly string[]; readonly optional: readonly string[] },
  read: (cells: Cells) => Row,
): readonly Row[] {
  if (text === undefined) return [];
  const known: KnownTexts = { texts: new Map(), names: new Set(), days: new Set() };
  const readRow = (row: CsvRow, header: CsvHeader): Row => read(new Cells(header, row, known));
  return readRows(text.text, text.fileName, columns, readRow).rows;
}

/** Texts of a table by themselves: prices repeat a few names, days and sources, which are kept and checked once. */
interface KnownTexts {
  readonly texts: Map<string, string>;
  readonly names: Set<string>;
  readonly days: Set<string>;
}

function gpuRow(cells: Cells): CatalogueGpu {
  return {
    spec: {
      name: cells.name("gpu"),
      gpuClass: cells.choice("gpu_class", GPU_CLASSES, "class of GPUs"),
      tflops16: cells.number("tflops_16bit", TFLOPS),
      tflops8: cells.number("tflops_8bit", TFLOPS_OR_NONE),
      tflops4: cells.number("tflops_4bit", TFLOPS_OR_NONE),
      memoryGBytesPerSecond: cells.number("memory_gbytes_per_second", GBYTES_PER_SECOND),
      usableMemoryGib: cells.number("usable_memory_gib", MEMORY),
      tdpWatts: cells.number("tdp_watts", WATTS),
      link: cells.choice("link", GPU_LINKS, "link between GPUs"),
    },
    source: cells.text("source"),
    place: cells.place,
  };
}

function instanceRow(cells: Cells): CatalogueInstance {
  return {
    provider: cells.name("provider"),
    instance: cells.name("instance"),
    gpu: cells.name("gpu"),
    gpus: cells.number("gpus", GPUS_PER_INSTANCE),
    gpuMemoryGib: cells.number("gpu_memory_gib", GPU_MEMORY),
    insideGBytesPerSecond: cells.number("inside_gbytes_per_second", GBYTES_PER_SECOND),
    link: cells.choice("link", GPU_LINKS, "link between GPUs"),
    networkGbitsPerSecond: cells.number("network_gbits_per_second", GBITS_PER_SECOND),
    vcpus: cells.numberOrNull("vcpus", {
      unit: "virtual CPUs",
      integer: true,
      min: 1,
      max: 100_000,
    }),
    hostMemoryGib: cells.numberOrNull("host_memory_gib", MEMORY),
    source: cells.text("source"),
    checkedOn: cells.dayOrNull("checked_on"),
    place: cells.place,
  };
}

function priceRow(cells: Cells): CataloguePrice {
  return {
    provider: cells.name("provider"),
    instance: cells.name("instance"),
    region: cells.name("region"),
    kind: cells.choice("kind", PRICE_KINDS, "price kind"),
    microUsdPerHour: usdToMicroUsd(cells.number("usd_per_hour", PRICE)),
    asOf: cells.dayOrNull("as_of"),
    source: cells.text("source"),
    place: cells.place,
  };
}

function discountRow(cells: Cells): CatalogueDiscount {
  const nameOrAny = (column: string): string | null =>
    cells.text(column) === ANY ? null : cells.name(column);
  const discountPercent = cells.number("discount_percent", { unit: "percent", min: 0, max: 100 });
  if (discountPercent === 100) {
    throw cells.error(
      "discount_percent",
      "all of the price",
      "Instances that cost nothing are rows of prices.csv of the kind owned.",
    );
  }
  return {
    provider: nameOrAny("provider"),
    instance: nameOrAny("instance"),
    region: nameOrAny("region"),
    kind: cells.text("kind") === ANY ? null : cells.choice("kind", PRICE_KINDS, "price kind"),
    discountPercent,
    source: cells.text("source"),
    place: cells.place,
  };
}

/** The cells of one row, read with their places. */
class Cells {
  readonly place;
  readonly #table: CsvHeader;
  readonly #row: CsvRow;
  readonly #known: KnownTexts;

  constructor(table: CsvHeader, row: CsvRow, known: KnownTexts) {
    this.#table = table;
    this.#row = row;
    this.#known = known;
    this.place = { fileName: table.fileName, line: row.line };
  }

  text(column: string): string {
    const text = cellOf(this.#row, column);
    const known = this.#known.texts.get(text);
    if (known === undefined) this.#known.texts.set(text, text);
    return known ?? text;
  }

  /** A name that can stand in the names of a pool: not empty, without the characters that separate there. */
  name(column: string): string {
    const text = this.text(column);
    if (this.#known.names.has(text)) return text;
    readNameCell(this.#table, this.#row, column);
    if (text === "") throw this.error(column, "empty", "Give a name.");
    if (/[@:=,#/*\s\p{C}]/u.test(text)) {
      throw this.error(
        column,
        `"${text}"`,
        "A name has no blanks and none of @ : = , # / * in it.",
      );
    }
    this.#known.names.add(text);
    return text;
  }

  number(column: string, range: NumberRange): number {
    return readNumberCell(this.#table, this.#row, column, range);
  }

  numberOrNull(column: string, range: NumberRange): number | null {
    return this.text(column) === "" ? null : this.number(column, range);
  }

  choice<Choice extends string>(column: string, choices: readonly Choice[], what: string): Choice {
    const text = this.text(column);
    const choice = choices.find((each) => each === text.toLowerCase());
    if (choice) return choice;
    throw this.error(
      column,
      text === "" ? "empty" : `"${text}", which is not a ${what}`,
      text === "" ? `Give one of ${choices.join(", ")}.` : nearestHint(text, choices),
    );
  }

  dayOrNull(column: string): string | null {
    const text = this.text(column);
    if (text === "") return null;
    if (this.#known.days.has(text)) return text;
    if (isDay(text)) {
      this.#known.days.add(text);
      return text;
    }
    throw this.error(column, `"${text}", which is not a day`, "Give it as YYYY-MM-DD.");
  }

  error(column: string, problem: string, hint: string): InputError {
    return new InputError(
      cellPlace(this.#table, this.#row, column),
      `${column} is ${problem}.`,
      hint,
    );
  }
}
