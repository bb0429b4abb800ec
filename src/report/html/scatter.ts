import { axisX, axisY, dot, gridX, gridY } from "@observablehq/plot";
import { ascending, largest } from "../../lists.ts";
import { recordedRun } from "../../sweep/record.ts";
import { figure, usd } from "../format.ts";
import type { SummarisedRun } from "../sweep.ts";
import { html, type Markup } from "./markup.ts";
import {
  describePlot,
  describePoint,
  drawPlot,
  markElements,
  orderByCost,
  svgMarkup,
} from "./svg.ts";

/** A run that has a placement. */
interface Point {
  readonly row: string;
  readonly type: string;
  readonly tpDegree: number;
  readonly ppStages: number;
  readonly usdPerHour: number;
  readonly tokensPerSecond: number;
  readonly usdPerMillionTokens: number;
  readonly isBest: boolean;
}

/** Colours and shapes: colour first, and a new shape when the colours are used up. */
const COLOURS = ["blue", "orange", "green", "pink", "red", "sky", "grey"] as const;
const SYMBOLS = ["circle", "square2", "triangle2", "diamond2"] as const;
type Symbol = (typeof SYMBOLS)[number];

/** How points of one group are drawn. */
interface Group {
  readonly label: string;
  readonly colour: string;
  readonly symbol: Symbol;
  readonly points: readonly Point[];
}

/** Cost against throughput of all feasible runs, once coloured by instance type and once by TP degree. */
export function scatterMarkup(runs: readonly SummarisedRun[]): Markup {
  const points = runs.flatMap(pointOf);
  if (points.length === 0) return html`<p>No run has a placement, so there is nothing to plot.</p>`;
  const byType = groupsOf(points, ({ type }) => type, ascending);
  const byTp = groupsOf(
    points,
    ({ tpDegree }) => String(tpDegree),
    (a, b) => Number(a) - Number(b),
  );
  return html`<div class="pair">${chart("Coloured by instance type", byType, points)}${chart(
    "Coloured by TP degree",
    byTp.map((group) => ({ ...group, label: `TP ${group.label}` })),
    points,
  )}</div>
<p class="dim">Points with a border are the best of their phase, lengths and batch. The lower right is expensive and slow.</p>`;
}

function pointOf({ record, isBest }: SummarisedRun, index: number): Point[] {
  if (record.status !== "SUCCESS") return [];
  const { family, tpDegree, ppStages } = recordedRun(record);
  const { cost_per_hour, throughput_tokens_per_sec, dollar_per_million_token } = record.metrics;
  return [
    {
      row: `run-${index}`,
      type: family,
      tpDegree,
      ppStages,
      usdPerHour: cost_per_hour,
      tokensPerSecond: throughput_tokens_per_sec,
      usdPerMillionTokens: dollar_per_million_token,
      isBest,
    },
  ];
}

function groupsOf(
  points: readonly Point[],
  keyOf: (point: Point) => string,
  compare: (a: string, b: string) => number,
): Group[] {
  const labels = [...new Set(points.map(keyOf))].sort(compare);
  return labels.map((label, index) => ({
    label,
    colour: COLOURS[index % COLOURS.length]!,
    symbol: SYMBOLS[Math.floor(index / COLOURS.length) % SYMBOLS.length]!,
    points: points.filter((point) => keyOf(point) === label),
  }));
}

function chart(title: string, groups: readonly Group[], points: readonly Point[]): Markup {
  return html`<figure class="chart"><h3>${title}</h3>
<ul class="legend">${groups.map(({ label, colour, symbol }) => html`<li>${sign(colour, symbol)}${label}</li>`)}</ul>
${plotMarkup(title, groups, points)}</figure>`;
}

const SHAPES: Readonly<Record<Symbol, string>> = {
  circle: "M6,1A5,5,0,1,1,5.99,1Z",
  square2: "M1.5,1.5H10.5V10.5H1.5Z",
  triangle2: "M6,0.5L11.5,10.5H0.5Z",
  diamond2: "M6,0L12,6L6,12L0,6Z",
};

function sign(colour: string, symbol: Symbol): Markup {
  return html`<svg width="12" height="12" aria-hidden="true"><path class="${colour}" d="${SHAPES[symbol]}"></path></svg>`;
}

function plotMarkup(title: string, groups: readonly Group[], points: readonly Point[]): Markup {
  const most = (value: (point: Point) => number): number => Math.max(largest(points.map(value)), 0);
  const svg = drawPlot({
    width: 430,
    height: 320,
    marginLeft: 58,
    marginBottom: 40,
    marginTop: 24,
    marginRight: 14,
    x: { domain: [0, most(({ usdPerHour }) => usdPerHour) * 1.04 || 1] },
    y: { domain: [0, most(({ tokensPerSecond }) => tokensPerSecond) * 1.06 || 1] },
    marks: [
      gridX({ ticks: 5, strokeOpacity: 0.12 }),
      gridY({ ticks: 5, strokeOpacity: 0.12 }),
      axisX({ ticks: 5, label: "$ per hour", labelArrow: true }),
      axisY({ ticks: 5, label: "tokens/s", labelArrow: true }),
      ...groups.map((group, index) =>
        dot([...group.points], {
          x: "usdPerHour",
          y: "tokensPerSecond",
          r: 4.5,
          symbol: group.symbol,
          className: `mark-${index}`,
          sort: null,
        }),
      ),
    ],
  });
  describePlot(svg, `${title}: cost per hour against tokens per second of ${points.length} runs`);
  const order = orderByCost(points);
  for (const [position, group] of groups.entries()) {
    for (const [index, element] of markElements(svg, `mark-${position}`).entries()) {
      const point = group.points[index]!;
      describePoint(element, {
        classes: `${group.colour}${point.isBest ? " best" : ""}`,
        row: point.row,
        order: order.get(point)!,
        label: pointText(point),
      });
    }
  }
  return svgMarkup(svg);
}

function pointText(point: Point): string {
  return `${point.type}, TP ${point.tpDegree}, PP ${point.ppStages}: ${usd(point.usdPerHour)} per hour, ${figure(point.tokensPerSecond)} tokens/s, ${usd(point.usdPerMillionTokens)} per million tokens${point.isBest ? ", best" : ""}`;
}
