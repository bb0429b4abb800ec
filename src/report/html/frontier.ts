import { axisX, axisY, dot, gridX, gridY, lineY } from "@observablehq/plot";
import { evaluate } from "../../placement/evaluate.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Solution } from "../../solver/solution.ts";
import { figure, usd, usdColumn } from "../format.ts";
import { frontierProofWords } from "../terminal-frontier.ts";
import { placementWords } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { drawPlot, markElements, svgMarkup } from "./svg.ts";
import { type Row, tableMarkup } from "./table.ts";

type Kind = "answer" | "frontier" | "type";

/** A placement of the plot. */
interface Point {
  readonly id: string;
  readonly kind: Kind;
  readonly name: string;
  readonly usdPerHour: number;
  readonly tokensPerSecond: number;
  readonly usdPerMillionTokens: number;
  readonly placement: Placement;
}

/** Cost against throughput: the frontier, the answer, and the best placement on each type alone; empty without any of them. */
export function frontierMarkup(problem: Problem, solution: Solution): Markup | null {
  const points = pointsOf(problem, solution);
  const { frontier, frontier_complete } = solution;
  const proof = frontier ? frontierProofWords(frontier_complete ?? false) : "";
  if (points.length === 0) return null;
  if (points.length === 1)
    return html`<p>No placement beside the answer is known to draw. ${proof}</p>`;
  const answer = points.some(({ kind }) => kind === "answer");
  return html`<p>Each point is a placement: what it costs an hour and how many tokens it serves a second.${
    answer ? " Along the dashed line a token costs as much as in the answer; below it, more." : ""
  } ${proof}</p>
<figure class="chart"><ul class="legend" aria-hidden="true">${legend(points)}</ul>
<div class="wide">${plotMarkup(points, 980, 400)}</div><div class="narrow">${plotMarkup(points, 340, 300)}</div></figure>
${pointTable(problem, points)}`;
}

function pointsOf(problem: Problem, solution: Solution): Point[] {
  const points: Point[] = [];
  const add = (
    kind: Kind,
    name: string,
    placement: Placement,
    usdPerHour: number,
    tokensPerSecond: number,
    usdPerMillionTokens: number,
  ): void => {
    const id = `point-${points.length}`;
    points.push({ id, kind, name, placement, usdPerHour, tokensPerSecond, usdPerMillionTokens });
  };
  if ("placement" in solution) {
    const { placement, metrics } = solution;
    const { cost_per_hour, throughput_tokens_per_sec, dollar_per_million_token } = metrics;
    add(
      "answer",
      "this answer",
      placement,
      cost_per_hour,
      throughput_tokens_per_sec,
      dollar_per_million_token,
    );
  }
  const [answer] = points;
  for (const point of solution.frontier ?? []) {
    const { cost_per_hour, throughput_tokens_per_sec, dollar_per_million_token } = point;
    if (
      answer &&
      cost_per_hour === answer.usdPerHour &&
      throughput_tokens_per_sec === answer.tokensPerSecond
    ) {
      continue;
    }
    add(
      "frontier",
      "frontier",
      point.placement,
      cost_per_hour,
      throughput_tokens_per_sec,
      dollar_per_million_token,
    );
  }
  for (const { instance_type, placement } of "placement" in solution
    ? (solution.explanation?.best_by_type ?? [])
    : []) {
    if (placement === null) continue;
    const evaluation = evaluate(problem, placement);
    if (evaluation.status !== "SUCCESS") continue;
    const { cost_per_hour, throughput_tokens_per_sec, dollar_per_million_token } =
      evaluation.metrics;
    add(
      "type",
      `best of ${instance_type}`,
      placement,
      cost_per_hour,
      throughput_tokens_per_sec,
      dollar_per_million_token,
    );
  }
  return points;
}

/** Signs of the three kinds: shape and colour both tell them apart. */
function legend(points: readonly Point[]): Markup[] {
  const has = (kind: Kind): boolean => points.some((point) => point.kind === kind);
  const sign = (shape: Markup, text: string): Markup =>
    html`<li><svg width="16" height="14" aria-hidden="true">${shape}</svg>${text}</li>`;
  return [
    ...(has("answer")
      ? [
          sign(
            html`<path class="red" d="M8,0L9.9,4.6L15,5L11.2,8.3L12.3,13.2L8,10.6L3.7,13.2L4.8,8.3L1,5L6.1,4.6Z"></path>`,
            "this answer",
          ),
        ]
      : []),
    ...(has("frontier")
      ? [
          sign(
            html`<circle class="blue" cx="8" cy="7" r="5"></circle>`,
            "frontier: nothing is both cheaper an hour and faster",
          ),
        ]
      : []),
    ...(has("type")
      ? [
          sign(
            html`<rect class="hollow orange" x="3" y="2" width="10" height="10" stroke="currentColor" stroke-width="2"></rect>`,
            "best on instances of one type alone",
          ),
        ]
      : []),
  ];
}

