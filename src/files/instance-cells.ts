import { InputError } from "../errors.ts";

/** Largest price taken for one instance, USD per hour; keeps sums of micro-dollars exact. */
export const MAX_USD_PER_HOUR = 1_000_000;

/** A number as people write it into tables: commas may group thousands, by three digits only. */
const AMOUNT = String.raw`(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)`;
/** A minus at the end of what stands before an amount. */
const NEGATIVE = /[-−]\s*\$?\s*$/;
const toNumber = (amount: string): number => Number(amount.replaceAll(",", ""));

/** Text, one amount or two with a range sign between them, text; no digit anywhere else. */
const PRICE = new RegExp(
  String.raw`^([^\d.]*)${AMOUNT}(?:\s*(?:USD)?\s*(?:[-–—~]|to)\s*(?:USD\s*|US)?\$?\s*${AMOUNT})?([^\d]*)$`,
  "i",
);
const OTHER_CURRENCY = /[€£¥₹¢]|\b(?:EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD)\b/i;
const OTHER_PERIOD =
  /(?:\bper|\/)\s*(?:s|sec|second|min|minute|day|week|mo|month|yr|year)\b|daily|weekly|monthly|yearly|annual/i;
const PER_GPU = /(?:\bper|\/)[\s-]*gpu\b/i;
/** Letters right behind an amount that do not change it; "$3k" is another matter. */
const PLAIN_SUFFIX = /^(?:\P{L}|(?:USD|h|hr|hour|per)\b|$)/iu;
const PLAIN_PREFIX = /(?:^|[^\p{L}]|USD|US\$)$/iu;

/**
 * The price in a cell of the instance table, USD per hour of the whole instance, or null when the cell names none (empty,
 * "Contact sales"). Two amounts are a range and averaged; a price per GPU is multiplied by the GPUs. Source: reference model,
 * "Pool, prices, network".
 * @throws InputError at `where` for cells that are not one price per hour in USD beyond doubt.
 */
export function readPriceCell(cell: string, gpuCount: number, where: string): number | null {
  if (cell === "" || /^contact/i.test(cell)) return null;
  const refuse = (problem: string): never => {
    throw new InputError(
      where,
      `the price is "${cell}", ${problem}.`,
      'Give one price per hour in USD, such as $40.96, or a range, such as $140-160, with "per GPU" behind it if it is that of one GPU.',
    );
  };
  const match = PRICE.exec(cell);
  if (!match) {
    return refuse(
      /\d/.test(cell) ? "which is not one number or a range of two" : "which is no number",
    );
  }
  const [, prefix = "", first = "", second, suffix = ""] = match;
  if (NEGATIVE.test(prefix)) refuse("which is negative");
  if (OTHER_CURRENCY.test(cell)) refuse("which is not in USD");
  if (OTHER_PERIOD.test(cell)) refuse("which is not a price per hour");
  if (!PLAIN_PREFIX.test(prefix) || !PLAIN_SUFFIX.test(suffix)) {
    refuse("in which letters touch the number");
  }
  const lower = toNumber(first);
  const upper = second === undefined ? lower : toNumber(second);
  if (upper < lower) refuse("a range that ends below its start");
  const usd = ((lower + upper) / 2) * (PER_GPU.test(cell) ? gpuCount : 1);
  if (usd > MAX_USD_PER_HOUR) refuse(`above ${MAX_USD_PER_HOUR} dollars per hour`);
  return usd;
}

/**
 * A count of GPUs: "8", "8.0", "8x", "8 GPUs".
 * @throws InputError at `where` unless the cell holds exactly one number and that is a whole one from 1.
 */
export function readGpuCountCell(cell: string, where: string): number {
  const count = onlyNumber(cell);
  if (count === null || !Number.isSafeInteger(count) || count < 1) {
    throw new InputError(
      where,
      `the number of GPUs is "${cell}".`,
      "Give one whole number from 1, such as 8.",
    );
  }
  return count;
}

/**
 * Memory of one GPU, GiB: "80", "80.0", "80 GB", "80GB HBM2e". GB in such tables means 1024³ bytes.
 * @throws InputError at `where` for other units, and unless exactly one number can be meant.
 */
export function readMemoryCell(cell: string, where: string): number {
  const withUnit = new RegExp(String.raw`^([^\d.,]*)${AMOUNT}\s*Gi?B\b`, "i").exec(cell);
  const otherUnit = /\d\s*[KMTP]i?B/i.test(cell);
  let gib: number | null = null;
  if (withUnit) gib = NEGATIVE.test(withUnit[1]!) ? null : toNumber(withUnit[2]!);
  else if (!otherUnit) gib = onlyNumber(cell);
  if (gib === null || !(gib > 0) || !Number.isFinite(gib)) {
    throw new InputError(
      where,
      `the memory of a GPU is "${cell}".`,
      "Give gigabytes above 0, such as 80 GB.",
    );
  }
  return gib;
}

