import { layerCount } from "../../model/model.ts";
import type { Placement } from "../../placement/placement.ts";
import { type Case, isOrderFree } from "../formulations/case.ts";
import { placeByStart } from "../formulations/starts.ts";
import { placeInAnyOrder } from "../order/any-order.ts";
import type { InstancePlan } from "../order/instance-plan.ts";
import {
  type LinedUpStage,
  type OrderSetting,
  orderPlan,
  type StageKind,
} from "../order/order-plan.ts";
import { placeRuns } from "../order/place-runs.ts";
import { asksForNext } from "../stages/candidates-at-rate.ts";
import type { Plan, PlanInstance } from "./cheapest-plans.ts";
import { sizesOfAll } from "./sizes.ts";

/** Stages of a plan that are alike: of one option of one class. */
interface PlanStages {
  readonly candidate: number;
  readonly option: number;
  readonly count: number;
}

/** Plans without an order before it is asked whether there can be one. */
const FEW_PLANS = 10;

/**
 * Puts plans of a case in order. Whether there is one depends on the stages alone, so it is looked for once for all plans that differ
 * in their instances only.
 */
export class PlanPlacer {
  private readonly isFree: boolean;
  private readonly setting: OrderSetting;
  private readonly orders = new Map<string, ReturnType<typeof orderPlan>>();
  /** Plans without an order. */
  private failed = 0;
  private hopeless: boolean | null = null;

  constructor(private readonly of: Case) {
    const { candidates, pieces, batch, problem } = of;
    this.isFree = isOrderFree(of);
    this.setting = {
      stages: pieces,
      layers: layerCount(problem.model),
      budget: batch.setting.latency,
      // Where GPUs are not alike, which of them stages get decides more than an order does.
      isSeated:
        asksForNext(candidates) &&
        candidates.every(({ instanceClass }) => instanceClass.partitions === null),
    };
  }

  /** Whether no stages of the case have an order, were there any number of each. Known after a few plans that have none. */
  get isHopeless(): boolean {
    if (this.isFree || this.failed < FEW_PLANS) return false;
    this.hopeless ??= this.findsNoOrder();
    return this.hopeless;
  }

  /** @returns null when the stages of a plan have no order, "unknown" when that takes too long to say */
  place({ instances }: Plan): Placement | null | "unknown" {
    const stages = stagesOf(instances);
    const pieces = this.isFree
      ? this.inAnyOrder(instances, stages)
      : this.inOrder(instances, stages);
    if (pieces === null) this.failed++;
    return pieces === null || pieces === "unknown" ? pieces : this.of.ofStages(pieces);
  }

  private findsNoOrder(): boolean {
    const kinds = this.of.candidates.flatMap(({ options }, candidate) =>
      options.map((_, option) =>
        this.kindOf({ candidate, option, count: Number.POSITIVE_INFINITY }),
      ),
    );
    return orderPlan(kinds, { ...this.setting, isSeated: false }) === null;
  }

  private kindOf({ candidate, option, count }: PlanStages): StageKind {
    const { options, instanceClass } = this.of.candidates[candidate]!;
    return {
      option: options[option]!,
      instanceClass: candidate,
      instanceGpus: instanceClass.type.instance.gpuCount,
      copies: count,
    };
  }

  private inAnyOrder(
    instances: readonly PlanInstance[],
    stages: readonly PlanStages[],
  ): Placement | null {
    const { layers } = this.setting;
    const options = stages.map((own) => this.kindOf(own).option);
    const sizes = sizesOfAll(
      options,
      stages.map(({ count }) => count),
      layers,
    );
    if (sizes === null) return null;
    const plans = this.instancePlans(instances, stages, sizes);
    return placeInAnyOrder(plans, layers, this.of.batch.setting.point);
  }

  private inOrder(
    instances: readonly PlanInstance[],
    stages: readonly PlanStages[],
  ): Placement | null | "unknown" {
    const order = this.orderOf(stages);
    if (order === "too_large") return "unknown";
    if (order === null) return null;
    const { layers, isSeated } = this.setting;
    const { point } = this.of.batch.setting;
    const starts = stages.map((_, kind) =>
      order.filter((stage) => stage.kind === kind).map(({ before }) => before),
    );
    const plans = this.instancePlans(instances, stages, starts);
    if (!isSeated) return placeByStart(plans, layers, point);
    const seated = order.map(({ kind, before, stays }) => {
      const { candidate, option } = stages[kind]!;
      const atRate = this.of.candidates[candidate]!;
      return { atRate, groupGpus: atRate.options[option]!.groupGpus, before, stays };
    });
    return placeRuns(seated, plans, layers, point) ?? "unknown";
  }

  private orderOf(stages: readonly PlanStages[]): readonly LinedUpStage[] | null | "too_large" {
    const key = stages
      .map(({ candidate, option, count }) => `${candidate}.${option}.${count}`)
      .join();
    let order = this.orders.get(key);
    if (order === undefined) {
      order = orderPlan(
        stages.map((own) => this.kindOf(own)),
        this.setting,
      );
      this.orders.set(key, order);
    }
    return order;
  }

  /** @param numbers of the stages: their sizes, or the layers before them */
  private instancePlans(
    instances: readonly PlanInstance[],
    stages: readonly PlanStages[],
    numbers: readonly (readonly number[])[],
  ): InstancePlan[] {
    return [...new Set(instances.map(({ candidate }) => candidate))].map((candidate) => {
      const atRate = this.of.candidates[candidate]!;
      const patterns = instances.flatMap((one) =>
        one.candidate === candidate ? [one.pattern] : [],
      );
      return {
        atRate,
        instances: patterns.length,
        patterns,
        stages: atRate.options.map((_, option) =>
          stages.flatMap((own, kind) =>
            own.candidate === candidate && own.option === option ? numbers[kind]! : [],
          ),
        ),
      };
    });
  }
}

/** The stages of a plan by class and option, rising. */
function stagesOf(instances: readonly PlanInstance[]): PlanStages[] {
  const stages = new Map<string, PlanStages>();
  for (const { candidate, pattern } of instances) {
    for (const [option, count] of pattern.counts.entries()) {
      if (count === 0) continue;
      const key = `${candidate}.${option}`;
      const before = stages.get(key)?.count ?? 0;
      stages.set(key, { candidate, option, count: before + count });
    }
  }
  return [...stages.values()].sort((a, b) => a.candidate - b.candidate || a.option - b.option);
}
