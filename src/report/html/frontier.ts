import { evaluate } from "../../placement/evaluate.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { atFullUse } from "../../placement/rate-service.ts";
import type { Solution } from "../../solver/solution.ts";
import { figure, usd, usdColumn } from "../format.ts";
import { perTokenHead } from "../load-text.ts";
import { placementText } from "../placement-text.ts";
import { frontierProofText } from "../terminal-frontier.ts";
import {
  frontierPlot,
  hasLogScales,
  type PointKind as Kind,
  type FrontierPoint as Point,
} from "./frontier-plot.ts";
import { html, type Markup } from "./markup.ts";
import { type Row, tableMarkup } from "./table.ts";

/** Cost against throughput: the frontier, the answer, and the best placement on each type alone; empty without any of them. */
export function frontierMarkup(problem: Problem, solution: Solution): Markup | null {
  const points = pointsOf(problem, solution);
  const proof = solution.frontier ? frontierProofText(problem, solution) : "";
  if (points.length === 0) return null;
  if (points.length === 1)
    return html`<p>There is no placement to plot besides the answer. ${proof}</p>`;
  const answer = points.some(({ kind }) => kind === "answer");
  return html`<p>Each point is a placement: its cost per hour and its throughput.${
    answer ? " On the dashed line a token costs as much as in the answer; below it, more." : ""
  }${
    problem.workload.load?.kind === "request_rate"
      ? " Throughput and cost per token are at capacity; the requested rate is lower."
      : ""
  } ${proof}${hasLogScales(points) ? " Both scales are logarithmic." : ""}</p>
<figure class="chart"><ul class="legend" aria-hidden="true">${legend(points)}</ul>
<div class="wide">${frontierPlot(points, 980, 400)}</div><div class="narrow">${frontierPlot(points, 340, 300)}</div></figure>
${pointTable(problem, points)}`;
}

type Figures = Pick<
  Metrics,
  "cost_per_hour" | "throughput_tokens_per_sec" | "dollar_per_million_token"
>;

function pointsOf(problem: Problem, solution: Solution): Point[] {
  const points: Point[] = [];
  const add = (kind: Kind, name: string, placement: Placement, figures: Figures): void => {
    points.push({
      id: `point-${points.length}`,
      kind,
      name,
      placement,
      usdPerHour: figures.cost_per_hour,
      tokensPerSecond: figures.throughput_tokens_per_sec,
      usdPerMillionTokens: figures.dollar_per_million_token,
    });
  };
  const answer = "placement" in solution ? atFullUse(problem, solution) : null;
  if (answer) add("answer", "this answer", answer.placement, answer.metrics);
  for (const point of solution.frontier ?? []) {
    const isAnswer =
      point.cost_per_hour === answer?.metrics.cost_per_hour &&
      point.throughput_tokens_per_sec === answer.metrics.throughput_tokens_per_sec;
    if (!isAnswer) add("frontier", "frontier", point.placement, point);
  }
  const byType = "placement" in solution ? (solution.explanation?.best_by_type ?? []) : [];
  for (const { instance_type, placement } of byType) {
    if (placement === null) continue;
    const evaluation = evaluate(problem, placement);
    if (evaluation.status !== "SUCCESS") continue;
    const best = atFullUse(problem, evaluation);
    add("type", `best of ${instance_type}`, best.placement, best.metrics);
  }
  return points;
}

/** Signs of the three kinds: shape and colour both tell them apart. */
function legend(points: readonly Point[]): Markup[] {
  const has = (kind: Kind): boolean => points.some((point) => point.kind === kind);
  const sign = (shape: Markup, text: string): Markup =>
    html`<li><svg width="16" height="14" aria-hidden="true">${shape}</svg>${text}</li>`;
  const signs: readonly (readonly [Kind, Markup, string])[] = [
    [
      "answer",
      html`<path class="red" d="M8,0L9.9,4.6L15,5L11.2,8.3L12.3,13.2L8,10.6L3.7,13.2L4.8,8.3L1,5L6.1,4.6Z"></path>`,
      "this answer",
    ],
    [
      "frontier",
      html`<circle class="blue" cx="8" cy="7" r="5"></circle>`,
      "frontier: nothing else is both cheaper and faster",
    ],
    [
      "type",
      html`<rect class="hollow orange" x="3" y="2" width="10" height="10" stroke="currentColor" stroke-width="2"></rect>`,
      "best on instances of one type alone",
    ],
  ];
  return signs.flatMap(([kind, shape, text]) => (has(kind) ? [sign(shape, text)] : []));
}

function pointTable({ pool, workload }: Problem, points: readonly Point[]): Markup {
  return tableMarkup({
    caption: "The points of the plot",
    isSortable: true,
    isLong: true,
    columns: [
      { head: "point" },
      { head: "$/hour", align: "right" },
      { head: "tokens/s", align: "right" },
      { head: perTokenHead(workload), align: "right" },
      { head: "batch", align: "right" },
      { head: "placement", flexible: true },
    ],
    rows: points.map(
      (point): Row => ({
        id: point.id,
        isMarked: point.kind === "answer",
        cells: [
          point.name,
          { content: usd(point.usdPerHour), sortBy: point.usdPerHour },
          { content: figure(point.tokensPerSecond), sortBy: point.tokensPerSecond },
          { content: usdColumn(point.usdPerMillionTokens), sortBy: point.usdPerMillionTokens },
          String(point.placement.batch_size),
          placementText(pool, point.placement),
        ],
      }),
    ),
  });
}
