import { InputError } from "../../errors.ts";
import type { MatrixNetwork } from "../../hardware/network.ts";
import { readRecords } from "../text/csv-records.ts";
import { readNumber } from "../text/numbers.ts";
import { GBYTES_PER_SECOND } from "../text/ranges.ts";

/** The label of a GPU in the header and in the first column. */
export function gpuLabel(index: number): string {
  return `gpu_${index}`;
}

/**
 * Reads network_bandwidth.csv: one row and one column for every GPU of the pool, labelled gpu_0, gpu_1, …, in pool order,
 * instance by instance; bandwidth [source][target] in GB/s. The cell above the labels may hold anything.
 * @throws InputError with file, line and column when the size is not the pool's, a label is not the one expected, or an entry
 * is missing or not a positive number.
 */
export function parseNetwork(text: string, fileName: string, gpuCount: number): MatrixNetwork {
  const [header, ...rows] = matrixRecords(text, fileName);
  const labels = header!.cells();
  checkSize(labels.length - 1, `${fileName}:${header!.line}`, "columns", gpuCount);
  checkSize(rows.length, `${fileName}:${(rows.at(-1) ?? header!).line}`, "rows", gpuCount);
  for (let column = 0; column < gpuCount; column++) {
    const label = labels[column + 1]!;
    if (label !== gpuLabel(column)) {
      throw labelError(`${fileName}:${header!.line}, column ${column + 2}`, label, column);
    }
  }
  const gBytesPerSecond = new Float64Array(gpuCount * gpuCount);
  for (let row = 0; row < gpuCount; row++) {
    readRow(rows[row]!, row, fileName, gBytesPerSecond, gpuCount);
  }
  return { kind: "matrix", gpuCount, gBytesPerSecond };
}

/** A line of the matrix, split when it is its turn: the cells of a large matrix need not all be there at once. */
interface MatrixRecord {
  readonly line: number;
  readonly cells: () => readonly string[];
}

/**
 * A matrix holds labels and numbers, so that its text rarely needs quotes. Without any, cells are what lies between commas,
 * and reading the four million cells of 2,000 GPUs takes a fraction of the CSV parser's time.
 */
function matrixRecords(text: string, fileName: string): MatrixRecord[] {
  const lines = text.includes('"') ? [] : text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const records: MatrixRecord[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (!/^[\s,]*$/.test(line)) records.push({ line: index + 1, cells: () => splitLine(line) });
  }
  if (records.length > 0) return records;
  return readRecords(text, fileName).map(({ line, cells }) => ({ line, cells: () => cells }));
}

function splitLine(line: string): readonly string[] {
  const cells = line.split(",");
  return /\s/.test(line) ? cells.map((cell) => cell.trim()) : cells;
}

function readRow(
  record: MatrixRecord,
  row: number,
  fileName: string,
  into: Float64Array,
  gpuCount: number,
): void {
  const { line } = record;
  const cells = record.cells();
  if (cells[0] !== gpuLabel(row)) throw labelError(`${fileName}:${line}, column 1`, cells[0]!, row);
  if (cells.length - 1 !== gpuCount) {
    throw new InputError(
      `${fileName}:${line}`,
      `row ${gpuLabel(row)} has ${cells.length - 1} entries, the pool has ${gpuCount} GPUs.`,
      "Give one entry for every GPU.",
    );
  }
  // Neighbours mostly share a bandwidth: a repeated text needs no second reading.
  let lastCell = "";
  let lastValue = 0;
  for (let column = 0; column < gpuCount; column++) {
    const cell = cells[column + 1]!;
    if (cell !== lastCell || cell === "") {
      const reading = readNumber(cell, GBYTES_PER_SECOND);
      if ("problem" in reading) {
        throw new InputError(
          `${fileName}:${line}, column ${gpuLabel(column)}`,
          `the bandwidth is ${reading.problem}.`,
          "Give a number of GB/s above 0.",
        );
      }
      lastCell = cell;
      lastValue = reading.value;
    }
    into[row * gpuCount + column] = lastValue;
  }
}

function checkSize(found: number, where: string, what: string, gpuCount: number): void {
  if (found === gpuCount) return;
  throw new InputError(
    where,
    `the matrix has ${found} ${what} of bandwidths, the pool has ${gpuCount} GPUs.`,
    "Give one row and one column for every GPU of the pool, in pool order, or remove the file to derive bandwidths from the instance table.",
  );
}

function labelError(where: string, label: string, index: number): InputError {
  return new InputError(
    where,
    `the label is "${label}" where ${gpuLabel(index)} belongs.`,
    "Label rows and columns gpu_0, gpu_1, … in pool order, instance by instance.",
  );
}
