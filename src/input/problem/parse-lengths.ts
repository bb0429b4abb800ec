import { InputError } from "../../errors.ts";
import type { LengthBin } from "../../workload/lengths.ts";
import { type CsvTable, cellPlace, readNumberCell, readTable } from "../text/csv.ts";
import type { NumberRange } from "../text/numbers.ts";
import { SHARE, TOKENS } from "../text/ranges.ts";

const LENGTH = "tokens";
const COUNT = "count";
const PROBABILITY = "probability";

const COUNT_RANGE: NumberRange = { unit: "sequences", integer: true, min: 0 };

/** How far the sum of probabilities may be from 1: four digits are written carelessly, a missing row is not. */
const SUM_TOLERANCE = 1e-3;

/**
 * Reads a histogram of lengths: columns `tokens` and either `count` or `probability`, one length a row, in any order.
 * @param least the shortest length there can be: 1 for input, 0 for output
 * @throws InputError with file and line for bad cells, a length that stands twice, no sequence at all, and probabilities that
 * do not add up to 1
 */
export function parseLengths(text: string, fileName: string, least: number): LengthBin[] {
  const table = readTable(text, fileName, {
    required: [LENGTH],
    optional: [COUNT, PROBABILITY],
  });
  const weightColumn = chooseColumn(table);
  const weightRange = weightColumn === COUNT ? COUNT_RANGE : SHARE;
  const lines = new Map<number, number>();
  const bins = table.rows.map((row): LengthBin => {
    const tokens = readNumberCell(table, row, LENGTH, { ...TOKENS, min: least });
    const earlier = lines.get(tokens);
    if (earlier !== undefined) {
      throw new InputError(
        cellPlace(table, row, LENGTH),
        `a length of ${tokens} tokens is already given in line ${earlier}.`,
        "Merge the two rows.",
      );
    }
    lines.set(tokens, row.line);
    return { tokens, weight: readNumberCell(table, row, weightColumn, weightRange) };
  });
  checkSum(table, weightColumn, bins);
  return bins;
}

function chooseColumn(table: CsvTable): typeof COUNT | typeof PROBABILITY {
  const hasCount = table.columns.includes(COUNT);
  if (hasCount !== table.columns.includes(PROBABILITY)) return hasCount ? COUNT : PROBABILITY;
  throw new InputError(
    `${table.fileName}:${table.headerLine}`,
    hasCount
      ? "the header has both count and probability."
      : "the header has neither count nor probability.",
    "Give the columns tokens,count or tokens,probability.",
  );
}

function checkSum(table: CsvTable, column: string, bins: readonly LengthBin[]): void {
  const where = `${table.fileName}:${table.rows.at(-1)?.line ?? table.headerLine}`;
  const sum = bins.reduce((total, { weight }) => total + weight, 0);
  if (sum === 0) {
    throw new InputError(
      where,
      bins.length === 0 ? "there is no row below the header." : `all rows have a ${column} of 0.`,
      "Give at least one length that occurs.",
    );
  }
  if (column === PROBABILITY && Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new InputError(
      where,
      `the probabilities add up to ${Number(sum.toPrecision(6))}, not to 1.`,
      "Give every length, or use the column count.",
    );
  }
}
