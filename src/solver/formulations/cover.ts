import { InternalError } from "../../errors.ts";
import { Builder, ones, type Term } from "../../milp/builder.ts";
import { layerCount } from "../../model/model.ts";
import type { Placement } from "../../placement/placement.ts";
import { extentAt, type LayerWeights } from "../bounds/layer-weights.ts";
import type { InstancePlan } from "../order/instance-plan.ts";
import { type MissingCounts, OrderGroups } from "../order/order-groups.ts";
import type { OrderedStage } from "../order/order-stages.ts";
import { placeRuns } from "../order/place-runs.ts";
import { asksForNext, startsOf } from "../stages/candidates-at-rate.ts";
import { type Position, positionsOf, type StartsAtRate } from "../stages/starts-at-rate.ts";
import { type Case, isOrderFree } from "./case.ts";
import { CoverLatency } from "./cover-latency.ts";
import type { CaseModel, Formulation } from "./formulation.ts";
import { addInstanceRows, runsLessLinks } from "./instance-rows.ts";
import { placeByStart } from "./starts.ts";

/** What a plan is known to have too few stages of: of groups by what they can carry, or by where they stand as well. */
interface OrderCut {
  readonly by: "runs" | "seats";
  readonly most: MissingCounts;
}

/** Plans that cannot be put in order are cut off one by one, this often; then another formulation decides. */
const MOST_CUTS = 60;

/** Room for rounding where weights of layers are added up, relative. */
const ROUNDING = 1e-9;

/**
 * How many stages of each option, at which position (first, last, in between), and how many instances: the starts formulation
 * without the starts.
 *
 *   Σ x_op = S,  Σ x_o,first = 1,  Σ x_o,last = 1
 *   for every weight μ of the layers:    Σ lightest_μ(o, p)·x_op ≤ μ(model) ≤ Σ heaviest_μ(o, p)·x_op
 *   for every cut with counts u:          some group g of options has more than u_g stages
 *   for every limited latency:           see cover-latency.ts
 *
 * Options that can carry the same runs of layers at a position are one group: whether an order exists depends on the groups
 * alone. The optimum is a bound; when its stages can be put in order, it is the optimum of the case.
 * Where any order is as good, positions need not be told apart: see free-cover.ts.
 */
export const COVER: Formulation = {
  name: "cover",
  covers: (of) => (isOrderFree(of) ? null : "relaxation"),
  build: (of) => coverModel(of, []),
};

