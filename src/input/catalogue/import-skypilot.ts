import type { Catalogue, CatalogueInstance, RowPlace } from "../../catalogue/catalogue.ts";
import type { CatalogueImport } from "../../catalogue/drift.ts";
import { type ForeignPrice, ImportCollector } from "../../catalogue/import-collector.ts";
import { InputError } from "../../errors.ts";
import { usdToMicroUsd } from "../../hardware/price.ts";
import { eachRecord } from "../text/csv-records.ts";
import { rangeHint, readNumber } from "../text/numbers.ts";
import { PRICE } from "../text/ranges.ts";
import type { SourceText } from "../text/source-text.ts";

const REQUIRED = ["InstanceType", "Region", "Price"] as const;

const GPU_COUNT = { unit: "GPUs", min: 0 };

/** AWS's zones outside of a region's own: use1-atl2-az1, us-west-2-lax-1a. Their spot prices are far from the region's. */
const LOCAL_ZONE = /^[a-z]+\d-[a-z]{3}\d-az\d+$|^[a-z]+-[a-z]+-\d-[a-z]{3}-\d[a-z]$/;

/** A row of vms.csv; of its columns only names, counts and prices are to be relied on. */
interface VmRow {
  readonly place: RowPlace;
  readonly cell: (column: string) => string;
}

/**
 * Reads prices out of vms.csv of SkyPilot's catalogue. Only machine types that the catalogue knows are taken, from their names
 * and prices alone: columns stand in any order, memory columns and GpuInfo are wrong or are no data format, and links are not
 * there. A region's price is that of its cheapest zone. Where GPUs are priced in rows of their own (GCP), the price of the host
 * and that of its GPUs in the same zone are added up.
 * @param asOf ISO date of the file; null: not known
 * @throws InputError with file and line for missing columns and prices that are no numbers
 */
export function importSkyPilot(
  files: readonly SourceText[],
  provider: string,
  catalogue: Catalogue,
  asOf: string | null,
): CatalogueImport {
  const collector = new ImportCollector(catalogue, provider, asOf);
  for (const file of files) {
    const gpuRows = new Map<string, VmRow>();
    for (const row of vmRows(file)) {
      const accelerator = row.cell("AcceleratorName");
      if (row.cell("InstanceType") !== "" || accelerator === "") continue;
      gpuRows.set(gpuKey(row, accelerator, row.cell("AcceleratorCount")), row);
    }
    // Once more rather than kept: the rows of all zones are ten times the prices that are taken.
    for (const row of vmRows(file)) takeRow(row, gpuRows, collector);
  }
  return collector.finish(["on-demand", "spot"]);
}

function takeRow(
  row: VmRow,
  gpuRows: ReadonlyMap<string, VmRow>,
  collector: ImportCollector,
): void {
  const { place, cell } = row;
  const name = cell("InstanceType");
  if (name === "") return;
  const type = collector.typeOf(name);
  const accelerator = cell("AcceleratorName");
  if (!type) {
    if (accelerator !== "") collector.unknownType(name, place);
    return;
  }
  const region = cell("Region");
  collector.region(region);
  if (LOCAL_ZONE.test(cell("AvailabilityZone"))) {
    collector.note("prices in local zones are not those of their region and are left out", place);
    return;
  }
  const count = cell("AcceleratorCount");
  if (accelerator !== "" && gpuCount(count) !== type.gpus) {
    const counted = Number.isInteger(gpuCount(count))
      ? `has ${count} GPUs there but ${type.gpus} in the catalogue`
      : `has a fraction of a GPU there (${count})`;
    collector.refuse(type, region, `${name} ${counted}; its prices are left out`, place);
    return;
  }
  const gpuRow = accelerator === "" ? gpuRowOf(row, type, gpuRows, collector) : undefined;
  if (accelerator === "" && gpuRow === undefined) {
    collector.refuse(type, region, `${name} is priced without its GPUs and is left out`, place);
    return;
  }
  const take = (kind: ForeignPrice["kind"], column: string): void => {
    const microUsd = [row, ...(gpuRow ? [gpuRow] : [])].map((each) => priceIn(each, column));
    if (microUsd.includes(null)) return;
    // A host for nothing, or GPUs for nothing, is as wrong as both.
    const total = microUsd.includes(0) ? 0 : microUsd.reduce<number>((sum, each) => sum + each!, 0);
    const source = `SkyPilot catalogue, ${place.fileName}:${place.line}${gpuRow ? ` + ${gpuRow.place.line}` : ""}`;
    collector.price(type, { region, kind, microUsdPerHour: total, source, place });
  };
  take("on-demand", "Price");
  take("spot", "SpotPrice");
}

/** The row that prices the GPUs of a host in its zone. */
function gpuRowOf(
  row: VmRow,
  type: CatalogueInstance,
  gpuRows: ReadonlyMap<string, VmRow>,
  collector: ImportCollector,
): VmRow | undefined {
  const gpu = collector.gpuOf(type);
  if (!gpu) return undefined;
  return gpuRows.get(gpuKey(row, skyPilotName(gpu.name, type.instance), String(type.gpus)));
}

function gpuKey({ cell }: VmRow, accelerator: string, count: string): string {
  return [accelerator, gpuCount(count), cell("Region"), cell("AvailabilityZone")].join(" ");
}

/**
 * SkyPilot's name of a GPU: the model, with the memory where it is not the model's first (A100 means 40 GB, V100 16 GB). H100s
 * of GCP's a3-megagpu are H100-MEGA.
 */
function skyPilotName(gpuName: string, instance: string): string {
  const model = gpuName.replace(/-(?:SXM|PCIe|NVL|\d+GB).*$/, "");
  if (gpuName.startsWith("A100") && gpuName.endsWith("80GB")) return "A100-80GB";
  if (gpuName.startsWith("V100") && gpuName.endsWith("32GB")) return "V100-32GB";
  return model === "H100" && instance.includes("megagpu") ? "H100-MEGA" : model;
}

/** A count such as "8.0", which may be a part of a GPU; NaN for what is none. */
function gpuCount(text: string): number {
  const reading = readNumber(text, GPU_COUNT);
  return "value" in reading ? reading.value : Number.NaN;
}

/** The price in a cell, micro-dollars an hour; null for an empty one. */
function priceIn({ place, cell }: VmRow, column: string): number | null {
  const text = cell(column);
  if (text === "") return null;
  const reading = readNumber(text, PRICE);
  if ("value" in reading) return usdToMicroUsd(reading.value);
  throw new InputError(
    `${place.fileName}:${place.line}, column ${column}`,
    `${column} is ${reading.problem}.`,
    rangeHint(PRICE),
  );
}

function* vmRows({ text, fileName }: SourceText): Generator<VmRow, void> {
  const records = eachRecord(text, fileName);
  const header = records.next().value!;
  const missing = REQUIRED.filter((column) => !header.cells.includes(column));
  if (missing.length > 0) {
    // What is wrong with quotes, anywhere in the file, comes first.
    for (const _ of records);
    throw new InputError(
      `${fileName}:${header.line}`,
      `the header lacks ${missing.join(", ")}.`,
      "Give a vms.csv of SkyPilot's catalogue.",
    );
  }
  // Of two columns of a name the first counts.
  const positions = new Map(header.cells.map((name, index) => [name, index] as const).reverse());
  for (const { line, cells } of records) {
    yield {
      place: { fileName, line },
      cell: (column) => cells[positions.get(column) ?? cells.length] ?? "",
    };
  }
}
