import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { createColours, PLAIN } from "../../src/report/colours.ts";
import { REPORT_WIDTH, visibleWidth } from "../../src/report/layout.ts";
import { renderEvaluation, renderNoPlacement } from "../../src/report/terminal-evaluation.ts";
import { renderSolution, searchPairs } from "../../src/report/terminal-solution.ts";
import { bestEvenSplits } from "../../src/solver/even-splits/even-splits.ts";
import { OBJECTIVES, type SolveRequest } from "../../src/solver/request.ts";
import type { Answer } from "../../src/solver/solution.ts";
import { type Limits, NO_LIMITS } from "../../src/workload/workload.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { answerOf, oddPlacement, REQUEST, splitOf } from "./placements.ts";

const ESCAPE = "\u001b";
const problem = foundingProblem();
const best = splitOf("p4de.24xlarge", 8, 1);
const two = splitOf("g5.12xlarge", 4, 2);

const expectFits = (text: string): void => {
  for (const line of text.split("\n"))
    expect(visibleWidth(line), line).toBeLessThanOrEqual(REPORT_WIDTH);
  expect(text).not.toContain(ESCAPE);
  expect(text.endsWith("\n")).toBe(true);
};

describe("the report of a solve", () => {
  const report = renderSolution(
    problem,
    REQUEST,
    answerOf(best),
    bestEvenSplits(problem, REQUEST),
    PLAIN,
  );

  it("begins with the answer in one sentence and its proof", () => {
    expect(report.replaceAll("\n", " ")).toMatch(
      /^Rent 1 × p4de\.24xlarge of AWS: 1 stage of 80 layers, TP 8, batch 32\. \$9\.3999 per million tokens, 1,210\.4 tokens\/s, \$40\.96 per hour \(\$29,901 per month\)\. Proven optimal among single pipelines: no single pipeline in this pool has a lower cost per token\. Replicas are not searched\./,
    );
  });

  it("says what every stage holds, what limits it and what the job costs", () => {
    expect(report).toContain(
      "      0  p4de.24xlarge#0  A100   8  1-80 (80)   4,034.7  ███········· 21.77 of 80  100 %",
    );
    expect(report).toContain("1,210.4 tokens/s (968.3 input + 242.1 output)");
    expect(report).toContain("= slowest part 4,034.7 × pipeline 1 × real world 0.3");
    expect(report).toContain("1,000,000 tokens in 13.77 min for $9.3999");
    expect(report).toContain(
      "Limited by  stage 0 on p4de.24xlarge#0: the memory bandwidth of its GPUs",
    );
    expect(report.replace(/\s+/g, " ")).toContain(
      "344 cases (rates) of the others: 1 decided, 343 excluded by bounds",
    );
  });

  it("compares with the best even split of every type, the cheapest first", () => {
    const rows = report.slice(report.indexOf("Against an even split")).split("\n");
    expect(rows[3]).toMatch(/^ {2}this answer +1,210\.4 +\$40\.96 +\$9\.3999$/);
    expect(rows[4]).toMatch(/^ {2}p4de\.24xlarge +TP 8 × PP 1, batch 32 .* the same$/);
    expect(rows[5]).toMatch(/^ {2}g6e\.24xlarge +TP 4 × PP 1, batch 32 .* 30\.0 % more$/);
    expect(rows).toContain(
      "  - g5.4xlarge: needs at least 47.3 GiB on a GPU with 24.0 (TP 1 × PP 4, batch 32)",
    );
  });

  it("claims no more than was proven: only what the limits and rules given allow", () => {
    const claim = (changes: Partial<Limits>, request: Partial<SolveRequest> = {}): string => {
      const asked = { ...REQUEST, ...request };
      const limited = foundingProblem({ limits: { ...NO_LIMITS, ...changes } });
      const answer = answerOf(best, {}, asked.objective);
      const text = renderSolution(limited, asked, answer, [], PLAIN);
      return text
        .replaceAll("\n", " ")
        .match(/Proven optimal among single pipelines: no single pipeline in this (.*?)\./)![1]!;
    };
    expect(claim({})).toBe("pool has a lower cost per token");
    expect(claim({ maxHourlyCostUsd: 50 })).toBe(
      "pool within the given limits has a lower cost per token",
    );
    expect(claim({}, { excludeTypes: ["g5.4xlarge"] })).toBe(
      "pool within the given rules has a lower cost per token",
    );
    expect(claim({ minTokensPerSecond: 5 }, { uniformTp: true })).toBe(
      "pool within the given limits and rules has a lower cost per token",
    );
    // A cheaper token keeps a limit on its price all the more, a faster placement may not.
    expect(claim({ maxCostPerMillionTokenUsd: 50 })).toBe("pool has a lower cost per token");
    expect(claim({ maxCostPerMillionTokenUsd: 50 }, { objective: "throughput" })).toBe(
      "pool within the given limits has a higher throughput",
    );
  });

  it("names every instance type and every stage of a mixed placement", () => {
    const mixed = evaluate(foundingProblem({ rules: RELAXED_RULES }), {
      ...two.placement,
      stages: [
        { gpu_type: "g6e.24xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 40 },
        { gpu_type: "g6e.48xlarge#1", tp_degree: 4, start_layer: 41, end_layer: 60 },
        { gpu_type: "g6e.48xlarge#1", tp_degree: 2, start_layer: 61, end_layer: 80 },
      ],
    });
    if (mixed.status !== "SUCCESS") throw new Error(mixed.error);
    const text = renderSolution(problem, REQUEST, answerOf(mixed), [], PLAIN);
    expect(text.replaceAll("\n", " ")).toContain(
      "Rent 1 × g6e.24xlarge + 1 × g6e.48xlarge of AWS: 3 stages of 40 + 2×20 layers, TP 2×4 + 2",
    );
    expect(text).toContain("10 of 12 rented GPUs used");
  });

  it("says how far an unproven answer may be from the best", () => {
    const answer = answerOf(best, {
      status: "feasible",
      bound: best.metrics.dollar_per_million_token / 2,
      gap: 0.5,
    });
    const text = renderSolution(problem, REQUEST, answer, [], PLAIN).replaceAll("\n", " ");
    expect(text).toContain(
      "Not proven: the search hit its limit. The best single pipeline may cost as little as $4.70",
    );
    expect(text).toContain("(gap 50 %)");
    expect(text).not.toContain("Proven optimal");
  });

  it("calls no case excluded that a stopped search did not come to, and says that there may be others", () => {
    const wordsOf = (changes: Partial<Answer>): string =>
      searchPairs(answerOf(best, changes))[0]![1];
    const run = { ...answerOf(best).run, cases_bounded: 300 };
    const bounds = { bound: Number.NEGATIVE_INFINITY, gap: Number.POSITIVE_INFINITY };
    expect(wordsOf({})).toMatch(
      /^\d+ blocks? \(.*\): \d+ excluded by bounds; 344 cases \(rates\) of the others: 1 decided, 343 excluded by bounds$/,
    );
    expect(wordsOf({ status: "feasible", run, ...bounds })).toMatch(
      / when it stopped: .*; 344 cases \(rates\) of the others listed: 1 decided, 300 excluded by bounds, 43 left open$/,
    );
    expect(wordsOf({ run, frontier_complete: false })).toContain(" when it stopped: ");
  });

  it("says that a gap asked for is all that is proven", () => {
    const answer = answerOf(best, { bound: 9, gap: 0.04 });
    const text = renderSolution(problem, { ...REQUEST, gap: 0.05 }, answer, [], PLAIN);
    expect(text).toContain("Proven within the requested gap");
    expect(text).not.toContain("Proven optimal");
  });

  it("lists and draws the frontier, the lowest cost per token marked", () => {
    const frontier = [two, best].map(({ placement, metrics }) => ({
      cost_per_hour: metrics.cost_per_hour,
      throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
      dollar_per_million_token: metrics.dollar_per_million_token,
      batch_size: 32,
      placement,
    }));
    const text = renderSolution(
      problem,
      REQUEST,
      answerOf(best, { frontier, frontier_complete: true }),
      [],
      PLAIN,
    );
    expect(text).toContain(
      "     $11.34     208.2    $15.1318     32  2 × g5.12xlarge: 2 stages of 40 layers, TP 4",
    );
    expect(text).toContain(
      "  ●  $40.96   1,210.4     $9.3999     32  1 × p4de.24xlarge: 1 stage of 80 layers, TP 8",
    );
    expect(text).toContain("Complete: every placement within the limits");
    expect(text).toMatch(/1,210\.4 ┤ +●\n/);
    expectFits(text);
    const open = answerOf(best, { frontier, frontier_complete: false });
    expect(renderSolution(problem, REQUEST, open, [], PLAIN)).toContain(
      "Not complete: the search stopped",
    );
  });

  it("holds no time", () => {
    const slow = answerOf(best, { run: { ...answerOf(best).run, total_seconds: 1234.5 } });
    const splits = bestEvenSplits(problem, REQUEST);
    expect(renderSolution(problem, REQUEST, slow, splits, PLAIN)).toBe(report);
  });

  it("is coloured only when asked to be, and says the same", () => {
    const colourful = renderSolution(
      problem,
      REQUEST,
      answerOf(best),
      bestEvenSplits(problem, REQUEST),
      createColours(true),
    );
    expect(colourful).toContain(`${ESCAPE}[`);
    expect(report).not.toContain(ESCAPE);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what starts a colour.
    expect(colourful.replace(/\u001b\[\d+m/g, "")).toBe(report);
  });
});

describe("the report of an evaluation", () => {
  it("says which limits are not met", () => {
    const strict = foundingProblem({
      limits: { ...NO_LIMITS, maxHourlyCostUsd: 11.34, minTokensPerSecond: 300 },
    });
    const text = renderEvaluation(strict, splitOf("g5.12xlarge", 4, 2, strict), PLAIN);
    expect(text).toContain("Limits not met\n  - 208.2 tokens/s; the target is 300.0\n");
    expect(renderEvaluation(problem, two, PLAIN)).not.toContain("Limits not met");
  });

  it("bills the memory of a stage that does not fit, item by item", () => {
    const tooLarge = evaluate(problem, {
      ...two.placement,
      stages: [{ gpu_type: "g5.12xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 80 }],
    });
    const text = renderEvaluation(problem, tooLarge, PLAIN);
    expect(text).toMatch(/^Infeasible: one rule is broken\.\n\n {2}above_max_segment\n/);
    const lines = text.split("\n").map((line) => line.trim().replace(/ +/g, " "));
    expect(lines).toContain("weights 35.00 GiB");
    expect(lines).toContain("KV cache 6.25 GiB");
    expect(lines).toContain("activations 1.51 GiB");
    expect(lines).toContain("required 42.76 GiB on each GPU");
    expect(lines).toContain("available 24.00 GiB: 18.76 GiB too little");
    expect(lines).toContain("largest 43 layers would fit");
  });

  it("does not promise a layer where none fits", () => {
    const evaluation = evaluate(problem, {
      ...two.placement,
      batch_size: 4096,
      stages: [{ gpu_type: "g5.4xlarge#0", tp_degree: 1, start_layer: 1, end_layer: 80 }],
    });
    const text = renderEvaluation(problem, evaluation, PLAIN);
    expect(text).toContain("not even one layer fits\n");
    expect(text).not.toContain("would fit");
  });

  it("says why an even split cannot be made", () => {
    expect(renderNoPlacement("5 stages need 5 instances.", PLAIN)).toBe(
      "Infeasible: 5 stages need 5 instances.\n",
    );
  });
});

describe("width", () => {
  it("stays within 100 columns, without escapes, whatever files call things", () => {
    fc.assert(
      fc.property(oddPlacement, fc.constantFrom(...OBJECTIVES), (odd, objective) => {
        const evaluation = evaluate(odd.problem, odd.placement);
        expectFits(renderEvaluation(odd.problem, evaluation, PLAIN));
        if (evaluation.status !== "SUCCESS") return;
        const { placement, metrics } = evaluation;
        const point = { ...metrics, batch_size: placement.batch_size, placement };
        const answer = answerOf(
          evaluation,
          { frontier: [point], frontier_complete: true },
          objective,
        );
        const request = { ...REQUEST, objective };
        const splits = bestEvenSplits(odd.problem, request);
        expectFits(renderSolution(odd.problem, request, answer, splits, PLAIN));
      }),
      { numRuns: 60 },
    );
  });
});
