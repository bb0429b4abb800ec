import { addInstanceTo } from "../bounds/cover-row.ts";
import type { Pattern } from "./pattern.ts";

/** A class of instances as plans use it. */
export interface PlanClass {
  /** Position among the candidates of the case. */
  readonly candidate: number;
  /** Most instances. */
  readonly copies: number;
  readonly patterns: readonly Pattern[];
  /** Of an instance, from 0. */
  readonly cost: number;
  /** What an instance adds to each limit, from 0. */
  readonly uses: readonly number[];
}

/** What has to be put together: stages, and as much of each demand. */
export interface Need {
  readonly stages: number;
  /** By demand. */
  readonly totals: readonly number[];
  /** Most instances; Infinity for any number. */
  readonly mostInstances: number;
}

/**
 * Lower bounds on what the rest of a plan costs: with the classes from some position on, so many stages that hold the rest of a demand,
 * on so many instances at most. As in `coverBound`, a stage holds the most that it can.
 *
 *   G_τ(n, s, l) = min over instances of class τ:  Σ cost_τ + G_{τ+1}(n − their number, s − Σ k, l − Σ holds)
 *
 * A table for each demand; what is left of a plan costs no less than any of them says.
 */
export class CostToGo {
  private readonly tables: readonly Float64Array[];
  private readonly widths: readonly number[];
  /** Planes of a table by the number of instances; one where it cannot bind, since every instance carries a stage. */
  private readonly planes: number;

  /** @param costs of an instance, by class */
  constructor(
    classes: readonly PlanClass[],
    costs: readonly number[],
    private readonly need: Need,
  ) {
    this.planes = need.mostInstances < need.stages ? need.mostInstances + 1 : 1;
    this.widths = need.totals.map((total) => total + 1);
    this.tables = this.widths.map((width, demand) =>
      this.tableOf(
        classes,
        costs,
        width,
        classes.map(({ patterns }) => capacity(patterns, demand)),
      ),
    );
  }

  /** @param left what is still to be held, by demand; 0 or less for nothing */
  from(position: number, instances: number, stages: number, left: readonly number[]): number {
    const plane = this.planes > 1 ? instances : 0;
    const row = (position * this.planes + plane) * (this.need.stages + 1) + stages;
    let most = 0;
    for (let demand = 0; demand < left.length; demand++) {
      const cell = row * this.widths[demand]! + Math.max(0, left[demand]!);
      const cost = this.tables[demand]![cell]!;
      if (cost > most) most = cost;
    }
    return most;
  }

  private tableOf(
    classes: readonly PlanClass[],
    costs: readonly number[],
    width: number,
    capacities: readonly Capacity[],
  ): Float64Array {
    const plane = (this.need.stages + 1) * width;
    const size = this.planes * plane;
    const cells = new Float64Array((classes.length + 1) * size).fill(Number.POSITIVE_INFINITY);
    for (let n = 0; n < this.planes; n++) cells[classes.length * size + n * plane] = 0;
    for (let position = classes.length - 1; position >= 0; position--) {
      const at = position * size;
      cells.copyWithin(at, at + size, at + 2 * size);
      const own = cells.subarray(at, at + size);
      this.addClass(own, capacities[position]!, costs[position]!, classes[position]!.copies, width);
    }
    return cells;
  }

  /** Up to `copies` instances of a class more. */
  private addClass(
    cells: Float64Array,
    holds: Capacity,
    cost: number,
    copies: number,
    width: number,
  ): void {
    const { stages } = this.need;
    const most = this.planes > 1 ? this.planes - 1 : stages;
    const plane = (stages + 1) * width;
    // Where the number of copies cannot bind, one rising pass allows any number of them.
    const isUnbounded = copies >= most;
    for (let copy = 0; copy < (isUnbounded ? 1 : copies); copy++) {
      let changed = false;
      for (let step = this.planes > 1 ? 1 : 0; step < this.planes; step++) {
        // Falling, a plane is made of those below it before they have this copy.
        const n = this.planes === 1 || isUnbounded ? step : this.planes - step;
        const to = n * plane;
        const from = this.planes === 1 ? 0 : to - plane;
        for (let each = 1; each <= stages; each++) {
          const s = isUnbounded ? each : stages + 1 - each;
          for (const [k, most] of holds) {
            if (
              k <= s &&
              addInstanceTo(cells, from + (s - k) * width, to + s * width, width, most, cost)
            )
              changed = true;
          }
        }
      }
      if (!changed) return;
    }
  }
}

/** The most of a demand that an instance holds, by its stages. */
type Capacity = readonly (readonly [stages: number, holds: number])[];

function capacity(patterns: readonly Pattern[], demand: number): Capacity {
  const most = new Map<number, number>();
  for (const { stages, holds } of patterns) {
    most.set(stages, Math.max(most.get(stages) ?? 0, holds[demand]!));
  }
  return [...most];
}
