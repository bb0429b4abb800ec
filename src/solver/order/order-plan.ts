import type { OptionAtRate } from "../stages/candidates-at-rate.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import { positionAt, positionsOf } from "../stages/starts-at-rate.ts";
import { labelSearch, type Move, pathTo } from "./label-search.ts";
import { runWith, type UsedStages, usedKey } from "./open-run.ts";
import { stageMove } from "./stage-move.ts";

/** A kind of stage: where in the pipeline it stands is open. */
export interface StageKind {
  readonly option: OptionAtRate;
  /** Instances that are alike share a number. */
  readonly instanceClass: number;
  readonly instanceGpus: number;
  /** How many there are; Infinity for any number. */
  readonly copies: number;
}

/** A stage that has its place in the pipeline. */
export interface LinedUpStage {
  /** Position in the list of kinds. */
  readonly kind: number;
  /** Layers before the stage. */
  readonly before: number;
  /** Whether the next stage has to stand on the same instance. */
  readonly stays: boolean;
}

/** What an order has to cover and to keep. */
export interface OrderSetting {
  readonly stages: number;
  readonly layers: number;
  readonly budget: LatencyBudget | null;
  /**
   * Whether a stage that stays has to be followed by one of the same instance class, and a run of such stages has to have room on one
   * instance.
   */
  readonly isSeated: boolean;
}

/** More states, or ways of reaching a boundary, than this are not looked at. */
const MOST = { states: 5000, labels: 200_000 };

/**
 * An order of stages of some kinds that covers all layers exactly and keeps the budget of latencies; null when there is none. Unlike
 * `orderStages`, it chooses what stands first and last, and which stages stay on their instance.
 *
 * @returns "too_large" when there is more to look at than is quick
 */
export function orderPlan(
  kinds: readonly StageKind[],
  { stages, layers, budget, isSeated }: OrderSetting,
): readonly LinedUpStage[] | null | "too_large" {
  const movesAt = new Map(
    positionsOf(stages).map((position): [string, readonly Move[]] => {
      const isLast = position === "last" || position === "only";
      const ends = isLast ? "model" : "inside";
      const moves = kinds.flatMap(({ option: { starts, stays } }, kind) => [
        stageMove(2 * kind, starts, ends, budget),
        // What ends the model has no next stage.
        ...(stays && !isLast ? [stageMove(2 * kind + 1, stays, ends, budget)] : []),
      ]);
      return [position, moves];
    }),
  );
  const counted = kinds.flatMap(({ copies }, kind) => (copies < stages ? [kind] : []));
  const slotOf = kinds.map((_, kind) => counted.indexOf(kind));
  const fronts = labelSearch<UsedStages>({
    layers,
    start: 0,
    stages,
    movesOf: (stage) => movesAt.get(positionAt(stage, stages))!,
    initial: { copies: counted.map(() => 0), run: null },
    next: ({ copies, run }, move) => {
      const kind = move >> 1;
      const { copies: most, instanceClass, instanceGpus, option } = kinds[kind]!;
      const slot = slotOf[kind]!;
      if (slot >= 0 && copies[slot]! >= most) return null;
      const stays = (move & 1) === 1;
      const seat = { instanceClass, instanceGpus, gpus: option.groupGpus, stays };
      const open = runWith(run, isSeated ? seat : undefined);
      if (open === "no_room") return null;
      return { copies: slot < 0 ? copies : copies.with(slot, copies[slot]! + 1), run: open };
    },
    keyOf: usedKey,
    budget,
    most: MOST,
  });
  if (fronts === "too_large") return fronts;
  const [label] = fronts.flatMap((front) => front.labels(layers).slice(0, 1));
  return label
    ? pathTo(label).map(({ move, before }) => ({
        kind: move >> 1,
        before,
        stays: (move & 1) === 1,
      }))
    : null;
}
