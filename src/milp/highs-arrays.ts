import type { ModelData } from "highs";
import type { MilpModel } from "./model.ts";

/** A model as HiGHS takes it: compressed columns in typed arrays, which pass between threads without copying. */
export interface HighsArrays {
  readonly columnCost: Float64Array;
  readonly columnLower: Float64Array;
  readonly columnUpper: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  /** Where each column's entries start in the two arrays below; one longer than the columns. */
  readonly starts: Int32Array;
  readonly rowIndices: Int32Array;
  readonly coefficients: Float64Array;
  /** 1 for an integer column, 0 for a continuous one; null when every column is continuous. */
  readonly integrality: Int32Array | null;
}

/** Rows without terms are left out: they hold or not before any solver runs, and HiGHS lets them pass unseen. */
export function toHighsArrays(model: MilpModel): HighsArrays {
  const { columns } = model;
  const rows = model.rows.filter((row) => row.terms.length > 0);
  const starts = new Int32Array(columns.length + 1);
  for (const row of rows) for (const term of row.terms) starts[term.column + 1]! += 1;
  for (let column = 0; column < columns.length; column++) starts[column + 1]! += starts[column]!;
  const entryCount = starts[columns.length]!;
  const rowIndices = new Int32Array(entryCount);
  const coefficients = new Float64Array(entryCount);
  const next = starts.slice();
  rows.forEach((row, rowIndex) => {
    for (const { column, coefficient } of row.terms) {
      const position = next[column]!++;
      rowIndices[position] = rowIndex;
      coefficients[position] = coefficient;
    }
  });
  const isMixed = columns.some((column) => column.integer);
  return {
    columnCost: Float64Array.from(columns, (column) => column.cost),
    columnLower: Float64Array.from(columns, (column) => column.lower),
    columnUpper: Float64Array.from(columns, (column) => column.upper),
    rowLower: Float64Array.from(rows, (row) => row.lower),
    rowUpper: Float64Array.from(rows, (row) => row.upper),
    starts,
    rowIndices,
    coefficients,
    integrality: isMixed ? Int32Array.from(columns, (column) => (column.integer ? 1 : 0)) : null,
  };
}

/** The arrays under the names HiGHS knows them by. Its default sense is to minimise. */
export function toModelData(arrays: HighsArrays): ModelData {
  const numCols = arrays.columnCost.length;
  const numRows = arrays.rowLower.length;
  return {
    numCols,
    numRows,
    colCost: arrays.columnCost,
    colLower: arrays.columnLower,
    colUpper: arrays.columnUpper,
    rowLower: arrays.rowLower,
    rowUpper: arrays.rowUpper,
    matrix: {
      format: "csc",
      numRows,
      numCols,
      starts: arrays.starts,
      indices: arrays.rowIndices,
      values: arrays.coefficients,
    },
    ...(arrays.integrality === null ? {} : { integrality: arrays.integrality }),
  };
}

/** The buffers to hand over when the arrays are posted to another thread. */
export function buffersOf(arrays: HighsArrays): ArrayBuffer[] {
  return Object.values(arrays).flatMap((array: Float64Array | Int32Array | null) =>
    array === null ? [] : [array.buffer as ArrayBuffer],
  );
}
