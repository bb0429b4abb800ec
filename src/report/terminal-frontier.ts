import type { Problem } from "../placement/problem.ts";
import type { FrontierPoint } from "../solver/solution.ts";
import { figure, usd, usdColumn } from "./format.ts";
import { renderTable, wrap } from "./layout.ts";
import { perTokenHead } from "./load-words.ts";
import type { Paint } from "./paint.ts";
import { renderPlot } from "./plot.ts";
import { placementWords } from "./words.ts";

/** All non-dominated (cost per hour, throughput) pairs, as a table and as a plot. */
export function renderFrontier(
  { pool, workload }: Problem,
  frontier: readonly FrontierPoint[],
  isComplete: boolean,
  paint: Paint,
): string {
  const title = paint.bold("Frontier of cost and throughput");
  const proof = frontierProofWords(isComplete);
  if (frontier.length === 0) return `${title}\n${wrap(isComplete ? "It has no point." : proof)}`;
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
      placementWords(pool, point.placement),
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

/** What is known of points that a frontier does not list. */
export function frontierProofWords(isComplete: boolean): string {
  return isComplete
    ? "Complete: nothing within the limits is both as cheap and as fast as a placement that is not listed here."
    : "Not complete: a limit struck before every point was found and proven.";
}
