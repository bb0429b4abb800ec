import type { MilpColumn, MilpModel, MilpRow } from "./model.ts";

/** A column with its coefficient in a row. */
export type Term = { readonly column: number; readonly coefficient: number };

/** Every column once. */
export function ones(columns: readonly number[]): Term[] {
  return columns.map((column) => ({ column, coefficient: 1 }));
}

/** Collects the columns and rows of a MILP. */
export class Builder {
  readonly columns: MilpColumn[] = [];
  readonly rows: MilpRow[] = [];

  column(name: string, cost: number, upper: number, integer = true): number {
    this.columns.push({ name, cost, lower: 0, upper, integer });
    return this.columns.length - 1;
  }

  row(name: string, lower: number, upper: number, terms: readonly Term[]): void {
    this.rows.push({ name, lower, upper, terms });
  }

  model(): MilpModel {
    return { columns: this.columns, rows: this.rows };
  }
}

/** Solvers take names of 240 characters, and rows add words of their own. */
const MOST_CHARACTERS = 160;

/** Names that every LP and MPS reader takes, cut where they are long; different types get different ones. */
export class SafeNames {
  private readonly taken = new Set<string>();

  of(name: string): string {
    const base = name.replace(/[^A-Za-z0-9_]/g, "_").slice(0, MOST_CHARACTERS);
    let safe = base;
    for (let n = 2; this.taken.has(safe); n++) safe = `${base}_${n}`;
    this.taken.add(safe);
    return safe;
  }
}