function coverModel(of: Case, cuts: readonly OrderCut[]): CaseModel {
  const { candidates, pieces: stages, layerWeights } = of;
  const { latency: budget, point } = of.batch.setting;
  const layers = layerCount(of.problem.model);
  const build = new Builder();
  const groups = new OrderGroups(stages, layers, budget);
  const latency = new CoverLatency(build, layers, budget);
  const extents = new ExtentRows(build, layers, layerWeights);
  const atEnds: Record<"first" | "last", number[]> = { first: [], last: [] };
  /** Where GPUs are not alike, which of them stages get decides more than an order does. */
  const seated =
    asksForNext(candidates) &&
    candidates.every(({ instanceClass }) => instanceClass.partitions === null)
      ? new OrderGroups(stages, layers, budget)
      : null;
  const groupOf = new Map<number, number>();
  const classOf = new Map(
    candidates.flatMap(({ options }, position) => options.map((o) => [o, position] as const)),
  );
  const decode = addInstanceRows(build, of, (name, option, most) => {
    const stageColumns: number[] = [];
    const addStages = (starts: StartsAtRate, prefix: string, stays: boolean): void => {
      for (const position of positionsOf(stages)) {
        if (!extents.has(starts, position)) continue;
        const columns = latency.addStages(
          position === "only" ? prefix : `${prefix}.${position}`,
          position,
          starts,
          position === "middle" ? Math.min(most, stages - 2) : 1,
        );
        extents.add(starts, position, columns);
        if (position === "first" || position === "last") atEnds[position].push(...columns);
        const group = groups.add(position, starts, columns);
        for (const column of columns) groupOf.set(column, group);
        const instanceClass = classOf.get(option)!;
        const instanceGpus = candidates[instanceClass]!.instanceClass.type.instance.gpuCount;
        seated?.add(position, starts, columns, {
          instanceClass,
          gpus: option.groupGpus,
          instanceGpus,
          stays,
        });
        stageColumns.push(...columns);
      }
    };
    const [leaves, staying] = startsOf(option);
    addStages(leaves!, name, false);
    const leavingColumns = [...stageColumns];
    if (staying) addStages(staying, `${name}.stays`, true);
    return {
      stageColumns,
      ...(staying ? { leavingColumns } : {}),
      decode: (values) =>
        stageColumns.flatMap((column) =>
          new Array<number>(Math.round(values[column]!)).fill(groupOf.get(column)!),
        ),
    };
  });
  if (stages > 1) {
    for (const end of ["first", "last"] as const) build.row(end, 1, 1, ones(atEnds[end]));
  }
  extents.finish();
  latency.finish();
  for (const [n, { by, most }] of cuts.entries()) {
    (by === "runs" ? groups : seated!).addCut(build, n, most);
  }

  const place = (values: ArrayLike<number>): Placement | null => {
    if (seated) {
      const ordered = seated.order(values)?.map(({ group, before }) => {
        const { instanceClass, gpus: groupGpus, stays } = seated.seatOf(group);
        return { atRate: candidates[instanceClass]!, groupGpus, before, stays };
      });
      return ordered ? placeRuns(ordered, decode(values), layers, point) : null;
    }
    const order = groups.order(values);
    return order && placeByStart(withStarts(decode(values), order), layers, point);
  };
  const orderCut = (values: ArrayLike<number>): OrderCut | null => {
    const most = groups.orderCut(values);
    if (most) return { by: "runs", most };
    const seats = seated?.orderCut(values);
    return seats ? { by: "seats", most: seats } : null;
  };
  return {
    milp: build.model(),
    constant: runsLessLinks(of),
    placement: (values) => {
      const pieces = place(values);
      return pieces && of.ofStages(pieces);
    },
    withCut: (values) => {
      if (cuts.length + 1 >= MOST_CUTS) return null;
      const cut = orderCut(values);
      return cut && coverModel(of, [...cuts, cut]);
    },
  };
}

/** Hands the starts of an order to the stages of a plan, whose numbers are those of their groups. */
function withStarts(
  plans: readonly InstancePlan[],
  order: readonly OrderedStage[],
): InstancePlan[] {
  const left = new Map<number, number[]>();
  for (const { group, before } of order) {
    const list = left.get(group);
    if (list) list.push(before);
    else left.set(group, [before]);
  }
  return plans.map((plan) => ({
    ...plan,
    stages: plan.stages.map((list) =>
      list.map((group) => {
        const before = left.get(group)?.shift();
        if (before === undefined) throw new InternalError("an order lost a stage.");
        return before;
      }),
    ),
  }));
}

/** The rows of the weights of layers. */
class ExtentRows {
  private readonly heaviest: Term[][];
  private readonly lightest: Term[][];

  constructor(
    private readonly build: Builder,
    private readonly layers: number,
    private readonly layerWeights: readonly LayerWeights[],
  ) {
    this.heaviest = layerWeights.map(() => []);
    this.lightest = layerWeights.map(() => []);
  }

  /** Whether a stage may stand at a position at all. */
  has(starts: StartsAtRate, position: Position): boolean {
    return extentAt(this.layerWeights[0]!, starts, position) !== null;
  }

  add(starts: StartsAtRate, position: Position, columns: readonly number[]): void {
    for (const [m, weights] of this.layerWeights.entries()) {
      const { lightest, heaviest } = extentAt(weights, starts, position)!;
      for (const column of columns) {
        this.heaviest[m]!.push({ column, coefficient: heaviest });
        this.lightest[m]!.push({ column, coefficient: lightest });
      }
    }
  }

  finish(): void {
    for (const m of this.layerWeights.keys()) {
      const [heaviest, lightest] = [this.heaviest[m]!, this.lightest[m]!];
      const { layers, build } = this;
      build.row(`weight${m}`, layers * (1 - ROUNDING), Number.POSITIVE_INFINITY, heaviest);
      build.row(`least${m}`, Number.NEGATIVE_INFINITY, layers * (1 + ROUNDING), lightest);
    }
  }
}
