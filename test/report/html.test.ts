import fc from "fast-check";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { figure, usd } from "../../src/report/format.ts";
import { renderSolveReport } from "../../src/report/html/solve-report.ts";
import { solutionJson } from "../../src/report/json.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import { importGraph } from "../support/import-graph.ts";
import { infeasibleReport, solveReport, solveReportInput, sweepReport } from "./html-reports.ts";
import { answerOf, oddPlacement } from "./placements.ts";

/** What is used of the DOM here. */
interface Node {
  readonly textContent: string;
  readonly localName: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Node | null;
  querySelectorAll(selector: string): Iterable<Node>;
}

function parse(text: string): Node {
  return parseHTML(text).document as unknown as Node;
}

function all(root: Node, selector: string): Node[] {
  return [...root.querySelectorAll(selector)];
}

function texts(root: Node, selector: string): string[] {
  return all(root, selector).map(({ textContent }) => textContent.trim().replace(/\s+/g, " "));
}

/** Numbers of an attribute, such as a transform. */
function numbers(text: string | null): number[] {
  return [...(text ?? "").matchAll(/-?\d+(\.\d+)?/g)].map(([number]) => Number(number));
}

const reports: readonly (readonly [name: string, text: () => string])[] = [
  ["of an answer", () => solveReport()],
  ["of an infeasible problem", () => infeasibleReport()],
  ["of a sweep", () => sweepReport()],
];