function plotMarkup(points: readonly Point[], width: number, height: number): Markup {
  const of = (kind: Kind): Point[] => points.filter((point) => point.kind === kind);
  const x = "usdPerHour";
  const y = "tokensPerSecond";
  const mostUsd = Math.max(...points.map((point) => point.usdPerHour), 0);
  const mostRate = Math.max(...points.map((point) => point.tokensPerSecond), 0);
  const [answer] = of("answer");
  const steps = [...of("frontier"), ...of("answer")].sort((a, b) => a.usdPerHour - b.usdPerHour);
  const ticks = width < 500 ? 4 : 8;
  const marks = (kind: Kind, symbol: "star" | "circle" | "square2", r: number) =>
    dot(of(kind), { x, y, r, symbol, className: `mark-${kind}`, sort: null });
  const svg = drawPlot({
    width,
    height,
    marginLeft: 62,
    marginBottom: 40,
    marginTop: 24,
    marginRight: 20,
    x: { domain: [0, mostUsd * 1.04 || 1] },
    y: { domain: [0, mostRate * 1.06 || 1] },
    marks: [
      gridX({ ticks, strokeOpacity: 0.12 }),
      gridY({ ticks: 5, strokeOpacity: 0.12 }),
      axisX({ ticks, label: "$ per hour", labelArrow: true }),
      axisY({ ticks: 5, label: "tokens/s", labelArrow: true }),
      ...(answer && answer.usdPerHour > 0 ? [equalCost(answer, mostUsd, mostRate)] : []),
      lineY(steps, { x, y, curve: "step-after", strokeOpacity: 0.35, strokeWidth: 1.5 }),
      marks("frontier", "circle", 5),
      marks("type", "square2", 7),
      marks("answer", "star", 9),
    ],
  });
  svg.setAttribute("class", "plot");
  svg.setAttribute("role", "group");
  svg.setAttribute(
    "aria-label",
    `Cost per hour against tokens per second of ${points.length} placements; the arrow keys go from point to point, the table below says the same`,
  );
  const order = new Map(
    [...points]
      .sort((a, b) => a.usdPerHour - b.usdPerHour || a.tokensPerSecond - b.tokensPerSecond)
      .map((point, index) => [point, index]),
  );
  for (const kind of ["answer", "frontier", "type"] as const) {
    const data = of(kind);
    if (data.length === 0) continue;
    for (const [index, element] of markElements(svg, `mark-${kind}`).entries()) {
      const point = data[index]!;
      element.setAttribute("class", `point ${CLASSES[kind]}`);
      element.setAttribute("stroke", "currentColor");
      element.setAttribute("data-row", point.id);
      element.setAttribute("data-order", String(order.get(point)!));
      element.setAttribute("tabindex", "-1");
      element.setAttribute("role", "img");
      element.setAttribute(
        "aria-label",
        `${point.name}: ${usd(point.usdPerHour)} per hour, ${figure(point.tokensPerSecond)} tokens/s, ${usd(point.usdPerMillionTokens)} per million tokens`,
      );
    }
  }
  return svgMarkup(svg);
}

const CLASSES: Readonly<Record<Kind, string>> = {
  answer: "red",
  frontier: "blue",
  type: "orange hollow",
};

/** The line of placements whose tokens cost as much as the answer's, up to the edge of the plot. */
function equalCost({ usdPerHour, tokensPerSecond }: Point, mostUsd: number, mostRate: number) {
  const scale = Math.min((mostUsd * 1.04) / usdPerHour, (mostRate * 1.06) / tokensPerSecond);
  return lineY(
    [
      { x: 0, y: 0 },
      { x: usdPerHour * scale, y: tokensPerSecond * scale },
    ],
    { x: "x", y: "y", strokeDasharray: "5 4", strokeOpacity: 0.55, strokeWidth: 1.25 },
  );
}

function pointTable({ pool }: Problem, points: readonly Point[]): Markup {
  return tableMarkup({
    caption: "The points of the plot",
    isSortable: true,
    isLong: true,
    columns: [
      { head: "point" },
      { head: "$/hour", align: "right" },
      { head: "tokens/s", align: "right" },
      { head: "$/M tokens", align: "right" },
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
          placementWords(pool, point.placement),
        ],
      }),
    ),
  });
}
