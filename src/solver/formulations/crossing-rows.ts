import type { Builder, Term } from "../../milp/builder.ts";
import type { Packing } from "../instances/packing.ts";
import type { CandidatesAtRate } from "../stages/candidates-at-rate.ts";

/**
 * Counts links between instances where neighbours on one instance may be forbidden. Stages of an instance that allows
 * neighbours form one run; on an instance that forbids them each stage is a run of its own. The fewest runs of a placement
 * are max(Σ runs, 2·c − 1), c the most stages on one instance that forbids neighbours (others have to separate them), and
 * links between instances = runs − 1. The constant −1 does not change the best plan and is left out of the objective.
 */
export class CrossingRows {
  private readonly runTerms: Term[] = [];
  private readonly separated: {
    readonly column: number;
    readonly stages: number;
    readonly most: number;
    readonly name: string;
  }[] = [];

  constructor(
    private readonly build: Builder,
    private readonly perLink: number,
    /** Whether anything depends on the number of links. */
    private readonly counts: boolean,
  ) {}

  add(
    atRate: CandidatesAtRate,
    fit: Packing,
    most: number,
    stageColumns: readonly number[],
    instanceColumns: readonly number[],
  ): void {
    if (!this.counts || atRate.solo) return;
    if (atRate.neighbours) {
      for (const column of instanceColumns) this.runTerms.push({ column, coefficient: 1 });
      return;
    }
    for (const column of stageColumns) {
      this.runTerms.push({ column, coefficient: 1 });
      if (this.perLink === 0) continue;
      this.build.columns[column] = { ...this.build.columns[column]!, cost: this.perLink };
    }
    if (fit.kind !== "patterns") return;
    for (const [p, column] of instanceColumns.entries()) {
      const stages = fit.patterns[p]!.reduce((sum, n) => sum + n, 0);
      const { name } = this.build.columns[column]!;
      this.separated.push({ column, stages, most, name });
    }
  }

  /** @returns terms that add up to the number of runs */
  finish(): readonly Term[] {
    if (this.separated.length === 0) return this.runTerms;
    const extra = this.build.column("extra_runs", this.perLink, Number.POSITIVE_INFINITY, false);
    for (const { column, stages, most, name } of this.separated) {
      const used = this.build.column(`used.${name}`, 0, 1);
      this.build.row(`${name}.used`, Number.NEGATIVE_INFINITY, 0, [
        { column, coefficient: 1 },
        { column: used, coefficient: -most },
      ]);
      this.build.row(`${name}.separated`, 0, Number.POSITIVE_INFINITY, [
        { column: extra, coefficient: 1 },
        ...this.runTerms,
        { column: used, coefficient: -(2 * stages - 1) },
      ]);
    }
    return [...this.runTerms, { column: extra, coefficient: 1 }];
  }
}