describe.each(reports)("a report %s", (_, text) => {
  const page = parse(text());

  it("is one file that can load nothing", () => {
    const policy = page.querySelector('meta[http-equiv="Content-Security-Policy"]')!;
    expect(policy.getAttribute("content")).toContain("default-src 'none'");
    expect(text()).not.toMatch(/https?:\/\/|url\(|@import|<link|<img|<iframe/);
    for (const element of all(page, "[src], [href]")) {
      expect(element.getAttribute("href")).toMatch(/^#/);
    }
  });

  it("is the same for the same input", () => {
    expect(text()).toBe(text());
  });

  it("has headings in order, one of them the first", () => {
    const levels = all(page, "h1, h2, h3, h4").map(({ localName }) => Number(localName[1]));
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [index, level] of levels.entries()) {
      if (index > 0) expect(level - levels[index - 1]!).toBeLessThanOrEqual(1);
    }
  });

  it("names its language, its parts, its tables and its pictures", () => {
    expect(page.querySelector("html")!.getAttribute("lang")).toBe("en");
    expect(page.querySelector("title")!.textContent).toContain("report");
    for (const table of all(page, "table")) {
      expect(table.querySelector("caption")!.textContent).not.toBe("");
      for (const head of all(table, "th")) expect(head.getAttribute("scope")).not.toBeNull();
    }
    for (const svg of all(page, "svg")) {
      const isNamed = svg.getAttribute("role") !== null && svg.getAttribute("aria-label") !== null;
      expect(isNamed || svg.getAttribute("aria-hidden") === "true").toBe(true);
    }
  });

  it("has every id once and every reference's target", () => {
    const ids = all(page, "[id]").map((element) => element.getAttribute("id")!);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [
      ...all(page, "[href]").map((element) => element.getAttribute("href")!.slice(1)),
      ...all(page, "[data-row]").map((element) => element.getAttribute("data-row")!),
      ...all(page, "[data-copy]").map((element) => element.getAttribute("data-copy")!),
      ...all(page, "[aria-labelledby]").map((each) => each.getAttribute("aria-labelledby")!),
    ];
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  });

  it("has a script that parses", () => {
    const script = all(page, "script").at(-1)!.textContent;
    expect(() => new Function(script)).not.toThrow();
  });
});

describe("the report of a solve", () => {
  it("has all parts, in the order in which they are read", () => {
    expect(texts(parse(solveReport()), "h2")).toEqual([
      "Cost against throughput",
      "Pipeline",
      "Prices",
      "Assumptions",
      "What would change this answer",
      "Reproduce",
    ]);
    expect(texts(parse(infeasibleReport()), "h2")).toEqual([
      "Why nothing fits",
      "Prices",
      "Assumptions",
      "Reproduce",
    ]);
  });

  it("says the answer and its proof first, with the solution's figures", () => {
    const { solution } = solveReportInput();
    const page = parse(solveReport());
    const { cost_per_hour, dollar_per_million_token, throughput_tokens_per_sec } = solution.metrics;
    const [title] = texts(page, "h1");
    expect(title).toContain(`${usd(dollar_per_million_token)} per million tokens`);
    expect(title).toContain(`${figure(throughput_tokens_per_sec)} tokens/s`);
    expect(title).toContain(`${usd(cost_per_hour)} per hour`);
    expect(texts(page, ".badge")).toEqual(["✓ optimal, proven"]);
    expect(texts(page, ".tiles .big")).toEqual([
      usd(dollar_per_million_token),
      figure(throughput_tokens_per_sec),
      usd(cost_per_hour),
      figure(solution.metrics.ttft_ms!),
      figure(solution.metrics.tpot_ms!),
    ]);
  });

  it("says which targets are met, and where an interval reaches beyond one", () => {
    const { solution } = solveReportInput();
    const ttftMs = solution.metrics.ttft_ms!;
    const limits = (seconds: number) => ({
      problem: {
        limits: {
          ...solveReportInput().problem.limits,
          maxTtftSeconds: seconds,
          maxTpotSeconds: null,
        },
      },
    });
    const said = (seconds: number): string =>
      texts(parse(solveReport(limits(seconds))), "header ul.plain li").find((text) =>
        text.includes("max_ttft_ms"),
      )!;
    expect(said((ttftMs * 1.11) / 1000)).toMatch(/^✓ met.*exceeds the target$/);
    expect(said((ttftMs * 100) / 1000)).toMatch(/^✓ met(?!.*exceeds)/);
    expect(said((ttftMs * 1.05) / 1000)).toMatch(/^✕ not met/);
  });

  it("says how far an answer is from its bound that is not proven", () => {
    const page = parse(solveReport({ answer: { status: "feasible", bound: 1, gap: 0.5 } }));
    expect(texts(page, ".badge")).toEqual(["! feasible, not proven"]);
    expect(page.querySelector("header")!.textContent).toContain("gap 50 %");
  });

  it("says why nothing fits and what would help", () => {
    const page = parse(infeasibleReport());
    expect(texts(page, ".badge")).toEqual(["✕ infeasible, proven"]);
    const why = page.querySelector("#why")!.textContent;
    expect(why).toContain("These cannot be met together: max_hourly_cost 20, min-throughput 400.");
    expect(why).toContain("$27.39/h");
    const found = parse(infeasibleReport({ status: "no_solution" }));
    expect(texts(found, ".badge")).toEqual(["! no answer, the search stopped"]);
    expect(found.querySelector("#why")).toBeNull();
  });

  it("holds what --json prints, but for the time", () => {
    const { problem, solution, warnings } = solveReportInput();
    const json = JSON.parse(parse(solveReport()).querySelector("#solution")!.textContent);
    const { total_seconds: _, ...run } = solution.run;
    expect(json).toEqual(
      JSON.parse(JSON.stringify({ ...solutionJson(problem, solution, warnings), run })),
    );
    const run2 = { ...solution.run, total_seconds: 99 };
    expect(solveReport({ answer: { run: run2 } })).toBe(solveReport());
  });

  it("says how to get it again", () => {
    const page = parse(solveReport());
    expect(texts(page, "pre")).toEqual([
      "llm-placement solve --config-dir 'my problem' --report out.html",
    ]);
  });

  it("draws each point where it belongs, with its row", () => {
    const { solution } = solveReportInput();
    const page = parse(solveReport());
    const svg = page.querySelector(".wide svg")!;
    const points = all(svg, ".point");
    // The answer, the two other points of the frontier, and the best of one type.
    expect(points).toHaveLength(4);
    const [left, , right] = points
      .map((point) => numbers(point.getAttribute("cx") ?? point.getAttribute("transform"))[0]!)
      .sort((a, b) => a - b) as [number, number, number, number];
    const costs = solution
      .frontier!.map(({ cost_per_hour }) => cost_per_hour)
      .sort((a, b) => a - b);
    // Both axes start at 0, at the left margin of 62.
    expect((left - 62) / (right - 62)).toBeCloseTo(costs[0]! / costs[2]!, 2);
    for (const point of points) {
      const row = page.querySelector(`#${point.getAttribute("data-row")}`)!;
      const dollars = /\$[\d.,]+ per hour/.exec(point.getAttribute("aria-label")!)![0];
      expect(row.textContent).toContain(dollars.replace(" per hour", ""));
    }
  });

  it("draws costs that are far apart on logarithmic scales, unless one is nothing", () => {
    const { solution } = solveReportInput();
    const [first, ...rest] = solution.frontier!;
    const at = (cost_per_hour: number) => ({ ...first!, cost_per_hour });
    const places = (least: number): { readonly xs: number[]; readonly text: string } => {
      const frontier = [at(least), at(100 * least), at(10_000), ...rest];
      const page = parse(solveReport({ answer: { frontier } }));
      const xs = all(page, ".wide .point.blue").map(
        (point) => numbers(point.getAttribute("cx"))[0]!,
      );
      return { xs, text: page.querySelector("#frontier p")!.textContent };
    };
    const far = places(1);
    expect(far.text).toContain("logarithmic");
    expect(far.xs[1]! - far.xs[0]!).toBeCloseTo(far.xs[2]! - far.xs[1]!, 1);
    expect(places(0).text).not.toContain("logarithmic");
    expect(places(0).xs[0]).toBe(62);
  });

  it("draws no plot of one point", () => {
    const { frontier: _, explanation: __, ...solution } = solveReportInput().solution;
    const page = parse(renderSolveReport({ ...solveReportInput(), solution }));
    expect(page.querySelector("svg.plot")).toBeNull();
    expect(page.querySelector("#frontier")!.textContent).toContain(
      "There is no placement to plot besides the answer.",
    );
  });

  it("draws the pipeline: instances, stages, GPUs, links", () => {
    const page = parse(solveReport());
    expect(texts(page, ".node h3")).toEqual(["g6e.48xlarge#0", "g6e.12xlarge#0"]);
    expect(texts(page, ".stage h4").map((text) => text.replace(" (the slowest)", ""))).toEqual([
      "Stage 0: layers 1–32",
      "Stage 1: layers 33–48",
      "Stage 2: layers 49–80",
    ]);
    expect(all(page, ".node")[0]!.querySelectorAll(".gpus li.used")).toHaveLength(4);
    expect(texts(page, "li.link").map((text) => text.split(",")[0])).toEqual([
      "↓ inside the instance",
      "↓ between instances",
    ]);
  });

  it("draws bars that are full", () => {
    const bars = all(parse(solveReport()), "svg.bar");
    expect(bars).toHaveLength(6);
    for (const bar of bars) {
      const widths = all(bar, "rect").map((rect) => numbers(rect.getAttribute("width"))[0]!);
      expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(100, 1);
    }
  });

  it("lists every type of the pool, used ones first", () => {
    const { problem } = solveReportInput();
    const rows = texts(parse(solveReport()), "#prices tbody th");
    expect(rows).toHaveLength(problem.pool.types.length);
    expect(rows.slice(0, 2)).toEqual(["g6e.48xlarge", "g6e.12xlarge"]);
  });
});

describe("texts of the user", () => {
  const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;
  const page = parse(
    solveReport({
      rename: (name) => `${name}${evil}`,
      problem: { model: { ...solveReportInput().problem.model, name: evil } },
      input: { warnings: [evil], commandLine: ["solve", evil], version: evil },
    }),
  );

  it("are texts and nothing else", () => {
    expect(all(page, "script")).toHaveLength(2);
    expect(all(page, "img")).toEqual([]);
    for (const element of all(page, "*")) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on/);
    }
    expect(page.querySelector("h1")!.textContent.startsWith(evil)).toBe(true);
    expect(texts(page, "#prices tbody th")[0]).toBe(`g6e.48xlarge${evil}`);
    const [point] = all(page, ".point").slice(-1);
    expect(point!.getAttribute("aria-label")).toContain("this answer");
    const json = JSON.parse(page.querySelector("#solution")!.textContent) as {
      readonly model: { readonly name: string };
    };
    expect(json.model.name).toBe(evil);
  });

  it("are harmless in a sweep", () => {
    const sweepPage = parse(sweepReport((name) => `${name}${evil}`));
    expect(all(sweepPage, "script")).toHaveLength(2);
    expect(all(sweepPage, "img")).toEqual([]);
    expect(texts(sweepPage, "#runs option")).toContain(`g6e.12xlarge${evil}`);
  });

  it("may be any text", () => {
    fc.assert(
      fc.property(oddPlacement, ({ problem, placement }) => {
        const evaluation = evaluate(problem, placement);
        fc.pre(evaluation.status === "SUCCESS");
        if (evaluation.status !== "SUCCESS") return;
        const text = renderSolveReport({
          problem,
          request: DEFAULT_REQUEST,
          solution: answerOf(evaluation),
          warnings: [],
          version: "1.2.3",
        });
        expect(all(parse(text), "script")).toHaveLength(2);
        expect(all(parse(text), "h2")).toHaveLength(5);
      }),
      { numRuns: 10, seed: 5 },
    );
  });
});

