import { axisX, axisY, dot, gridX, gridY, lineY } from "@observablehq/plot";
import type { Placement } from "../../placement/placement.ts";
import { figure, usd } from "../format.ts";
import type { Markup } from "./markup.ts";
import {
  describePlot,
  describePoint,
  drawPlot,
  markElements,
  orderByCost,
  svgMarkup,
} from "./svg.ts";

export type PointKind = "answer" | "frontier" | "type";

/** A placement of the plot. */
export interface FrontierPoint {
  readonly id: string;
  readonly kind: PointKind;
  readonly name: string;
  readonly usdPerHour: number;
  readonly tokensPerSecond: number;
  readonly usdPerMillionTokens: number;
  readonly placement: Placement;
}

/** How the kinds are drawn, the last ones on top: shape and colour both tell them apart. */
const KINDS = [
  { kind: "frontier", symbol: "circle", radius: 5, classes: "blue" },
  { kind: "type", symbol: "square2", radius: 7, classes: "orange hollow" },
  { kind: "answer", symbol: "star", radius: 9, classes: "red" },
] as const;

/** Costs further apart than this are drawn on logarithmic scales: on others the cheap ones would lie on one heap. */
const LARGEST_LINEAR_RATIO = 12;

/** Whether both scales are logarithmic. */
export function hasLogScales(points: readonly FrontierPoint[]): boolean {
  const costs = points.map(({ usdPerHour }) => usdPerHour);
  // What is owned costs nothing, which has no logarithm.
  return Math.min(...costs) > 0 && Math.max(...costs) > LARGEST_LINEAR_RATIO * Math.min(...costs);
}

/** The plot of two and more points, pixels wide and high before it is scaled to the page. */
export function frontierPlot(
  points: readonly FrontierPoint[],
  width: number,
  height: number,
): Markup {
  const of = (kind: PointKind): FrontierPoint[] => points.filter((point) => point.kind === kind);
  const type = hasLogScales(points) ? "log" : "linear";
  const x = domain(
    points.map(({ usdPerHour }) => usdPerHour),
    type,
  );
  const y = domain(
    points.map(({ tokensPerSecond }) => tokensPerSecond),
    type,
  );
  const [answer] = of("answer");
  const steps = [...of("frontier"), ...of("answer")].sort((a, b) => a.usdPerHour - b.usdPerHour);
  const ticks = width < 500 ? 4 : 8;
  const channels = { x: "usdPerHour", y: "tokensPerSecond" };
  const svg = drawPlot({
    width,
    height,
    marginLeft: 62,
    marginBottom: 40,
    marginTop: 24,
    marginRight: 20,
    x: { domain: x, type },
    y: { domain: y, type },
    marks: [
      gridX({ ticks, strokeOpacity: 0.12 }),
      gridY({ ticks: 5, strokeOpacity: 0.12 }),
      axisX({ ticks, label: "$ per hour", labelArrow: true }),
      axisY({ ticks: 5, label: "tokens/s", labelArrow: true }),
      ...(answer && answer.usdPerHour > 0 ? [equalCost(answer, x, y)] : []),
      lineY(steps, { ...channels, curve: "step-after", strokeOpacity: 0.35, strokeWidth: 1.5 }),
      ...KINDS.map(({ kind, symbol, radius }) =>
        dot(of(kind), { ...channels, r: radius, symbol, className: `mark-${kind}`, sort: null }),
      ),
    ],
  });
  describePlot(svg, `Cost per hour against tokens per second of ${points.length} placements`);
  const order = orderByCost(points);
  for (const { kind, classes } of KINDS) {
    const data = of(kind);
    if (data.length === 0) continue;
    for (const [index, element] of markElements(svg, `mark-${kind}`).entries()) {
      const point = data[index]!;
      const label = `${point.name}: ${usd(point.usdPerHour)} per hour, ${figure(point.tokensPerSecond)} tokens/s, ${usd(point.usdPerMillionTokens)} per million tokens`;
      describePoint(element, { classes, row: point.id, order: order.get(point)!, label });
    }
  }
  return svgMarkup(svg);
}

type Domain = readonly [from: number, to: number];

/** A linear scale starts at 0. */
function domain(values: readonly number[], type: "log" | "linear"): [number, number] {
  const most = Math.max(...values);
  return type === "log" ? [Math.min(...values) / 1.3, most * 1.3] : [0, most * 1.05 || 1];
}

/** tokens/s = cost per hour · (tokens/s)/(cost per hour) of the answer, as far as the plot reaches. */
function equalCost(
  { usdPerHour, tokensPerSecond }: FrontierPoint,
  [leastUsd, mostUsd]: Domain,
  [leastRate, mostRate]: Domain,
) {
  const rate = tokensPerSecond / usdPerHour;
  const ends = [Math.max(leastUsd, leastRate / rate), Math.min(mostUsd, mostRate / rate)];
  return lineY(
    ends.map((cost) => ({ x: cost, y: cost * rate })),
    { x: "x", y: "y", strokeDasharray: "5 4", strokeOpacity: 0.55, strokeWidth: 1.25 },
  );
}
