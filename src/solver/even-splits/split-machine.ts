import type { StageEstimate, StageShape } from "../../cost/cost-model.ts";
import { firstThat } from "../../first-that.ts";
import { groupGBytesPerSecond, pairGBytesPerSecond } from "../../hardware/network.ts";
import type { PoolType } from "../../hardware/pool.ts";
import { tpLayout } from "../../model/layout.ts";
import { areLayersAlike } from "../../model/model.ts";
import { gpuIdsOf } from "../../placement/even-split.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { LinkKind, SplitPattern, StageKind } from "./split-pattern.ts";

/** A kind of link of a split. */
interface SplitLink {
  readonly source: StageShape;
  readonly target: StageShape;
  /** Bandwidth between the lowest GPUs of the two groups. */
  readonly gBytesPerSecond: number;
  /** Between two instances. */
  readonly isOutside: boolean;
}

/** An even split on a machine as the cost model sees it; kinds and their order are those of its pattern. */
export interface SplitStages {
  readonly columns: readonly StageColumn[];
  readonly order: readonly number[];
  readonly links: readonly SplitLink[];
}

/** The stages of even splits on types that serve alike. */
export class SplitMachine {
  private readonly splits: (SplitStages | undefined)[] = [];
  private readonly columns: (StageColumn | undefined)[] = [];
  private readonly held: (HeldColumn | undefined)[] = [];
  private readonly fittings: (number | undefined)[] = [];

  constructor(
    private readonly problem: Problem,
    private readonly points: readonly OperatingPoint[],
    private readonly type: PoolType,
  ) {}

  stagesOf(pattern: SplitPattern): SplitStages {
    let stages = this.splits[pattern.id];
    if (!stages) {
      stages = {
        columns: pattern.kinds.map((kind) => this.columnOf(kind)),
        order: pattern.order,
        links: pattern.links.map((link) => this.linkOf(link)),
      };
      this.splits[pattern.id] = stages;
    }
    return stages;
  }

  columnOf(kind: StageKind): StageColumn {
    let column = this.columns[kind.id];
    if (!column) {
      const { tpDegree, before, seat, ppStages, next } = kind;
      const shape: StageShape = {
        instance: this.type.instance,
        group: {
          gpus: tpDegree,
          gBytesPerSecond: groupGBytesPerSecond(
            this.problem.network,
            this.type,
            seat.instance,
            gpuIdsOf(seat, tpDegree),
          ),
        },
        layout: tpLayout(tpDegree),
        startLayer: before + 1,
        layers: seat.layers,
        pipelineStages: ppStages,
        next,
      };
      let held = this.held[kind.heldId];
      if (!held) {
        held = new HeldColumn(this.problem, this.points, shape);
        this.held[kind.heldId] = held;
      }
      column = new StageColumn(this.problem, this.points, shape, held);
      this.columns[kind.id] = column;
    }
    return column;
  }

  /** Points, from the first, at which no stage is too large for its memory. */
  fittingOf(pattern: SplitPattern): number {
    const key = pattern.kinds[0]!.id;
    let fitting = this.fittings[key];
    if (fitting === undefined) {
      fitting = this.points.length;
      for (const kind of pattern.kinds) fitting = this.columnOf(kind).held.fitting(fitting);
      this.fittings[key] = fitting;
    }
    return fitting;
  }

  private linkOf({ source, target, from, to, isOutside }: LinkKind): SplitLink {
    const { type } = this;
    const { network } = this.problem;
    return {
      source: this.columnOf(source).shape,
      target: this.columnOf(target).shape,
      gBytesPerSecond: pairGBytesPerSecond(
        network,
        type,
        from.instance,
        from.firstGpu,
        type,
        to.instance,
        to.firstGpu,
      ),
      isOutside,
    };
  }
}

/** A kind of stage: how fast the cost model has it at each operating point, asked for once. Points are positions in the list. */
export class StageColumn {
  /** Few points are asked about, and seldom the first ones. */
  private readonly estimates = new Map<number, StageEstimate>();

  constructor(
    private readonly problem: Problem,
    private readonly points: readonly OperatingPoint[],
    readonly shape: StageShape,
    readonly held: HeldColumn,
  ) {}

  /** What was asked before. */
  knownAt(point: number): StageEstimate | undefined {
    return this.estimates.get(point);
  }

  at(point: number): StageEstimate {
    let estimate = this.estimates.get(point);
    if (!estimate) {
      estimate = this.problem.costModel.stage(this.shape, this.points[point]!);
      this.estimates.set(point, estimate);
    }
    return estimate;
  }
}

/** What memory says of a stage. */
type Fit = "fits" | "too_small" | "too_large";

/** Shares of the memory this near to a bound are left to the cost model's own comparison. */
const NEAR = 1e-9;

/** The memory of a kind of stage at each operating point, asked for once. */
class HeldColumn {
  private readonly shares = new Map<number, number>();

  constructor(
    private readonly problem: Problem,
    private readonly points: readonly OperatingPoint[],
    private readonly shape: StageShape,
  ) {}

  /** How many of the first `count` points it is not too large at; the share of the memory that it takes is nearly affine in the batch. */
  fitting(count: number): number {
    const { points } = this;
    return firstThat(
      count,
      (point) => this.fit(point) === "too_large",
      (fits, isTooLarge) => {
        const [low, high] = [points[fits]!.batch, points[isTooLarge]!.batch];
        const [atLow, atHigh] = [this.share(fits), this.share(isTooLarge)];
        const most = low + ((1 - atLow) / (atHigh - atLow)) * (high - low);
        let guess = fits;
        while (guess + 1 < isTooLarge && points[guess + 1]!.batch <= most) guess++;
        return guess;
      },
    );
  }

  /** As `segmentRange` has it; of layers that are described `memory` says the same of one size, up to rounding, for less work. */
  fit(point: number): Fit {
    const { shape } = this;
    const { costModel, model, rules } = this.problem;
    const { minMemoryUtilization } = rules;
    if (!areLayersAlike(model)) {
      const share = this.share(point);
      if (share > 1 + NEAR) return "too_large";
      if (share < 1 - NEAR && share > minMemoryUtilization + NEAR) return "fits";
    }
    const { smallest, largest, fits } = costModel.segmentRange(
      shape,
      this.points[point]!,
      minMemoryUtilization,
    );
    if (!fits || shape.layers > largest) return "too_large";
    return shape.layers < smallest ? "too_small" : "fits";
  }

  /** Memory on each GPU, as a share of what it has. */
  share(point: number): number {
    let share = this.shares.get(point);
    if (share === undefined) {
      const bill = this.problem.costModel.memory(this.shape, this.points[point]!);
      share = bill.totalGib / bill.capacityGib;
      this.shares.set(point, share);
    }
    return share;
  }
}
