import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { visibleWidth } from "../../src/report/layout.ts";
import { type PlotPoint, renderPlot } from "../../src/report/plot.ts";

const plot = (points: readonly PlotPoint[]): string =>
  renderPlot({
    points,
    xLabel: "cost",
    yLabel: "speed",
    xText: (value) => value.toFixed(0),
    yText: (value) => value.toFixed(0),
  });

describe("plot", () => {
  it("draws a step from point to point", () => {
    const lines = plot([
      { x: 50, y: 50, isMarked: false },
      { x: 100, y: 100, isMarked: true },
    ]).split("\n");
    expect(lines[0]).toBe("  speed");
    expect(lines[1]).toMatch(/^ {2}100 ┤ +●$/);
    expect(lines[7]).toMatch(/^ {2} 50 ┤ {32}○─+┘$/);
    expect(lines[14]).toBe("    0 ┤");
    expect(lines[16]).toMatch(/^ +0 +50 +100$/);
    expect(lines[17]!.trim()).toBe("cost");
  });

  it("keeps every column of marks apart from lines, in a bounded width", () => {
    const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: positive, y: positive, isMarked: fc.boolean() }), {
          minLength: 1,
          maxLength: 30,
        }),
        (points) => {
          const text = plot(points);
          for (const line of text.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
          const marks = text.match(/[○●]/g) ?? [];
          expect(marks.length).toBeGreaterThan(0);
          expect(marks.length).toBeLessThanOrEqual(points.length);
          if (points.some((point) => point.isMarked)) expect(text).toContain("●");
        },
      ),
    );
  });
});
