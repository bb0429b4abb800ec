import { axisX, axisY, dot, gridX, gridY, lineY } from "@observablehq/plot";
import { drawPlot, svgMarkup } from "../src/report/html/svg.ts";
import { GROWTH_LABELS, seriesOf } from "./growth-table.ts";
import type { GrowthRun, GrowthSeries } from "./measured.ts";
import { median } from "./statistics.ts";

const PANEL_WIDTH = 440;
const PANEL_HEIGHT = 316;
const HEAD_HEIGHT = 76;
const MARGIN = 12;
const COLUMNS = 2;

/** Seconds that the axis may be marked with. */
const SECONDS_TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];

/** Colours of text, lines and background that stand out in light and in dark; those of data are Okabe and Ito's. */
const STYLE = `
svg{--bg:#fff;--text:#1a1d21;--data:#0072b2;color-scheme:light dark}
@media (prefers-color-scheme:dark){svg{--bg:#14171b;--text:#e8eaed;--data:#4aa3df}}
.page{fill:var(--bg)}
.panels{color:var(--text);fill:var(--text);font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
.title{font-size:16px;font-weight:600}
.median{stroke:var(--data)}
.draw{fill:var(--data);stroke:none}
`.replaceAll("\n", "");

interface Point {
  readonly size: number;
  readonly seconds: number;
}

/** The ends of an axis with room around its values. */
type Domain = readonly [from: number, to: number];

function domain(values: readonly number[], room: number): Domain {
  return [Math.min(...values) / room, Math.max(...values) * room];
}

/**
 * The processor time of a search over the size of the problem, a panel for each series, both axes logarithmic and all panels with the
 * same one upwards: an SVG file that follows the colours of light and dark pages.
 */
export function growthSvg(runs: readonly GrowthRun[]): string {
  const names = seriesOf(runs);
  const seconds = domain(
    runs.flatMap(({ draws_processor_seconds }) => draws_processor_seconds),
    1.4,
  );
  const panels = names.map((name, index) => {
    const own = runs.filter(({ series }) => series === name);
    const x = MARGIN + (index % COLUMNS) * PANEL_WIDTH;
    const y = HEAD_HEIGHT + Math.floor(index / COLUMNS) * PANEL_HEIGHT;
    return `<g transform="translate(${x},${y})">${panel(name, own, seconds)}</g>`;
  });
  const width = COLUMNS * PANEL_WIDTH + 2 * MARGIN;
  const height = HEAD_HEIGHT + Math.ceil(names.length / COLUMNS) * PANEL_HEIGHT + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">Processor time of one search over the size of the problem</title>
<style>${STYLE}</style>
<rect class="page" width="${width}" height="${height}"/>
<g class="panels">
<text class="title" x="${MARGIN}" y="30">Processor time of one search, seconds</text>
<text x="${MARGIN}" y="54">Line: median over the draws of offers. Dots: each draw. Dashed: a time in proportion to the size.</text>
${panels.join("\n")}
</g>
</svg>
`;
}

function panel(name: GrowthSeries, runs: readonly GrowthRun[], seconds: Domain): string {
  const medians = runs.map(
    ({ size, draws_processor_seconds: draws }): Point => ({ size, seconds: median(draws) }),
  );
  const draws = runs.flatMap(({ size, draws_processor_seconds }) =>
    draws_processor_seconds.map((value): Point => ({ size, seconds: value })),
  );
  const sizes = runs.map(({ size }) => size);
  const ticks = SECONDS_TICKS.filter((tick) => tick >= seconds[0] && tick <= seconds[1]);
  const channels = { x: "size", y: "seconds" };
  const svg = drawPlot({
    width: PANEL_WIDTH,
    height: PANEL_HEIGHT,
    marginLeft: 52,
    marginRight: 24,
    marginTop: 20,
    marginBottom: 60,
    x: { type: "log", domain: domain(sizes, 1.15) },
    y: { type: "log", domain: seconds },
    marks: [
      gridX(sizes, { strokeOpacity: 0.15 }),
      gridY(ticks, { strokeOpacity: 0.15 }),
      axisX(sizes, {
        label: GROWTH_LABELS[name],
        labelOffset: 38,
        labelAnchor: "center",
        labelArrow: "none",
        text: String,
      }),
      // A format instead of texts would be left out between some of the ticks.
      axisY(ticks, { label: "seconds", labelArrow: "none", text: String }),
      lineY(proportional(medians, seconds), {
        ...channels,
        strokeDasharray: "5 4",
        strokeOpacity: 0.6,
      }),
      lineY(medians, { ...channels, strokeWidth: 2, className: "median" }),
      dot(draws, { ...channels, r: 3, fillOpacity: 0.6, className: "draw" }),
    ],
  });
  return svgMarkup(svg).text;
}

/** seconds = least seconds · size / least size, as far as the panel reaches. */
function proportional([first, ...others]: readonly Point[], [, most]: Domain): Point[] {
  const last = others.at(-1);
  if (!first || !last) return [];
  const ratio = first.seconds / first.size;
  const end = Math.min(last.size, most / ratio);
  return [first.size, end].map((size) => ({ size, seconds: size * ratio }));
}
