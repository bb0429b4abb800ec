/**
 * How many placements a second `evaluate` answers on one core with the calibrated cost model.
 *
 *   npx tsc -p bench && node bench.tmp/bench/evaluate-calibrated.bench.js
 *
 * The placements are those of evaluate.bench.ts with the shipped parameters, once at its 24 operating points, and once with
 * an operating point of its own for every placement and a new cost model every round, so that nothing can be remembered. Before
 * the clock starts every answer is checked against what no parameters can change: requests/s · Σ stage cycles ≤ sequences in flight.
 */
import { createCalibratedModel } from "../src/cost/calibrated/calibrated-model.ts";
import { SHIPPED } from "../src/cost/calibrated/shipped.ts";
import { evaluate } from "../src/placement/evaluate.ts";
import type { Placement } from "../src/placement/placement.ts";
import type { Problem } from "../src/placement/problem.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B } from "../test/support/calibrated.ts";
import { reportRounds } from "./evaluate-rounds.ts";
import { evenSplits, randomPlacements } from "./placements.ts";

const SETTINGS = defaultSettings("vllm");

/** Placements that keep the rules; throws when one serves more than its sequences in flight get round. */
function successesOf(problem: Problem, placements: readonly Placement[]): number {
  let successes = 0;
  for (const placement of placements) {
    const answer = evaluate(problem, placement);
    if (answer.status !== "SUCCESS") continue;
    successes++;
    const { throughput_tokens_per_sec: rate, stages } = answer.metrics;
    // A stage's cycle is (b/S) · tokens/rate, so that requests/s · Σ cycles is b/S · Σ rate/(stage rate).
    const rounds = stages.reduce((sum, stage) => sum + rate / stage.throughput_tokens_per_sec, 0);
    if (!(rate > 0 && rounds <= stages.length * (1 + 1e-9))) {
      throw new Error(`${rounds} of ${stages.length}: ${JSON.stringify(placement)}`);
    }
  }
  if (successes < placements.length / 10) throw new Error(`only ${successes} successes`);
  return successes;
}

function newProblem(): Problem {
  const costModel = createCalibratedModel(LLAMA_70B, SETTINGS, SHIPPED);
  return calibratedProblem(LLAMA_70B, SETTINGS, { costModel });
}

const problem = newProblem();
const shared = [...evenSplits(problem), ...randomPlacements(problem)];
const successes = successesOf(problem, shared);
reportRounds(() => problem, { name: "24 operating points", placements: shared, successes });

const own = shared.map((placement, i) => ({ ...placement, sequence_length: 400 + i }));
reportRounds(newProblem, {
  name: "an operating point each",
  placements: own,
  successes: successesOf(problem, own),
});
