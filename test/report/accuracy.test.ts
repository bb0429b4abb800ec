import { describe, expect, it } from "vitest";
import { accuracyMarkdown } from "../../bench/fitting/accuracy-markdown.ts";
import { accuracyReport } from "../../src/calibration/accuracy.ts";
import { PLAIN } from "../../src/report/colours.ts";
import { renderAccuracy } from "../../src/report/terminal-accuracy.ts";
import { throughputRow } from "../calibration/rows.ts";

const REPORT = accuracyReport({
  rows: [
    {
      ...throughputRow({ configGroup: "H100|8b|tp1", tp: 1, batchOrConcurrency: 8 }, 100, 120),
      spread: { low: 0.8, high: 1.2, confidence: "measured_alike", reasons: [] },
    },
    {
      ...throughputRow({ configGroup: "H100|8b|tp2", tp: 2, batchOrConcurrency: 8 }, 300, 150),
      spread: { low: 0.5, high: 2.5, confidence: "extrapolated", reasons: [] },
    },
  ],
  refused: [],
});

describe("accuracy as Markdown", () => {
  const markdown = accuracyMarkdown(REPORT, 2);

  it("has GitHub's tables under headings, numbers to the right, bars of names escaped", () => {
    expect(markdown).toContain(`## Errors by TP

| tp  | groups | figures |    mean |  median |    bias |     p90 |
| --- | -----: | ------: | ------: | ------: | ------: | ------: |
| 1   |      1 |       1 |  20.0 % |  20.0 % | +20.0 % |  20.0 % |
| 2   |      1 |       1 | 100.0 % | 100.0 % | -50.0 % | 100.0 % |
`);
    expect(markdown).toContain("| H100\\|8b\\|tp2 |       1 | 100.0 % | -50.0 % |");
  });

  it("says what intervals hold and what choices lose", () => {
    expect(markdown).toContain(`## Coverage by confidence

| confidence     | groups | figures |  inside | high/low |
| -------------- | -----: | ------: | ------: | -------: |
| extrapolated   |      1 |       1 | 100.0 % |     5.00 |
| measured_alike |      1 |       1 | 100.0 % |     1.50 |
`);
    // TP 2 makes 150 a GPU, TP 1 100; the model would take TP 1: 120 against 75.
    expect(markdown).toContain("| model       | all         |     1 | 33.3 % | 33.3 % | 33.3 % |");
  });

  it("has every table of the terminal", () => {
    const titles = [...markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title!);
    expect(titles.length).toBeGreaterThan(20);
    const terminal = renderAccuracy(REPORT, PLAIN);
    for (const title of titles) expect(terminal).toContain(`\n${title}\n`);
  });
});

describe("accuracy in a terminal", () => {
  it("begins with what matters", () => {
    expect(renderAccuracy(REPORT, PLAIN)).toMatch(
      /^2 figures of 2 measured rows predicted: median error 60\.0 %, mean error 60\.0 % over 2 config groups\.\n/,
    );
  });
});
