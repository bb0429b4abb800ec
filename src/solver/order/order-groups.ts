import { InternalError } from "../../errors.ts";
import { type Builder, ones } from "../../milp/builder.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { SegmentLatencies } from "../stages/start-table.ts";
import { forEachRun, type Position, type StartsAtRate } from "../stages/starts-at-rate.ts";
import type { Seat } from "./open-run.ts";
import { type OrderedStage, orderStages, type StageGroup } from "./order-stages.ts";

/** Copies of each group that are known not to suffice, Infinity standing for any number. */
export type MissingCounts = readonly number[];

/**
 * Options at positions of the pipeline, by what they can carry there: whether an order exists depends on the groups alone. Where it
 * matters which stages are neighbours on an instance, groups have seats as well.
 */
export class OrderGroups {
  private readonly groups: StageGroup[] = [];
  private readonly columns: number[][] = [];
  private readonly byKey = new Map<string, number>();
  private readonly latencyNames = new Map<SegmentLatencies, number>();

  constructor(
    private readonly stages: number,
    private readonly layers: number,
    private readonly budget: LatencyBudget | null,
  ) {}

  /** @returns the position of the option's group */
  add(position: Position, starts: StartsAtRate, columns: readonly number[], seat?: Seat): number {
    const seatName = seat ? `${seat.instanceClass} ${seat.gpus} ${seat.stays}` : "";
    const key = `${position} ${this.latencyName(starts)} ${seatName} ${runsKey(position, starts)}`;
    let group = this.byKey.get(key);
    if (group === undefined) {
      group = this.groups.length;
      this.byKey.set(key, group);
      this.groups.push({ position, starts, ...(seat ? { seat } : {}) });
      this.columns.push([]);
    }
    this.columns[group]!.push(...columns);
    return group;
  }

  /** Without a budget latencies do not tell options apart. */
  private latencyName({ table: { latencies } }: StartsAtRate): number {
    if (!this.budget || !latencies) return 0;
    let name = this.latencyNames.get(latencies);
    if (name === undefined) {
      name = this.latencyNames.size + 1;
      this.latencyNames.set(latencies, name);
    }
    return name;
  }

  /** An order of a plan's stages that keeps the budget; null when none was found. */
  order(values: ArrayLike<number>): readonly OrderedStage[] | null {
    const order = this.orderStages(this.counts(values));
    return order === "too_large" ? null : order;
  }

  /** Where the stages of a group stand. */
  seatOf(group: number): Seat {
    const { seat } = this.groups[group]!;
    if (!seat) throw new InternalError("a group of stages without a seat.");
    return seat;
  }

  private counts(values: ArrayLike<number>): number[] {
    return this.columns.map((columns) =>
      columns.reduce((sum, column) => sum + Math.round(values[column]!), 0),
    );
  }

  private orderStages(copies: readonly number[]): ReturnType<typeof orderStages> {
    return orderStages(this.groups, copies, this.stages, this.layers, this.budget);
  }

  /**
   * The plan's counts, raised group by group to any number as long as no order exists; null when there may be one. With seats only
   * groups of instance classes that the plan uses are raised: there are many others, and a plan that uses one of them is not ruled out.
   */
  orderCut(values: ArrayLike<number>): MissingCounts | null {
    const copies = this.counts(values);
    const used = new Set(
      this.groups.flatMap(({ seat }, g) => (copies[g]! > 0 ? [seat?.instanceClass] : [])),
    );
    for (let group = 0; group < copies.length; group++) {
      if (!used.has(this.groups[group]!.seat?.instanceClass)) continue;
      const before = copies[group]!;
      copies[group] = Number.POSITIVE_INFINITY;
      if (this.orderStages(copies) !== null) copies[group] = before;
    }
    return this.orderStages(copies) === null ? copies : null;
  }

  /** Some group has more stages than the missing counts: X_g ≥ (u_g + 1)·b_g, Σ b_g ≥ 1; with u_g = 0, X_g stands for b_g. */
  addCut(build: Builder, n: number, missing: MissingCounts): void {
    const chosen: number[] = [];
    for (const [group, most] of missing.entries()) {
      if (most === Number.POSITIVE_INFINITY) continue;
      if (most === 0) {
        chosen.push(...this.columns[group]!);
        continue;
      }
      const more = build.column(`more.c${n}.g${group}`, 0, 1);
      chosen.push(more);
      build.row(`more.c${n}.g${group}`, 0, Number.POSITIVE_INFINITY, [
        ...ones(this.columns[group]!),
        { column: more, coefficient: -(most + 1) },
      ]);
    }
    build.row(`cut${n}`, 1, Number.POSITIVE_INFINITY, ones(chosen));
  }
}

/** Names what a table allows at a position: equal names, equal runs. */
function runsKey(position: Position, starts: StartsAtRate): string {
  const runs: string[] = [];
  let before = -1;
  let least = 0;
  let most = 0;
  const close = (): void => {
    if (before >= 0) runs.push(`${before}:${least}-${most}`);
  };
  forEachRun(starts, position, (start, size) => {
    if (start === before && size === most + 1) {
      most = size;
      return;
    }
    close();
    before = start;
    least = size;
    most = size;
  });
  close();
  if (position !== "middle") return runs.join();
  // Starts that share a list name it once, so which starts do is part of what is allowed.
  const { lists, listOf } = starts.table;
  return `${runs.join()} ${listOf.map((list) => lists[list]!.before).join()}`;
}
