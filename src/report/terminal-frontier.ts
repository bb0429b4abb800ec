import type { Problem } from "../placement/problem.ts";
import { atFullUse } from "../placement/rate-service.ts";
import type { FrontierPoint, Solution } from "../solver/solution.ts";
import type { Colours } from "./colours.ts";
import { figure, usd, usdColumn } from "./format.ts";
import { renderTable, wrap } from "./layout.ts";
import { perTokenHead } from "./load-text.ts";
import { placementText } from "./placement-text.ts";
import { renderPlot } from "./plot.ts";

/** All non-dominated (cost per hour, throughput) pairs, as a table and as a plot. */
export function renderFrontier(
  problem: Problem,
  solution: Solution,
  frontier: readonly FrontierPoint[],
  colours: Colours,
): string {
  const { pool, workload } = problem;
  const title = colours.bold("Frontier of cost and throughput");
  const isComplete = solution.frontier_complete ?? false;
  const proof = frontierProofText(problem, solution);
  if (frontier.length === 0) return `${title}\n${wrap(isComplete ? "It has no points." : proof)}`;
  const lowest = Math.min(...frontier.map((point) => point.dollar_per_million_token));
  const table = renderTable(
    [
      { head: "" },
      { head: "$/hour", align: "right" },
      { head: "tokens/s", align: "right" },
      { head: perTokenHead(workload), align: "right" },
      { head: "batch", align: "right" },
      { head: "placement", flexible: true },
    ],
    frontier.map((point) => [
      point.dollar_per_million_token === lowest ? "●" : "",
      usd(point.cost_per_hour),
      figure(point.throughput_tokens_per_sec),
      usdColumn(point.dollar_per_million_token),
      String(point.batch_size),
      placementText(pool, point.placement),
    ]),
  );
  const plot = renderPlot({
    points: frontier.map((point) => ({
      x: point.cost_per_hour,
      y: point.throughput_tokens_per_sec,
      isMarked: point.dollar_per_million_token === lowest,
    })),
    xLabel: "$ per hour   (● lowest cost per token)",
    yLabel: "tokens/s",
    xText: (value) => usd(Math.round(value * 100) / 100),
    yText: figure,
  });
  return `${title}\n${table}\n${wrap(proof)}\n\n${plot}`;
}

/** What is known of points that a frontier does not list, and why the answer may be one of them. */
export function frontierProofText(problem: Problem, solution: Solution): string {
  if (!solution.frontier_complete) {
    return "Not complete: the search stopped before every point was found and proven.";
  }
  const complete =
    "Complete: every placement within the limits that is not listed is dominated by one that is.";
  const beside = besideText(problem, solution);
  return beside === "" ? complete : `${complete} ${beside}`;
}

/** Figures nearer than this, relatively, are the same. */
const SAME = 1e-9;

/** Why the answer is no point of the frontier; empty where it is one. */
function besideText(problem: Problem, solution: Solution): string {
  if (solution.status !== "optimal" || solution.gap > 0 || !solution.frontier) return "";
  const { metrics } = atFullUse(problem, solution);
  const { cost_per_hour: cost, throughput_tokens_per_sec: most } = metrics;
  const isListed = solution.frontier.some(
    (point) =>
      point.cost_per_hour === cost &&
      Math.abs(point.throughput_tokens_per_sec - most) <= SAME * most,
  );
  if (isListed) return "";
  const isRate = problem.workload.load?.kind === "request_rate";
  const answer = `The answer (${usd(cost)} per hour, ${figure(most)} tokens/s${isRate ? " at capacity" : ""}) is not one of these points:`;
  if (solution.simplicity) return `${answer} it is the simplest placement, as requested.`;
  return isRate
    ? `${answer} among placements that serve the rate at the same price, ${cost > 0 ? "lower latency decides" : "fewer GPUs decide"}, not spare capacity.`
    : `${answer} its objective depends on more than cost and throughput.`;
}
