import { InternalError } from "../../errors.ts";
import type { Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { CaseCosts, CaseLimit, RentalRules } from "../case-terms.ts";
import type { FlooredHost, FlooredOption } from "../floor.ts";
import { addHostRows } from "../hosts/host-rows.ts";
import type { HostPlan } from "../hosts/plan.ts";
import { Builder, ones } from "../milp/builder.ts";
import type { MilpModel } from "../milp/model.ts";
import { placeByStart, sizesAt } from "./formulation.ts";
import { heaviestSegment, type Measure } from "./measures.ts";
import { type OrderedStage, realizeOrder, type SegmentSizes } from "./realize.ts";

/** Copies of each group that are known not to suffice, Infinity standing for any number. */
export type Shortfall = readonly number[];

/** A relaxation of the starts formulation without positions, and how its plans become placements. */
export interface CoverModel {
  readonly milp: MilpModel;
  /** A placement of the plan; null when its stages cannot be put in an order that covers the model. */
  readonly placement: (values: ArrayLike<number>, point: OperatingPoint) => Placement | null;
  /** A shortfall that rules out the plan, and as many others as it can; null when there is none that is quick to find. */
  readonly shortfall: (values: ArrayLike<number>) => Shortfall | null;
}

/**
 * How many stages of each option and how many instances: the starts formulation without the starts.
 *
 *   Σ x_o = S;  for every measure μ of the layers:  Σ_o heaviest_μ(o)·x_o ≥ μ(model)
 *   for every known shortfall u:  some group g of options has more than u_g stages
 *
 * Options that can carry the same segments are one group: whether an order exists depends on the groups alone. The
 * optimum is a bound; when its stages can be put in order, it is the optimum of the case.
 */
export function coverModel(
  hosts: readonly FlooredHost[],
  stages: number,
  layers: number,
  measures: readonly Measure[],
  costs: CaseCosts,
  limits: readonly CaseLimit[],
  rules: RentalRules,
  shortfalls: readonly Shortfall[],
): CoverModel {
  const build = new Builder();
  const groups = new OptionGroups(layers);
  const columns: { readonly column: number; readonly option: FlooredOption }[] = [];
  const decode = addHostRows(build, hosts, stages, costs, limits, rules, (name, option, most) => {
    const column = build.column(`x.${name}`, 0, most);
    columns.push({ column, option });
    groups.add(option, column);
    return {
      stageColumns: [column],
      decode: (values) => new Array<number>(Math.round(values[column]!)).fill(0),
    };
  });
  for (const [m, measure] of measures.entries()) {
    build.row(
      `measure${m}`,
      layers * (1 - 1e-9),
      Number.POSITIVE_INFINITY,
      columns.map(({ column, option }) => ({
        column,
        coefficient: heaviestSegment(measure, (before) => sizesAt(option, before, layers)),
      })),
    );
  }
  for (const [n, shortfall] of shortfalls.entries()) groups.addCut(build, n, shortfall);

  return {
    milp: build.model(),
    placement: (values, point) => {
      const order = realizeOrder(groups.sizes, groups.counts(values), stages, layers);
      if (order === "too_large" || order === null) return null;
      return placeByStart(withStarts(decode(values), groups, order), layers, point);
    },
    shortfall: (values) => groups.shortfall(values, stages, layers),
  };
}

/** Hands the starts of an order to the stages of a plan. */
function withStarts(
  plans: readonly HostPlan[],
  groups: OptionGroups,
  order: readonly OrderedStage[],
): HostPlan[] {
  const starts = groups.sizes.map((_, group) =>
    order.filter((stage) => stage.group === group).map(({ before }) => before),
  );
  return plans.map((plan) => ({
    ...plan,
    stages: plan.stages.map((list, i) => {
      const taken = starts[groups.groupOf(plan.floored.options[i]!)]!.splice(0, list.length);
      if (taken.length !== list.length) throw new InternalError("an order lost a stage.");
      return taken;
    }),
  }));
}

/** Options by the segments they can carry. */
class OptionGroups {
  readonly sizes: SegmentSizes[] = [];
  private readonly columns: number[][] = [];
  private readonly byKey = new Map<string, number>();
  private readonly byOption = new Map<FlooredOption, number>();

  constructor(private readonly layers: number) {}

  add(option: FlooredOption, column: number): void {
    const table = Array.from({ length: this.layers }, (_, before) =>
      sizesAt(option, before, this.layers),
    );
    const key = table.map((sizes) => sizes.join()).join(";");
    let group = this.byKey.get(key);
    if (group === undefined) {
      group = this.sizes.length;
      this.byKey.set(key, group);
      this.sizes.push((before) => table[before] ?? []);
      this.columns.push([]);
    }
    this.columns[group]!.push(column);
    this.byOption.set(option, group);
  }

  groupOf(option: FlooredOption): number {
    return this.byOption.get(option)!;
  }

  counts(values: ArrayLike<number>): number[] {
    return this.columns.map((columns) =>
      columns.reduce((sum, column) => sum + Math.round(values[column]!), 0),
    );
  }

  /** The plan's counts, raised group by group to any number as long as no order exists. */
  shortfall(values: ArrayLike<number>, stages: number, layers: number): Shortfall | null {
    const copies = this.counts(values);
    for (let group = 0; group < copies.length; group++) {
      const before = copies[group]!;
      copies[group] = Number.POSITIVE_INFINITY;
      if (realizeOrder(this.sizes, copies, stages, layers) !== null) copies[group] = before;
    }
    return realizeOrder(this.sizes, copies, stages, layers) === null ? copies : null;
  }

  /** Some group has more stages than the shortfall: X_g ≥ (u_g + 1)·b_g, Σ b_g ≥ 1. */
  addCut(build: Builder, n: number, shortfall: Shortfall): void {
    const chosen: number[] = [];
    for (const [group, most] of shortfall.entries()) {
      if (most === Number.POSITIVE_INFINITY) continue;
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
