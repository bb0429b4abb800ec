import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { InternalError } from "../../errors.ts";
import { escapeHtml, Markup } from "./markup.ts";

/** What is used of the DOM here; the library's document has it without a browser. */
export interface SvgNode {
  readonly nodeType: number;
  readonly localName: string;
  readonly textContent: string | null;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly childNodes: Iterable<SvgNode>;
  readonly children: Iterable<SvgNode>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): SvgNode | null;
}

const ELEMENT = 1;
const TEXT = 3;

/** Attributes that hold coordinates; the others stay as they are. */
const COORDINATES = new Set(
  "d transform x y x1 x2 y1 y2 cx cy r width height dx dy viewBox".split(" "),
);

/** Draws a plot without a browser; its text takes the colour and font of the page around it. */
export function drawPlot(options: PlotOptions): SvgNode {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = plot({
    ...options,
    document,
    className: "plot",
  } as PlotOptions) as unknown as SvgNode;
  if (svg.localName !== "svg") throw new InternalError("a plot is more than one SVG element.");
  for (const name of ["font-family", "font-size", "class"]) svg.removeAttribute(name);
  return svg;
}

/** The elements of a mark that was given a class, in the order of its data. */
export function markElements(svg: SvgNode, className: string): SvgNode[] {
  const group = svg.querySelector(`.${className}`);
  if (!group) throw new InternalError(`the plot has no mark "${className}".`);
  const elements = [...group.children];
  return elements.sort((a, b) => datumIndex(a) - datumIndex(b));
}

/** The library keeps the position of an element's datum as a property. */
function datumIndex(element: SvgNode): number {
  return (element as unknown as { readonly __data__: number }).__data__;
}

/**
 * An SVG tree as markup. Coordinates are rounded to hundredths of a pixel, so that the text is short and the same everywhere; style
 * sheets inside are left out, because the page has its own.
 */
export function svgMarkup(svg: SvgNode): Markup {
  return new Markup(write(svg));
}

function write(node: SvgNode): string {
  if (node.nodeType === TEXT) return escapeHtml(node.textContent ?? "");
  if (node.nodeType !== ELEMENT || node.localName === "style") return "";
  const attributes = [...node.attributes]
    .map(
      ({ name, value }) =>
        ` ${name}="${escapeHtml(COORDINATES.has(name) ? rounded(value) : value)}"`,
    )
    .join("");
  const inside = [...node.childNodes].map(write).join("");
  return `<${node.localName}${attributes}>${inside}</${node.localName}>`;
}

function rounded(coordinates: string): string {
  return coordinates.replace(/-?\d+\.\d+(e-?\d+)?/g, (number) =>
    String(Math.round(Number(number) * 100) / 100),
  );
}

/** What a point of a plot says of itself. */
export interface PlotPoint {
  /** Classes that colour it. */
  readonly classes: string;
  /** Id of the row that has its details. */
  readonly row: string;
  /** Its place when keys go from point to point. */
  readonly order: number;
  readonly label: string;
}

/** Makes an element of a mark a point that leads to a row; the page's script makes it a button. */
export function describePoint(element: SvgNode, { classes, row, order, label }: PlotPoint): void {
  element.setAttribute("class", `point ${classes}`);
  element.setAttribute("stroke", "currentColor");
  element.setAttribute("data-row", row);
  element.setAttribute("data-order", String(order));
  element.setAttribute("tabindex", "-1");
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
}

/** Names a plot whose points can be gone through. */
export function describePlot(svg: SvgNode, label: string): void {
  svg.setAttribute("class", "plot");
  svg.setAttribute("role", "group");
  svg.setAttribute(
    "aria-label",
    `${label}; arrow keys move from point to point, the table below has the same data`,
  );
}

/** The place of each point by rising cost, then throughput. */
export function orderByCost<T extends { usdPerHour: number; tokensPerSecond: number }>(
  points: readonly T[],
): ReadonlyMap<T, number> {
  const rising = [...points].sort(
    (a, b) => a.usdPerHour - b.usdPerHour || a.tokensPerSecond - b.tokensPerSecond,
  );
  return new Map(rising.map((point, index) => [point, index]));
}
