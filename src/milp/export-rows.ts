import type { MilpModel, MilpRow } from "./model.ts";

/** A row with one bound: Σ coefficient · column (≤, ≥ or =) rightHandSide. */
interface ExportRow {
  readonly name: string;
  readonly sense: "<=" | ">=" | "=";
  readonly rightHandSide: number;
  readonly terms: MilpRow["terms"];
}

/** A model in the words that every reader of LP and MPS files agrees on. */
export interface ExportModel {
  readonly objectiveName: string;
  /** One a column of the model, in its order. */
  readonly columnNames: readonly string[];
  readonly rows: readonly ExportRow[];
}

/** Words that LP files use for themselves, in any case. */
const RESERVED = new Set(
  (
    "min minimize minimum minimise max maximize maximum maximise st s.t. st. such subject to obj bound bounds free inf " +
    "infinity gen general generals int integer integers bin binary binaries semi semis sec sos sos1 sos2 end range ranges " +
    "rows columns rhs name endata objsense marker lazy user"
  ).split(" "),
);

/**
 * Prepares a model for writing. A row with two different bounds becomes two rows, `name_lo` and `name_up`: LP files have
 * no range that all readers share, and the range of an MPS file is a difference, whose sum need not be the bound again.
 * Rows without any bound say nothing and are left out.
 */
export function toExportModel(model: MilpModel): ExportModel {
  const rowNames = new NameTable();
  const objectiveName = rowNames.take("cost");
  const columnNames = new NameTable();
  const rows = model.rows.flatMap((row): ExportRow[] => {
    const side = (suffix: string, sense: ExportRow["sense"], bound: number): ExportRow => ({
      name: rowNames.take(`${row.name}${suffix}`),
      sense,
      rightHandSide: bound,
      terms: row.terms,
    });
    if (row.lower === row.upper) return [side("", "=", row.lower)];
    const isRange = row.lower !== -Infinity && row.upper !== Infinity;
    return [
      ...(row.lower === -Infinity ? [] : [side(isRange ? "_lo" : "", ">=", row.lower)]),
      ...(row.upper === Infinity ? [] : [side(isRange ? "_up" : "", "<=", row.upper)]),
    ];
  });
  return {
    objectiveName,
    columnNames: model.columns.map((column) => columnNames.take(column.name)),
    rows,
  };
}

/** Turns names into ones that no reader mistakes for a number or a keyword, without giving one twice. */
class NameTable {
  readonly #taken = new Set<string>();

  take(name: string): string {
    // 1x, .5, info and nan_1 begin a number to some readers, e12 is the rest of one, and `free` opens a section.
    const isOdd = /^([0-9.]|e([0-9.]|$)|inf|nan)/i.test(name) || RESERVED.has(name.toLowerCase());
    const base = isOdd ? `n_${name}` : name;
    let free = base;
    for (let count = 2; this.#taken.has(free); count++) free = `${base}_${count}`;
    this.#taken.add(free);
    return free;
  }
}
