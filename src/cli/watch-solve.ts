import type { Problem } from "../placement/problem.ts";
import { count, figure, percent, usd } from "../report/format.ts";
import type { MilpBackend } from "../solver/milp/model.ts";
import type { ObjectiveName, SolveRequest } from "../solver/request.ts";
import type { Solution } from "../solver/solution.ts";
import { type SolveProgress, solve } from "../solver/solve.ts";
import { type CliIo, EXIT } from "./io.ts";
import { startProgress } from "./progress.ts";

/** Solves with a progress line, and with Ctrl-C as a limit: the first one ends the search, the second one the process. */
export async function solveWatched(
  problem: Problem,
  request: SolveRequest,
  backend: MilpBackend,
  startedMilliseconds: number,
  io: CliIo,
): Promise<Solution> {
  const progress = startProgress(io);
  const controller = new AbortController();
  const stopListening = io.onInterrupt(() => {
    if (controller.signal.aborted) io.exit(EXIT.interrupted);
    controller.abort();
    void io.stderr.write("\nstopping with the best answer so far; Ctrl-C again ends at once\n");
  });
  try {
    return await solve(problem, request, backend, {
      signal: controller.signal,
      spentSeconds: (performance.now() - startedMilliseconds) / 1000,
      onProgress: (state) =>
        progress.show((seconds) => progressText(state, request.objective, seconds)),
    });
  } finally {
    stopListening();
    progress.end();
  }
}

function progressText(state: SolveProgress, objective: ObjectiveName, seconds: number): string {
  const { bestValue, bound, casesOpen, casesTotal, milpsSolved } = state;
  const value = (number: number | null): string =>
    number === null || !Number.isFinite(number) ? "-" : shortValue(objective, number);
  const gap =
    bestValue === null || bound === null || !Number.isFinite(bound)
      ? "-"
      : percent(Math.abs(bestValue - bound) / Math.abs(bestValue));
  return `${seconds.toFixed(1)} s  best ${value(bestValue)}  bound ${value(bound)}  gap ${gap}  ${count(casesOpen)} of ${count(casesTotal)} cases open  ${count(milpsSolved)} MILPs`;
}

/** A value of an objective in as few characters as it can be told from others. */
function shortValue(objective: ObjectiveName, value: number): string {
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
