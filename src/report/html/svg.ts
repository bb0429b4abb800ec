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
