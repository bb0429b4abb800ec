import type { MilpBackend } from "../../milp/model.ts";
import { layerCount } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import { count, figure, percent, plural, usd } from "../../report/format.ts";
import type { ObjectiveName, SolveRequest } from "../../solver/request.ts";
import type { Solution } from "../../solver/solution.ts";
import { type SolvePhase, type SolveProgress, solve } from "../../solver/solve.ts";
import { type CliIo, EXIT } from "../io/io.ts";
import { type Progress, startProgress } from "../io/progress.ts";

/**
 * Solves with a progress line, and with Ctrl-C and the signals that ask a process to end as a limit: the first one ends the
 * search, the second one the process.
 */
export async function solveWatched(
  problem: Problem,
  request: SolveRequest,
  backend: MilpBackend,
  startedMilliseconds: number,
  io: CliIo,
  search: typeof solve = solve,
): Promise<Solution> {
  const progress = startProgress(io);
  const controller = new AbortController();
  const stopListening = io.onInterrupt((exitCode) => {
    if (controller.signal.aborted) io.exit(exitCode);
    controller.abort();
    const again = exitCode === EXIT.interrupted ? "Ctrl-C again" : "the same signal again";
    void io.stderr.write(`\nstopping with the best answer so far; ${again} stops at once\n`);
  });
  progress.log(() => sizeText(problem));
  const logStep = stepLog(progress, request.objective);
  try {
    const solution = await search(problem, request, backend, {
      signal: controller.signal,
      spentSeconds: (performance.now() - startedMilliseconds) / 1000,
      onProgress: (state) => {
        logStep(state);
        progress.show((seconds) => progressText(state, request.objective, seconds));
      },
    });
    progress.log((seconds) => effortText(solution, seconds));
    return solution;
  } finally {
    stopListening();
    progress.end();
  }
}

/** What is searched over. */
function sizeText({ pool, network, model }: Problem): string {
  const instances = pool.types.reduce((sum, { count: each }) => sum + each, 0);
  return [
    plural(pool.types.length, "instance type"),
    plural(instances, "instance"),
    plural(pool.gpuCount, "GPU"),
    `${network.kind} bandwidths`,
    plural(layerCount(model), "layer"),
  ].join(", ");
}

/** Logs how many cases there are, each better placement when it is found, the first bound, and what is looked for after it. */
function stepLog(progress: Progress, objective: ObjectiveName): (state: SolveProgress) => void {
  let phase: SolvePhase | null = null;
  let best = "-";
  let bounded = false;
  return (state) => {
    if (state.phase !== phase) {
      progress.phase((seconds) => `${clock(seconds)}  ${phaseText(state)}`);
    }
    phase = state.phase;
    const value = valueText(objective, state.bestValue);
    const isFirstBound = !bounded && state.bestValue !== null && state.bound !== null;
    if (value === best && !isFirstBound) return;
    best = value;
    bounded ||= isFirstBound;
    progress.log((seconds) => progressText(state, objective, seconds));
  };
}

function phaseText({ phase, casesTotal }: SolveProgress): string {
  switch (phase) {
    case "even splits":
      return "even splits, for a first answer";
    case "bounds":
      return "bounds on all placements";
    case "answer":
      return `${count(casesTotal)} cases`;
    case "frontier":
    case "explanation":
      return `now the ${phase}`;
  }
}

function effortText({ status, run }: Solution, seconds: number): string {
  const { cases, cases_solved, cases_bounded } = run;
  const open = cases - cases_solved - cases_bounded;
  const rest =
    open > 0 ? `${count(cases_bounded)} by bounds, ${count(open)} left open` : "the rest by bounds";
  return `${clock(seconds)}  ${status}: ${count(cases_solved)} of ${count(cases)} cases decided, with ${plural(run.milps_solved, "MILP")}, ${rest}`;
}

function clock(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

function progressText(state: SolveProgress, objective: ObjectiveName, seconds: number): string {
  const { phase, share, bestValue, bound, casesOpen, casesTotal, milpsSolved, questions } = state;
  const found = `${clock(seconds)}  best ${valueText(objective, bestValue)}  bound ${valueText(objective, bound)}  gap ${gapText(bestValue, bound)}`;
  const done = casesTotal === 0 ? 0 : 1 - casesOpen / casesTotal;
  const open = `${count(casesOpen)} of ${count(casesTotal)} cases open  ${count(milpsSolved)} MILPs`;
  const best = `best ${valueText(objective, bestValue)}`;
  switch (phase) {
    case "even splits":
      return `${clock(seconds)}  even splits ${bar(share)}  ${best}`;
    case "bounds":
      return `${clock(seconds)}  bounds ${bar(share)}  ${best}`;
    case "answer":
      return `${found}  ${bar(done)}  ${open}`;
    case "frontier":
      return `${found}  frontier ${bar(done)}  ${open}`;
    case "explanation":
      return `${bestValue === null ? clock(seconds) : found}  explanation: question ${questions}`;
  }
}

const BAR_WIDTH = 10;

/** A share from 0 to 1 as a bar and in whole percent, rounded down: 100 % is all. */
function bar(share: number | null): string {
  if (share === null) return "";
  const full = Math.floor(share * BAR_WIDTH);
  return `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}] ${Math.floor(share * 100)} %`;
}

/** Objectives that are this near, relatively, are the same: invariant 3 of CONTRIBUTING.md. */
const ROUNDING = 1e-9;

/** |best − bound| / |best|, or a dash where there is none. */
function gapText(best: number | null, bound: number | null): string {
  if (best === null || bound === null) return "-";
  const gap = best === bound ? 0 : Math.abs(best - bound) / Math.abs(best);
  if (!Number.isFinite(gap)) return "-";
  return percent(gap < ROUNDING ? 0 : gap);
}

/** A value of an objective in as few characters as it can be told from others; a dash for none. */
function valueText(objective: ObjectiveName, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "-";
  switch (objective) {
    case "cost-per-token":
      return `${usd(value)}/M`;
    case "cost":
      return `${usd(value)}/h`;
    case "throughput":
      return `${figure(value)}/s`;
    case "weighted":
      return figure(value);
  }
}
