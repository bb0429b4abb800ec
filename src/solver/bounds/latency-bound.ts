import { labelFront, type Move } from "../order/label-search.ts";
import {
  type CandidatesAtRate,
  type OptionAtRate,
  startsOf,
} from "../stages/candidates-at-rate.ts";
import { type LatencyBudget, latenciesOf } from "../stages/latency-budget.ts";
import type { SegmentLatencies } from "../stages/start-table.ts";
import { forEachRun, POSITIONS, positionAt, positionsOf } from "../stages/starts-at-rate.ts";
import { type Demand, heldBy } from "./demand.ts";

type SecondsOf = (latencies: SegmentLatencies, before: number, layers: number) => number;

const SECONDS_OF = [
  ["ttftSeconds", (latencies, before, layers) => latencies.ttftSeconds(before, layers)],
  ["tpotSeconds", (latencies, before, layers) => latencies.tpotSeconds(before, layers)],
] as const satisfies readonly (readonly [keyof LatencyBudget, SecondsOf])[];

function limited(
  budget: LatencyBudget,
): { readonly limit: number; readonly secondsOf: SecondsOf }[] {
  return SECONDS_OF.flatMap(([name, secondsOf]) => {
    const limit = budget[name];
    return limit === null ? [] : [{ limit, secondsOf }];
  });
}

/**
 * Whether no placement keeps a budget, since `stages` stages that cover the model break one of its limits alone, were there any
 * number of instances and could runs of layers be put together by their lengths alone:
 *
 *   D(k, l) = min over n:  D(k − 1, l − n) + smallest latency of n layers at position k
 */
export function latencyOutOfReach(
  candidates: readonly CandidatesAtRate[],
  stages: number,
  budget: LatencyBudget,
): boolean {
  return limited(budget).some(({ limit, secondsOf }) => {
    const bySize = smallestBySize(candidates, secondsOf);
    const layers = bySize.first.length - 1;
    const moves = new Map(
      positionsOf(stages).map((position) => [position, [lengthMove(bySize[position])]]),
    );
    const front = labelFront({
      layers,
      start: 0,
      stages,
      movesOf: (stage) => moves.get(positionAt(stage, stages))!,
      // Sums in another order may differ by rounding; a bound has to stay below.
      budget: { ttftSeconds: limit * (1 + ROUNDING), tpotSeconds: null },
    });
    return front.labels(layers).length === 0;
  });
}

const ROUNDING = 1e-12;

/** A stage with so many seconds for each number of layers; none where it is Infinity. */
function lengthMove(seconds: Float64Array): Move {
  return {
    id: 0,
    forEachRun: (before, visit) => {
      for (let size = 1; before + size < seconds.length; size++) {
        if (seconds[size]! < Number.POSITIVE_INFINITY) visit(before + size, seconds[size]!, 0, 0);
      }
    },
  };
}

/** The smallest latency of every number of layers at every position; Infinity where no stage holds so many there. */
function smallestBySize(
  candidates: readonly CandidatesAtRate[],
  secondsOf: SecondsOf,
): Record<(typeof POSITIONS)[number], Float64Array> {
  const layers = candidates[0]?.options[0]?.starts?.table.toEnd.length ?? 0;
  const empty = (): Float64Array => new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
  const smallest = { first: empty(), middle: empty(), last: empty(), only: empty() };
  for (const { options } of candidates) {
    for (const option of options) {
      for (const starts of startsOf(option)) {
        const latencies = latenciesOf(starts.table);
        for (const position of POSITIONS) {
          const list = smallest[position];
          forEachRun(starts, position, (before, size) => {
            const seconds = secondsOf(latencies, before, size);
            if (seconds < list[size]!) list[size] = seconds;
          });
        }
      }
    }
  }
  return smallest;
}

/** Shares of a budget that one layer of the model is weighed against, see below. Tried out: more of them gain little. */
const SHARES = [0.9, 0.98, 0.995];

const STEPS = 256;

/**
 * Demands that make the bounds feel a budget A of Σ latency, by Lagrange relaxation: for any λ ≥ 0 the stages of a placement
 * within the budget satisfy
 *
 *   Σ (n − λ·t) ≥ L − λ·A
 *
 * and with λ = r·L/A the right side is (1 − r)·L. A stage that is slower than r·L/A allows for holds nothing of it.
 *
 * @param stages exactly so many stages: each has a step of its own, so that none holds nothing
 */
export function latencyDemands(budget: LatencyBudget, stages: number, layers: number): Demand[] {
  return limited(budget).flatMap(({ limit, secondsOf }) =>
    SHARES.map((share): Demand => {
      const lambda = limit > 0 ? (share * layers) / limit : 0;
      const perStep = ((1 - share) * layers) / STEPS;
      return {
        total: STEPS + stages,
        holds: (option: OptionAtRate) =>
          heldBy(option, (starts) => {
            const latencies = latenciesOf(starts.table);
            let most = 0;
            for (const position of POSITIONS) {
              forEachRun(starts, position, (before, size) => {
                const worth = size - lambda * secondsOf(latencies, before, size);
                if (worth > most) most = worth;
              });
            }
            return Math.ceil(most / perStep) + 1;
          }),
      };
    }),
  );
}
