import { InputError } from "../../errors.ts";
import type { InstanceType } from "../../hardware/instance.ts";
import { type Price, usdToMicroUsd } from "../../hardware/price.ts";
import { groupBy } from "../../lists.ts";
import { nearestHint, nearestName } from "../../nearest.ts";
import { type CsvRow, type CsvTable, cellOf, cellPlace, readTable } from "../text/csv.ts";
import {
  readExternalBandwidth,
  readGpuCountCell,
  readInsideBandwidth,
  readMemoryCell,
  readPriceCell,
} from "./instance-cells.ts";
import type { PoolFile, PoolRow } from "./parse-pool.ts";

/** cloud_instances_specs.csv as text cells; only rows that a pool uses are read further. */
export interface InstanceTable extends CsvTable {
  /** By provider, then by name. */
  readonly byProvider: ReadonlyMap<string, ReadonlyMap<string, readonly CsvRow[]>>;
}

/** An instance type with its price, as a pool uses it. */
export interface PricedInstance {
  readonly instance: InstanceType;
  readonly price: Price;
}

const PROVIDER = "Cloud Provider";
const NAME = "Instance Name";
const GPU_MODEL = "GPU Model";
const GPU_COUNT = "GPU Count";
const NUM_GPUS = "num_gpus";
const GPU_MEMORY = "GPU Memory per GPU";
const VRAM = "vram_gb_per_gpu";
const PCIE = "PCIe Bandwidth";
const INSIDE = "Internal GPU Interconnect Bandwidth";
const EXTERNAL = "External Network Bandwidth";
const PRICE = "Price per Hour USD";
const REGION = "Region";
const PRICE_KIND = "Price Kind";
const PRICE_DATE = "Price Date";
const PRICE_SOURCE = "Price Source";

const COLUMNS = {
  required: [PROVIDER, NAME, GPU_MODEL, EXTERNAL, PRICE],
  optional: [
    GPU_COUNT,
    NUM_GPUS,
    GPU_MEMORY,
    VRAM,
    PCIE,
    INSIDE,
    REGION,
    PRICE_KIND,
    PRICE_DATE,
    PRICE_SOURCE,
    "CPU Type",
    "vCPUs",
    "Host Memory (GiB)",
    "Compute FP16 TFLOPS per GPU",
    "Total Instance TFLOPS",
    "$/TFLOP",
    "total_vram_gb",
  ],
};

/** Columns of which at least one has to be there. */
const ALTERNATIVES = [
  [NUM_GPUS, GPU_COUNT],
  [VRAM, GPU_MEMORY],
  [INSIDE, PCIE],
] as const;

const PRICE_KINDS = ["on-demand", "spot", "reserved", "owned", "unspecified"] as const;

/**
 * Reads the structure of cloud_instances_specs.csv: columns and rows.
 * @throws InputError with file and line for broken CSV and for missing, unknown or repeated columns.
 */
export function parseInstanceTable(text: string, fileName: string): InstanceTable {
  const table = readTable(text, fileName, COLUMNS);
  for (const [first, second] of ALTERNATIVES) {
    if (!table.columns.includes(first) && !table.columns.includes(second)) {
      throw new InputError(
        `${fileName}:${table.headerLine}`,
        `the header has neither the column ${first} nor ${second}.`,
        "Add one of the two.",
      );
    }
  }
  const byProvider = [...groupBy(table.rows, (row) => cellOf(row, PROVIDER))].map(
    ([provider, rows]) => [provider, groupBy(rows, (row) => cellOf(row, NAME))] as const,
  );
  return { ...table, byProvider: new Map(byProvider) };
}

/**
 * The instance type a pool row names, of one provider, with the pool's own price or the table's.
 * @throws InputError when the type is not in the table, when a cell that is used cannot be read, when there is no price or
 * a price of 0, and when two rows of the type disagree.
 */
export function findInstance(
  table: InstanceTable,
  provider: string,
  pool: PoolFile,
  wanted: PoolRow,
): PricedInstance {
  const [first, ...repeated] = rowsOf(table, provider, pool, wanted);
  const found = readRow(table, first!, pool, wanted);
  for (const row of repeated) {
    const columns = differingColumns(found, readRow(table, row, pool, wanted));
    if (columns) {
      const difference =
        columns.find((column) => cellOf(row, column) !== cellOf(first!, column)) ?? columns[0]!;
      throw new InputError(
        cellPlace(table, row, difference),
        `${wanted.name} of ${provider} is also in line ${first!.line}, and the two rows disagree ("${cellOf(row, difference)}" here, "${cellOf(first!, difference)}" there).`,
        "Keep the row that is right.",
      );
    }
  }
  return found;
}

function rowsOf(
  table: InstanceTable,
  provider: string,
  pool: PoolFile,
  wanted: PoolRow,
): readonly CsvRow[] {
  const ofProvider = table.byProvider.get(provider);
  if (ofProvider === undefined) {
    const providers = [...table.byProvider.keys()];
    throw new InputError(
      "--cloud-provider",
      `${table.fileName} has no row of the provider "${provider}".`,
      providers.length === 0 ? "Add rows to the table." : nearestHint(provider, providers),
    );
  }
  const rows = ofProvider.get(wanted.name);
  if (rows !== undefined) return rows;
  const where = `${pool.fileName}:${wanted.line}`;
  const elsewhere = table.rows.find((row) => cellOf(row, NAME) === wanted.name);
  if (elsewhere) {
    throw new InputError(
      where,
      `${table.fileName} has ${wanted.name} for ${cellOf(elsewhere, PROVIDER)} only (line ${elsewhere.line}), not for ${provider}.`,
      `Give --cloud-provider ${cellOf(elsewhere, PROVIDER)}, or remove the type from the pool.`,
    );
  }
  const names = [...ofProvider.keys()];
  throw new InputError(
    where,
    `instance type "${wanted.name}" of ${provider} is not in ${table.fileName}.`,
    nearestName(wanted.name, names) === null
      ? `Add a row for it to ${table.fileName}, or remove it from the pool.`
      : nearestHint(wanted.name, names),
  );
}

