import { evaluate } from "../src/placement/evaluate.ts";
import type { Placement } from "../src/placement/placement.ts";
import type { Problem } from "../src/placement/problem.ts";

/** Rounds before the clock starts (the compiler settles) and rounds that are timed. */
const WARM_UP_ROUNDS = 30;
const TIMED_ROUNDS = 60;

/** Placements to evaluate, and how many of them keep the rules. */
export interface Rounds {
  readonly name: string;
  readonly placements: readonly Placement[];
  readonly successes: number;
}

/**
 * Prints how many placements a second `evaluate` answers.
 * @param problemOf the problem for a round: the same one every time, or a new one whose cost model remembers nothing
 */
export function reportRounds(problemOf: () => Problem, rounds: Rounds): void {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) timeRound(problemOf(), rounds);
  const cpuBefore = process.cpuUsage();
  const rates = Array.from(
    { length: TIMED_ROUNDS },
    () => rounds.placements.length / timeRound(problemOf(), rounds),
  ).sort((a, b) => a - b);
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuRate = (TIMED_ROUNDS * rounds.placements.length) / ((user + system) / 1e6);
  const quantile = (share: number): string => text(rates[Math.floor(share * (rates.length - 1))]!);
  process.stdout.write(
    `${rounds.name}: ${quantile(0.5)} placements/s (median of ${TIMED_ROUNDS} rounds of ${rounds.placements.length}; slowest ${quantile(0)}, fastest ${quantile(1)}), ${text(cpuRate)} a second of processor time\n`,
  );
}

/** Seconds of one round over all placements. The count of successes is used, so that no call can be left out. */
function timeRound(problem: Problem, { name, placements, successes: expected }: Rounds): number {
  const started = process.hrtime.bigint();
  let successes = 0;
  for (const placement of placements) {
    if (evaluate(problem, placement).status === "SUCCESS") successes++;
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (successes !== expected) throw new Error(`${name}: ${successes} successes`);
  return seconds;
}

function text(rate: number): string {
  return Math.round(rate).toLocaleString("en-US");
}
