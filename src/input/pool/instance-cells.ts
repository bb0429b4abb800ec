import { InputError } from "../../errors.ts";
import { numberProblem } from "../text/numbers.ts";
import {
  GBITS_PER_SECOND,
  GBYTES_PER_SECOND,
  GPU_MEMORY,
  GPUS_PER_INSTANCE,
  PRICE,
} from "../text/ranges.ts";

/*
 * No pattern here has two parts side by side that match the same characters, such as blanks before and behind a word that may be
 * absent: the time for a cell that fits almost would grow with the square of its length.
 */

/** A number as people write it into tables: commas may group thousands, by three digits only. */
const AMOUNT = String.raw`(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)`;
/** A minus at the end of what stands before an amount. */
const NEGATIVE = /[-−]\s*(?:\$\s*)?$/;
const toNumber = (amount: string): number => Number(amount.replaceAll(",", ""));

/** Text, one amount or two with a range sign between them, text; no digit anywhere else. */
const PRICE_CELL = new RegExp(
  String.raw`^([^\d.]*)${AMOUNT}(?:\s*(?:USD\s*)?(?:[-–—~]|to)\s*(?:USD\s*(?:\$\s*)?|US\$?\s*|\$\s*)?${AMOUNT})?([^\d]*)$`,
  "i",
);
const OTHER_PERIOD =
  /(?:\bper|\/)\s*(?:s|sec|second|min|minute|day|week|mo|month|yr|year)\b|daily|weekly|monthly|yearly|annual/i;
const OTHER_CURRENCY =
  /[€£¥₹¢]|\b(?:EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD|cents?)\b|(?<!\bUS)(?<=\p{L})\$/iu;
const PER_GPU = /(?:\bper|\/)[\s-]*gpu\b/i;

/** What may stand around the amount of a price: dollars, hours, GPUs, and words that change nothing. All else is no price in USD per hour. */
const PRICE_WORDS = wordsOf(
  "$ us$ usd us dollar dollars / per an h hr hrs hour hours hourly instance",
  "~ ≈ about around approx approximately circa est estimate estimated average avg mean list price priced at only",
  "on demand ondemand spot reserved owned",
);

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
      'Give one price per hour in USD, such as $40.96, or a range, such as $140-160, with "per GPU" behind it if it is that of one GPU; remarks belong in the column Price Source.',
    );
  };
  const match = PRICE_CELL.exec(cell);
  if (!match) {
    return refuse(
      /\d/.test(cell) ? "which is not one number or a range of two" : "which is not a number",
    );
  }
  const [, prefix = "", first = "", second, suffix = ""] = match;
  if (NEGATIVE.test(prefix)) refuse("which is negative");
  if (OTHER_CURRENCY.test(cell)) refuse("which is not in USD");
  if (OTHER_PERIOD.test(cell)) refuse("which is not a price per hour");
  const odd = oddWord(prefix, PRICE_WORDS) ?? oddWord(suffix.replace(PER_GPU, ""), PRICE_WORDS);
  if (odd !== null) refuse(`in which "${odd}" is not understood`);
  const lower = toNumber(first);
  const upper = second === undefined ? lower : toNumber(second);
  if (upper < lower) refuse("a range that ends below its start");
  const usd = ((lower + upper) / 2) * (PER_GPU.test(cell) ? gpuCount : 1);
  const problem = numberProblem(usd, PRICE);
  return problem === null ? usd : refuse(`which is ${problem}`);
}

/**
 * A count of GPUs: "8", "8.0", "8x", "8 GPUs".
 * @throws InputError at `where` unless the cell holds exactly one number and that is a whole one from 1.
 */
