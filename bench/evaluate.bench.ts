/**
 * How many placements a second `evaluate` answers on one core.
 *
 *   npx tsx bench/evaluate.bench.ts
 *
 * or, faster, compiled as it is shipped (tsx names functions at run time):
 *
 *   npx tsc -p bench && node bench.tmp/bench/evaluate.bench.js
 *
 * The placements are the founding problem's even splits and random heterogeneous pipelines, drawn from a fixed seed. All
 * answers are checked before the clock starts: a fast wrong evaluator has no speed worth printing.
 */
import { evaluate } from "../src/placement/evaluate.ts";
import type { Placement } from "../src/placement/placement.ts";
import type { Problem } from "../src/placement/problem.ts";
import { foundingProblem, RELAXED_RULES } from "../test/support/founding.ts";
import { reportRounds } from "./evaluate-rounds.ts";
import { evenSplits, randomPlacements } from "./placements.ts";

/**
 * What an evaluator written separately from the reference model's formulas (in another language) answers for the same
 * placements: how many keep the rules, and over those the sums of tokens/s and of $ per million tokens.
 */
interface Expected {
  readonly placements: number;
  readonly successes: number;
  readonly tokensPerSecond: number;
  readonly usdPerMillionTokens: number;
}

interface Workload {
  readonly name: string;
  readonly placements: readonly Placement[];
  readonly expected: Expected;
}

/** Throws unless the answers are the expected ones. */
function validate(problem: Problem, { name, placements, expected }: Workload): void {
  let successes = 0;
  let tokensPerSecond = 0;
  let usdPerMillionTokens = 0;
  for (const placement of placements) {
    const answer = evaluate(problem, placement);
    if (answer.status !== "SUCCESS") continue;
    successes++;
    tokensPerSecond += answer.metrics.throughput_tokens_per_sec;
    usdPerMillionTokens += answer.metrics.dollar_per_million_token;
  }
  const found = { placements: placements.length, successes, tokensPerSecond, usdPerMillionTokens };
  for (const key of Object.keys(expected) as (keyof Expected)[]) {
    if (!(Math.abs(found[key] - expected[key]) <= 1e-9 * expected[key])) {
      throw new Error(`${name}: ${key} is ${found[key]}, expected ${expected[key]}`);
    }
  }
}

const problem = foundingProblem({ rules: RELAXED_RULES });
const even: Workload = {
  name: "even splits",
  placements: evenSplits(problem),
  expected: {
    placements: 1896,
    successes: 922,
    tokensPerSecond: 442497.29460229835,
    usdPerMillionTokens: 838592.3096163132,
  },
};
const random: Workload = {
  name: "random pipelines",
  placements: randomPlacements(problem),
  expected: {
    placements: 1200,
    successes: 584,
    tokensPerSecond: 243447.49867611416,
    usdPerMillionTokens: 606054.9667456986,
  },
};
const mixed: Workload = {
  name: "both",
  placements: [...even.placements, ...random.placements],
  expected: {
    placements: even.expected.placements + random.expected.placements,
    successes: even.expected.successes + random.expected.successes,
    tokensPerSecond: even.expected.tokensPerSecond + random.expected.tokensPerSecond,
    usdPerMillionTokens: even.expected.usdPerMillionTokens + random.expected.usdPerMillionTokens,
  },
};
for (const workload of [even, random, mixed]) {
  validate(problem, workload);
  reportRounds(() => problem, { ...workload, successes: workload.expected.successes });
}
