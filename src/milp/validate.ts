import { InternalError } from "../errors.ts";
import type { MilpModel, MilpOptions } from "./model.ts";

/** Solvers drop smaller row coefficients without a word, which can turn a feasible model infeasible. */
const SMALLEST_COEFFICIENT = 1e-9;

/** Solvers read numbers of this size and above as infinite or refuse them. */
const LARGEST_NUMBER = 1e15;

/** Readers of LP and MPS files stop at 255 characters, and writers append a few to a name. */
const LONGEST_NAME = 240;

const SAFE_NAME = /^[A-Za-z0-9_.]+$/;

/**
 * Checks a model before any back end sees it: a model that breaks one of these rules is solved as a different model by
 * some solver, silently.
 *
 * @throws InternalError naming the column or row, since only the program itself builds models.
 */
export function validateModel(model: MilpModel): void {
  checkNames(model.columns, "column");
  checkNames(model.rows, "row");
  for (const column of model.columns) {
    const where = `column ${column.name}`;
    checkFinite(column.cost, `${where}: cost`);
    checkInterval(column.lower, column.upper, where);
  }
  const rowOfColumn = new Int32Array(model.columns.length).fill(-1);
  model.rows.forEach((row, rowIndex) => {
    const where = `row ${row.name}`;
    checkInterval(row.lower, row.upper, where);
    for (const { column, coefficient } of row.terms) {
      const target = model.columns[column];
      if (target === undefined) {
        throw new InternalError(
          `${where}: column index ${column} is not one of 0..${model.columns.length - 1}.`,
        );
      }
      if (rowOfColumn[column] === rowIndex) {
        throw new InternalError(`${where}: column ${target.name} appears twice.`);
      }
      rowOfColumn[column] = rowIndex;
      checkFinite(coefficient, `${where}: coefficient of ${target.name}`);
      if (Math.abs(coefficient) < SMALLEST_COEFFICIENT) {
        throw new InternalError(
          `${where}: coefficient ${coefficient} of ${target.name} is smaller than ${SMALLEST_COEFFICIENT}.`,
        );
      }
    }
  });
}

/**
 * Checks the options of one solve against its model.
 *
 * @throws InternalError when a gap or limit is not a number ≥ 0, or the start has the wrong length or a value that is not finite.
 */
export function validateOptions(model: MilpModel, options: MilpOptions): void {
  const { timeLimitSeconds, absoluteGap, start } = options;
  if (timeLimitSeconds !== undefined && !(timeLimitSeconds >= 0)) {
    throw new InternalError(
      `The time limit must be a number of seconds ≥ 0, not ${timeLimitSeconds}.`,
    );
  }
  if (absoluteGap !== undefined && !(absoluteGap >= 0 && absoluteGap < LARGEST_NUMBER)) {
    throw new InternalError(`The absolute gap must be a finite number ≥ 0, not ${absoluteGap}.`);
  }
  const { knownBound } = options;
  if (knownBound !== undefined) checkFinite(knownBound, "The known bound");
  if (start === undefined) return;
  if (start.length !== model.columns.length) {
    throw new InternalError(
      `The start has ${start.length} values for a model of ${model.columns.length} columns.`,
    );
  }
  const bad = start.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InternalError(
      `The start gives column ${model.columns[bad]?.name} the value ${start[bad]}.`,
    );
  }
}

function checkNames(items: readonly { readonly name: string }[], kind: string): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (!SAFE_NAME.test(name) || name.length > LONGEST_NAME) {
      throw new InternalError(
        `${kind} name ${JSON.stringify(name)} must be 1 to ${LONGEST_NAME} of the characters A-Z, a-z, 0-9, _ and dot.`,
      );
    }
    if (seen.has(name)) throw new InternalError(`Two ${kind}s are named ${name}.`);
    seen.add(name);
  }
}

function checkFinite(value: number, what: string): void {
  if (!(Math.abs(value) < LARGEST_NUMBER)) {
    throw new InternalError(
      `${what} is ${value}; it must be a number below ${LARGEST_NUMBER} in size.`,
    );
  }
}

/** An end of an interval is finite, or infinite on its own side. */
function checkInterval(lower: number, upper: number, where: string): void {
  if (lower !== -Infinity) checkFinite(lower, `${where}: lower`);
  if (upper !== Infinity) checkFinite(upper, `${where}: upper`);
  if (lower > upper) throw new InternalError(`${where}: lower ${lower} is above upper ${upper}.`);
}