describe("the report of a sweep", () => {
  const page = parse(sweepReport());

  it("has every run as a row, the cheapest first, and the best of each kind marked", () => {
    const rows = all(page, "#runs tbody tr");
    const perToken = rows.map((row) => {
      const value = all(row, "td")[7]!.getAttribute("data-value");
      return value === null ? Number.POSITIVE_INFINITY : Number(value);
    });
    expect(perToken).toEqual([...perToken].sort((a, b) => (a === b ? 0 : a - b)));
    expect(perToken.at(-1)).toBe(Number.POSITIVE_INFINITY);
    expect(all(page, "#runs tr.marked")).toHaveLength(2);
    expect(rows[0]!.getAttribute("class")).toBe("marked");
    for (const row of rows)
      expect(row.getAttribute("data-tp")).toBe(all(row, "td")[0]!.textContent);
  });

  it("says why a run failed", () => {
    const outcomes = all(page, "#runs tbody tr").map((row) => all(row, "td").at(-1)!.textContent);
    expect(outcomes.at(-1)).toMatch(/GiB|memory/);
    expect(new Set(outcomes)).toContain("feasible");
  });

  it("draws every run that fits once by type and once by TP", () => {
    const fits = all(page, "#runs tbody tr").filter(
      (row) => all(row, "td")[7]!.getAttribute("data-value") !== null,
    );
    const [byType, byTp] = all(page, "svg.plot") as [Node, Node];
    for (const svg of [byType, byTp]) expect(all(svg, ".point")).toHaveLength(fits.length);
  });
});

describe("the commands", () => {
  it("load no plots and no DOM unless a report is asked for", () => {
    for (const path of ["main", "solve/solve", "sweep/sweep", "program"]) {
      const entry = new URL(`../../src/cli/${path}.ts`, import.meta.url);
      const packages = [...importGraph(entry, { dynamic: false }).packages.keys()];
      expect(packages).not.toContain("@observablehq/plot");
      expect(packages).not.toContain("linkedom");
    }
    const entry = new URL("../../src/cli/solve/solve.ts", import.meta.url);
    expect([...importGraph(entry, { dynamic: true }).packages.keys()]).toContain("linkedom");
  });
});