/** The number of a cell that holds exactly one, else null. */
function onlyNumber(cell: string): number | null {
  const match = new RegExp(String.raw`^([^\d.,]*)${AMOUNT}([^\d.,]*)$`).exec(cell);
  return !match || NEGATIVE.test(match[1]!) ? null : toNumber(match[2]!);
}

/** GB/s of a PCIe x16 link by generation. Source: reference model, "Pool, prices, network". */
const PCIE_X16_GBYTES_PER_SECOND: ReadonlyMap<number, number> = new Map([
  [2, 8],
  [3, 16],
  [4, 32],
  [5, 64],
]);
const PCIE_GENERATION = /(?:gen(?:eration)?|pci-?e(?:xpress)?)[\s.]*v?(\d+)(?:\.0)?/i;
const PCIE_LANES = /(?<![a-z])x\s*(\d+)\b|\b(\d+)\s*(?:x|lanes)\b/i;
const BANDWIDTH = new RegExp(String.raw`(?<![\d.,])${AMOUNT}\s*([GT])B\/s`);
/** Something that is meant as a bandwidth, in whatever unit. */
const ANY_BANDWIDTH = /\d\s*[KMGT]i?(?:b|bit|byte)s?\s*(?:\/|ps|per)/i;

/**
 * Bandwidth between two GPUs of an instance, GB/s: the first "N GB/s" or "N TB/s" of the interconnect cell, else that of the
 * PCIe cell's generation and lanes. Source: reference model, "Pool, prices, network".
 * @throws InputError at the place of the cell that cannot be read.
 */
export function readInsideBandwidth(
  interconnect: { readonly cell: string; readonly where: string },
  pcie: { readonly cell: string; readonly where: string },
): number {
  const [, amount, unit] = BANDWIDTH.exec(interconnect.cell) ?? [];
  if (amount !== undefined && !/^[-−]/.test(interconnect.cell)) {
    const gBytesPerSecond = toNumber(amount) * (unit === "T" ? 1000 : 1);
    if (gBytesPerSecond > 0 && Number.isFinite(gBytesPerSecond)) return gBytesPerSecond;
  }
  if (amount !== undefined || ANY_BANDWIDTH.test(interconnect.cell)) {
    throw new InputError(
      interconnect.where,
      `"${interconnect.cell}" is not a bandwidth.`,
      "Give gigabytes per second above 0, such as 600 GB/s, or leave the cell to the PCIe column.",
    );
  }
  const generation = PCIE_GENERATION.exec(pcie.cell)?.[1];
  const perX16 = PCIE_X16_GBYTES_PER_SECOND.get(Number(generation));
  const lanes = PCIE_LANES.exec(pcie.cell);
  const laneCount = lanes ? Number(lanes[1] ?? lanes[2]) : 16;
  if (perX16 === undefined || ![1, 2, 4, 8, 16].includes(laneCount)) {
    throw new InputError(
      interconnect.cell === "" ? pcie.where : interconnect.where,
      `neither "${interconnect.cell}" nor the PCIe cell "${pcie.cell}" says how fast the GPUs of the instance are connected.`,
      "Give a bandwidth such as 600 GB/s, or PCIe Gen4 x16 in the PCIe column (generations 2 to 5).",
    );
  }
  return (perX16 * laneCount) / 16;
}

/** Gbit/s of the words that instance tables use. Source: reference model, "Pool, prices, network". */
const EXTERNAL_WORDS: ReadonlyMap<string, number> = new Map([
  ["high", 25],
  ["moderate", 10],
  ["low", 5],
  ["up to 10", 10],
  ["up to 25", 25],
]);

/**
 * Network bandwidth of an instance, Gbit/s: "N Gbps" or one of the words of the table above.
 * @throws InputError at `where` for everything else.
 */
export function readExternalBandwidth(cell: string, where: string): number {
  const word = EXTERNAL_WORDS.get(cell.toLowerCase().replace(/\s+/g, " "));
  if (word !== undefined) return word;
  const match = new RegExp(String.raw`^([^\d.,]*)${AMOUNT}\s*Gbps\b([^\d]*)$`, "i").exec(cell);
  const gbitsPerSecond = match && !NEGATIVE.test(match[1]!) ? toNumber(match[2]!) : 0;
  if (!(gbitsPerSecond > 0) || !Number.isFinite(gbitsPerSecond)) {
    throw new InputError(
      where,
      `the network bandwidth is "${cell}".`,
      "Give gigabits per second above 0, such as 100 Gbps, or High, Moderate, Low, Up to 10 or Up to 25.",
    );
  }
  return gbitsPerSecond;
}