function readRow(
  table: InstanceTable,
  row: CsvRow,
  pool: PoolFile,
  wanted: PoolRow,
): PricedInstance {
  const at = (column: string): { cell: string; where: string } => ({
    cell: cellOf(row, column),
    where: `${cellPlace(table, row, column)} (${wanted.name})`,
  });
  /** The first column if its cell is filled or the table lacks the second. */
  const either = (column: string, other: string): { cell: string; where: string } =>
    cellOf(row, column) !== "" || !row.positions.has(other) ? at(column) : at(other);

  const gpuModel = at(GPU_MODEL);
  if (gpuModel.cell === "") {
    throw new InputError(gpuModel.where, "the GPU has no name.", "Give one such as NVIDIA A100.");
  }
  const count = either(NUM_GPUS, GPU_COUNT);
  const memory = either(VRAM, GPU_MEMORY);
  const external = at(EXTERNAL);
  const instance: InstanceType = {
    name: wanted.name,
    provider: cellOf(row, PROVIDER),
    gpuModel: gpuModel.cell,
    gpuCount: readGpuCountCell(count.cell, count.where),
    gpuMemoryGib: readMemoryCell(memory.cell, memory.where),
    insideGBytesPerSecond: readInsideBandwidth(at(INSIDE), at(PCIE)),
    externalGbitsPerSecond: readExternalBandwidth(external.cell, external.where),
  };
  const price =
    wanted.dollarPerHour === null
      ? tablePrice(table, row, pool, wanted, instance)
      : ownPrice(wanted.dollarPerHour, pool, wanted, instance);
  return { instance, price };
}

function ownPrice(
  dollarPerHour: number,
  pool: PoolFile,
  wanted: PoolRow,
  instance: InstanceType,
): Price {
  return {
    microUsdPerHour: usdToMicroUsd(dollarPerHour),
    provider: instance.provider,
    region: null,
    kind: dollarPerHour === 0 ? "owned" : "unspecified",
    asOf: null,
    source: `${baseName(pool.fileName)}:${wanted.line}`,
  };
}

function tablePrice(
  table: InstanceTable,
  row: CsvRow,
  pool: PoolFile,
  wanted: PoolRow,
  instance: InstanceType,
): Price {
  const cell = cellOf(row, PRICE);
  const where = cellPlace(table, row, PRICE);
  const usd = readPriceCell(cell, instance.gpuCount, `${where} (${wanted.name})`);
  const hint = `Give its price here, or in the column dollar_per_hour of ${pool.fileName}:${wanted.line}`;
  if (usd === null) {
    throw new InputError(
      where,
      `${wanted.name} is in the pool and has no price (${cell === "" ? "the cell is empty" : `"${cell}"`}).`,
      `${hint}.`,
    );
  }
  const microUsdPerHour = usdToMicroUsd(usd);
  if (microUsdPerHour === 0) {
    throw new InputError(
      where,
      `the price of ${wanted.name} is "${cell}", which is 0.`,
      `${hint} (there, 0 means owned).`,
    );
  }
  const source = cellOf(row, PRICE_SOURCE);
  return {
    microUsdPerHour,
    provider: instance.provider,
    region: cellOf(row, REGION) || null,
    kind: priceKind(table, row),
    asOf: priceDate(table, row),
    source: `${baseName(table.fileName)}:${row.line}${source === "" ? "" : `, ${source}`}`,
  };
}

function priceKind(table: InstanceTable, row: CsvRow): Price["kind"] {
  const text = cellOf(row, PRICE_KIND);
  if (text === "") return "unspecified";
  const kind = PRICE_KINDS.find((known) => known === text.toLowerCase());
  if (kind) return kind;
  throw new InputError(
    cellPlace(table, row, PRICE_KIND),
    `"${text}" is not a price kind.`,
    nearestHint(text, PRICE_KINDS),
  );
}

function priceDate(table: InstanceTable, row: CsvRow): string | null {
  const text = cellOf(row, PRICE_DATE);
  if (text === "") return null;
  const date = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && date.toJSON()?.startsWith(text)) return text;
  throw new InputError(
    cellPlace(table, row, PRICE_DATE),
    `"${text}" is not a date.`,
    "Give the day of the price as YYYY-MM-DD.",
  );
}

/** The columns behind the first value in which two readings of a type differ; undefined when all used values agree. */
function differingColumns(a: PricedInstance, b: PricedInstance): readonly string[] | undefined {
  const differences: readonly (readonly [readonly string[], boolean])[] = [
    [[GPU_MODEL], a.instance.gpuModel !== b.instance.gpuModel],
    [[NUM_GPUS, GPU_COUNT], a.instance.gpuCount !== b.instance.gpuCount],
    [[VRAM, GPU_MEMORY], a.instance.gpuMemoryGib !== b.instance.gpuMemoryGib],
    [[INSIDE, PCIE], a.instance.insideGBytesPerSecond !== b.instance.insideGBytesPerSecond],
    [[EXTERNAL], a.instance.externalGbitsPerSecond !== b.instance.externalGbitsPerSecond],
    [[PRICE], a.price.microUsdPerHour !== b.price.microUsdPerHour],
    [[REGION], a.price.region !== b.price.region],
    [[PRICE_KIND], a.price.kind !== b.price.kind],
    [[PRICE_DATE], a.price.asOf !== b.price.asOf],
  ];
  return differences.find(([, differs]) => differs)?.[0];
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