export function readGpuCountCell(cell: string, where: string): number {
  const count = /^(?:x\s*)?(\d+(?:\.0*)?)\s*(?:(?:x|×)\s*)?(?:GPUs?|cards?)?$/i.exec(cell)?.[1];
  const problem = numberProblem(Number(count), GPUS_PER_INSTANCE);
  if (problem === null) return Number(count);
  throw new InputError(
    where,
    `the number of GPUs is "${cell}"${count === undefined ? "" : `, which is ${problem}`}.`,
    "Give one whole number from 1, such as 8.",
  );
}

const MEMORY_CELL = new RegExp(String.raw`^([^\d.,]*)${AMOUNT}\s*(?:(GB|GiB|gb|gib)\b)?(.*)$`, "s");
/** Kinds of memory, and whose it is. */
const MEMORY_WORDS = wordsOf(
  "hbm hbme gddr gddrx lpddr lpddrx ddr ecc sdram memory vram gpu ram of / per each ~ about",
);

/**
 * Memory of one GPU, GiB: "80", "80.0", "80 GB", "80GB HBM2e". GB in such tables means 1024³ bytes.
 * @throws InputError at `where` for other units, and unless exactly one number can be meant.
 */
export function readMemoryCell(cell: string, where: string): number {
  // The version of a kind of memory is no amount.
  const plain = cell.replace(/\b(HBM|GDDR|LPDDR|DDR)\s?\d+(e|x|m)?\b/gi, "$1");
  const match = MEMORY_CELL.exec(plain);
  const [, prefix = "", amount, unit, suffix = ""] = match ?? [];
  const isOdd =
    amount === undefined ||
    NEGATIVE.test(prefix) ||
    (unit === undefined && suffix.trim() !== "") ||
    /\d/.test(suffix) ||
    /^\s*\/\s*s/.test(suffix) ||
    oddWord(prefix, MEMORY_WORDS) !== null ||
    oddWord(suffix, MEMORY_WORDS) !== null;
  const gib = isOdd ? Number.NaN : toNumber(amount);
  const problem = numberProblem(gib, GPU_MEMORY);
  if (problem === null) return gib;
  throw new InputError(
    where,
    `the memory of a GPU is "${cell}"${isOdd ? "" : `, which is ${problem}`}.`,
    "Give gigabytes above 0 of one GPU, such as 80 GB.",
  );
}

/** Words, and signs that stand for words, by blanks. */
function wordsOf(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}

