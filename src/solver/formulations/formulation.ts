import type { MilpModel } from "../../milp/model.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Case } from "./case.ts";

/** A MILP of a case and how to read its solutions. */
export interface CaseModel {
  readonly milp: MilpModel;
  /** What the objective of the MILP leaves out. */
  readonly constant: number;
  /** The placement that a solution stands for; null where a relaxation's stages cannot be put in an order. */
  readonly placement: (values: ArrayLike<number>) => Placement | null;
  /** Binary columns that decide which stages there are and what each holds; absent where no such columns are. */
  readonly choices?: readonly number[];
  /**
   * The relaxation without a solution that has no order, and without as many like it as are quick to find; null where none are, or
   * too many were cut off already.
   */
  readonly withCut?: (values: ArrayLike<number>) => CaseModel | null;
}

/** A way of writing a case as a MILP. */
export interface Formulation {
  readonly name: string;
  /**
   * exact: its optimum is that of the case; relaxation: no placement of the case costs less, and its answer is the case's as soon as
   * it stands; null: it cannot be used.
   */
  readonly covers: (of: Case) => "exact" | "relaxation" | null;
  readonly build: (of: Case) => CaseModel;
}
