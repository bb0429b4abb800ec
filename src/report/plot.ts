import { largest } from "../lists.ts";
import { wrap } from "./layout.ts";

/** A point of a plot; x and y are not negative. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** Drawn as a filled mark. */
  readonly isMarked: boolean;
}

/** What a plot shows and how its axes are written. */
export interface Plot {
  readonly points: readonly PlotPoint[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
}

const COLUMNS = 64;
const ROWS = 14;

/**
 * A step plot in characters: both axes from 0, ○ and ● for the points, and lines for what a budget of x buys: the height of
 * the last point that is not to the right of it.
 */
export function renderPlot({ points, xLabel, yLabel, xText, yText }: Plot): string {
  const xMost = largest(points.map(({ x }) => x));
  const yMost = largest(points.map(({ y }) => y));
  const columnOf = (x: number): number => scale(x, xMost, COLUMNS - 1);
  const rowOf = (y: number): number => ROWS - 1 - scale(y, yMost, ROWS - 1);
  const cells = Array.from({ length: ROWS }, () => new Array<string>(COLUMNS).fill(" "));

  const rising = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  for (const [index, point] of rising.entries()) {
    const row = rowOf(point.y);
    const from = columnOf(point.x);
    const next = rising[index + 1];
    const to = next ? columnOf(next.x) : COLUMNS - 1;
    for (let column = from; column <= to; column++) cells[row]![column] = "─";
    if (next) for (let up = rowOf(next.y); up < row; up++) cells[up]![to] = "│";
    if (next && rowOf(next.y) < row) cells[row]![to] = "┘";
  }
  // Marks last, so that no line hides one; the marked ones last of all.
  for (const point of [...rising].sort((a, b) => Number(a.isMarked) - Number(b.isMarked))) {
    cells[rowOf(point.y)]![columnOf(point.x)] = point.isMarked ? "●" : "○";
  }

  const labels = [yText(yMost), yText(yMost / 2), yText(0)];
  const width = Math.max(...labels.map((label) => label.length));
  const labelRows = new Map([
    [0, labels[0]!],
    [Math.floor((ROWS - 1) / 2), labels[1]!],
    [ROWS - 1, labels[2]!],
  ]);
  const lines = cells.map((row, index) => {
    const label = labelRows.get(index);
    return `  ${(label ?? "").padStart(width)} ${label === undefined ? "│" : "┤"}${row.join("")}`.trimEnd();
  });
  const left = xText(0);
  const middle = xText(xMost / 2);
  const right = xText(xMost);
  const gap = COLUMNS - left.length - middle.length - right.length;
  const axis = `${left}${" ".repeat(Math.ceil(gap / 2))}${middle}${" ".repeat(Math.floor(gap / 2))}${right}`;
  const margin = " ".repeat(width + 4);
  return [
    wrap(`  ${yLabel}`),
    ...lines,
    `${" ".repeat(width + 3)}└${"─".repeat(COLUMNS)}`,
    margin + axis,
    margin + xLabel.padStart(Math.floor((COLUMNS + xLabel.length) / 2)),
  ].join("\n");
}

function scale(value: number, most: number, cells: number): number {
  return most > 0 ? Math.round((value / most) * cells) : 0;
}
