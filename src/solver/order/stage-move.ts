import type { LatencyBudget } from "../stages/latency-budget.ts";
import { innerSizes, mayEndModel, type StartsAtRate } from "../stages/starts-at-rate.ts";
import type { Move, Visit } from "./label-search.ts";

/**
 * The move of a stage of a table, with what it adds to the limited latencies; 0 for one that is not limited.
 * @param ends whether the stage ends inside the model, ends the model, or may do either
 */
export function stageMove(
  id: number,
  starts: StartsAtRate,
  ends: "inside" | "model" | "any",
  budget: LatencyBudget | null,
): Move {
  const layers = starts.table.toEnd.length;
  const add = latencyAdder(starts, budget);
  return {
    id,
    forEachRun: (before, visit) => {
      if (ends !== "model") {
        for (const size of innerSizes(starts, before)) {
          if (before + size >= layers) break;
          add(before, size, visit);
        }
      }
      if (ends !== "inside" && mayEndModel(starts, before)) add(before, layers - before, visit);
    },
  };
}

function latencyAdder(
  { table: { latencies } }: StartsAtRate,
  budget: LatencyBudget | null,
): (before: number, size: number, visit: Visit) => void {
  if (!budget || !latencies) return (before, size, visit) => visit(before + size, 0, 0, 0);
  const { ttftSeconds: ttftLimit, tpotSeconds: tpotLimit } = budget;
  return (before, size, visit) => {
    if (latencies.pairs) {
      for (const { ttftSeconds, tpotSeconds } of latencies.pairs(before, size)) {
        visit(before + size, ttftSeconds, tpotSeconds, 0);
      }
      return;
    }
    visit(
      before + size,
      ttftLimit === null ? 0 : latencies.ttftSeconds(before, size),
      tpotLimit === null ? 0 : latencies.tpotSeconds(before, size),
      0,
    );
  };
}