/** The first word or sign that is not among those known; null when there is none. Brackets, commas and hyphens only separate. */
function oddWord(text: string, known: ReadonlySet<string>): string | null {
  const parts = text.toLowerCase().match(/[\p{L}$]+|[^\p{L}\s$]/gu) ?? [];
  return parts.find((part) => !known.has(part) && !/^[()[\],;:.–—-]$/u.test(part)) ?? null;
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
const BANDWIDTH = new RegExp(
  String.raw`(?<![\d.,\p{L}−-])${AMOUNT}\s*([GT])B\/s(?:ec(?:ond)?)?(?![\p{L}\d])`,
  "u",
);
/** Numbers that are no bandwidth: generations of links, and lanes of PCIe. */
const LINK_NAMES =
  /(?:NV-?Link|NV-?Switch|xGMI|Infinity\s+Fabric|PCI-?e(?:xpress)?|Gen(?:eration)?)[\s.-]*v?\d(?:\.\d)?(?!\d)(?:\s*(?:,\s*)?(?:x\s*\d+|\d+\s*(?:x|lanes))\b)?/gi;
/** A number of links or of directions beside a bandwidth: whether it is of one or of all is not said. */
const TIMES =
  /[x×*·]\s*\d|\d\s*(?:[×*·]|x\b|times\b)|(?:\bper|\/)\s*(?:link|lane|port|direction|pair|way)/i;

/**
 * Bandwidth between two GPUs of an instance, GB/s: the first "N GB/s" or "N TB/s" of the interconnect cell, else that of the
 * PCIe cell's generation and lanes. Source: reference model, "Pool, prices, network".
 * @throws InputError at the place of the cell that cannot be read.
 */
export function readInsideBandwidth(
  interconnect: { readonly cell: string; readonly where: string },
  pcie: { readonly cell: string; readonly where: string },
): number {
  const { cell } = interconnect;
  const others = cell.replace(LINK_NAMES, "");
  const [, amount, unit] = BANDWIDTH.exec(cell) ?? [];
  const isOdd = /^[-−]/.test(cell) || TIMES.test(others);
  if (amount !== undefined || /\d/.test(others)) {
    const gBytesPerSecond =
      amount === undefined || isOdd ? Number.NaN : toNumber(amount) * (unit === "T" ? 1000 : 1);
    const problem = numberProblem(gBytesPerSecond, GBYTES_PER_SECOND);
    if (problem === null) return gBytesPerSecond;
    throw new InputError(
      interconnect.where,
      `"${cell}" is not a bandwidth${amount === undefined ? " in GB/s or TB/s" : isOdd ? " clearly between two GPUs" : `: it is ${problem}`}.`,
      "Give gigabytes per second above 0, all links of a GPU together, such as 600 GB/s, or leave the cell to the PCIe column.",
    );
  }
  const generation = PCIE_GENERATION.exec(pcie.cell)?.[1];
  const perX16 = PCIE_X16_GBYTES_PER_SECOND.get(Number(generation));
  const lanes = PCIE_LANES.exec(pcie.cell);
  const laneCount = lanes ? Number(lanes[1] ?? lanes[2]) : 16;
  if (perX16 === undefined || ![1, 2, 4, 8, 16].includes(laneCount)) {
    throw new InputError(
      interconnect.cell === "" ? pcie.where : interconnect.where,
      `neither "${interconnect.cell}" nor the PCIe cell "${pcie.cell}" gives the bandwidth between the GPUs of the instance.`,
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

/** A large B stands for bytes; letters all small leave no doubt in a network's bandwidth. */
const EXTERNAL_CELL = new RegExp(
  String.raw`^([^\d.,]*)${AMOUNT}\s*(?:Gbps|gbps|Gbit\/s|gbit\/s|Gb\/s|GBit\/s)(?![\p{L}\d])([^\d]*)$`,
  "u",
);

/** Names of networks, and words that change nothing. */
const NETWORK_WORDS = wordsOf(
  "up to ~ about total aggregate network networking bandwidth ethernet infiniband ib roce rdma efa efav ena srd gpudirect tcpx tcpxo fabric nic nics",
);

/**
 * Network bandwidth of an instance, Gbit/s: "N Gbps" or one of the words of the table above.
 * @throws InputError at `where` for everything else.
 */
export function readExternalBandwidth(cell: string, where: string): number {
  const word = EXTERNAL_WORDS.get(cell.toLowerCase().replace(/\s+/g, " "));
  if (word !== undefined) return word;
  const match = EXTERNAL_CELL.exec(cell);
  const [, prefix = "", amount = "", suffix = ""] = match ?? [];
  const isOdd =
    match === null ||
    NEGATIVE.test(prefix) ||
    oddWord(prefix, NETWORK_WORDS) !== null ||
    oddWord(suffix, NETWORK_WORDS) !== null;
  const gbitsPerSecond = isOdd ? Number.NaN : toNumber(amount);
  const problem = numberProblem(gbitsPerSecond, GBITS_PER_SECOND);
  if (problem === null) return gbitsPerSecond;
  const bytes = /^\D*(\d+(?:\.\d+)?)\s*GB(?:ps|\/s)/.exec(cell)?.[1];
  throw new InputError(
    where,
    `the network bandwidth is "${cell}"${isOdd ? "" : `, which is ${problem}`}.`,
    bytes === undefined
      ? "Give gigabits per second above 0, such as 100 Gbps, or High, Moderate, Low, Up to 10 or Up to 25."
      : `Give gigabits per second, 8 for each gigabyte: ${bytes} GB/s are ${Number(bytes) * 8} Gbps.`,
  );
}
