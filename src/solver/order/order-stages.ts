import type { LatencyBudget } from "../stages/latency-budget.ts";
import {
  type Position,
  positionAt,
  positionsOf,
  type StartsAtRate,
} from "../stages/starts-at-rate.ts";
import { labelSearch, type Move, pathTo } from "./label-search.ts";
import { runWith, type Seat, type UsedStages, usedKey } from "./open-run.ts";
import { stageMove } from "./stage-move.ts";

/** Stages that can carry the same runs of layers at the same position. */
export interface StageGroup {
  readonly position: Position;
  readonly starts: StartsAtRate;
  /** Where the stages stand, where it matters which of them are neighbours on one instance. */
  readonly seat?: Seat;
}

/** A stage in an order. */
export interface OrderedStage {
  /** Position in the list of groups. */
  readonly group: number;
  /** Layers before the stage. */
  readonly before: number;
}

/** More states, or ways of reaching a boundary, than this are not looked at. */
const MOST = { states: 20_000, labels: 1_000_000 };

/**
 * Whether `stages` stages, taken from groups with so many copies each, can be put in an order that covers all layers
 * exactly and keeps the budget of latencies; returns one such order, or null when there is none.
 *
 * With seats, a stage that stays is followed by one of the same instance class, and a run of such stages has room on one instance. Which
 * instance that is remains open: two runs may stand on one or not.
 *
 * A label search (label-search.ts) whose state is the copies used so far and the run that is open. Groups with at least as many
 * copies as their position has stages need not be counted.
 *
 * @returns "too_large" when there is more to look at than is quick
 */
export function orderStages(
  groups: readonly StageGroup[],
  copies: readonly number[],
  stages: number,
  layers: number,
  budget: LatencyBudget | null,
): readonly OrderedStage[] | null | "too_large" {
  const usable = groups.flatMap((_, group) => (copies[group]! > 0 ? [group] : []));
  const counted = usable.filter(
    (group) => groups[group]!.position === "middle" && copies[group]! < stages - 2,
  );
  const slotOf = groups.map((_, group) => counted.indexOf(group));
  const movesAt = new Map(
    positionsOf(stages).map((position): [Position, readonly Move[]] => [
      position,
      usable
        .filter((group) => groups[group]!.position === position)
        .map((group) =>
          stageMove(
            group,
            groups[group]!.starts,
            position === "last" || position === "only" ? "model" : "inside",
            budget,
          ),
        ),
    ]),
  );
  const fronts = labelSearch<UsedStages>({
    layers,
    start: 0,
    stages,
    movesOf: (stage) => movesAt.get(positionAt(stage, stages))!,
    initial: { copies: counted.map(() => 0), run: null },
    next: (used, group) => {
      const slot = slotOf[group]!;
      if (slot >= 0 && used.copies[slot]! >= copies[group]!) return null;
      const run = runWith(used.run, groups[group]!.seat);
      if (run === "no_room") return null;
      return {
        copies: slot < 0 ? used.copies : used.copies.with(slot, used.copies[slot]! + 1),
        run,
      };
    },
    keyOf: usedKey,
    budget,
    most: MOST,
  });
  if (fronts === "too_large") return fronts;
  const [label] = fronts.flatMap((front) => front.labels(layers).slice(0, 1));
  return label ? pathTo(label).map(({ move, before }) => ({ group: move, before })) : null;
}
