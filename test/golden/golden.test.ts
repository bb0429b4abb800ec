import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { foundingProblem, LARGE_RULES, RELAXED_RULES } from "../support/founding.ts";

/** What the founding program answered; kept outside the repository, so this suite runs only where it lies beside it. */
const GOLDEN = new URL("../../../shared/golden/", import.meta.url);

interface Vector {
  readonly config: string;
  readonly placement: Placement;
  readonly result:
    | { readonly status: "INFEASIBLE"; readonly error: string }
    | {
        readonly status: "SUCCESS";
        readonly throughput: number;
        readonly raw: number;
        readonly pipeline_efficiency: number;
        readonly cost_per_hour: number;
        readonly cost_per_token: number;
        readonly runtime_hours: number;
        readonly stages: readonly number[];
        readonly links: readonly number[];
      };
}

/** The founding program's wording of a breach, as our rule and the two numbers it names. */
function goldenBreach(error: string): { rule: string; size: number; limit: number } {
  const patterns: [RegExp, string][] = [
    [/\(size=(\d+)\) exceeds max feasible size (\d+)/, "above_max_segment"],
    [/\(size=(\d+)\) below min feasible size (\d+)/, "below_min_segment"],
    [/Segment size (\d+) below min pipeline segment size (\d+)/, "below_min_pipeline_segment"],
  ];
  for (const [pattern, rule] of patterns) {
    const match = pattern.exec(error);
    if (match) return { rule, size: Number(match[1]), limit: Number(match[2]) };
  }
  throw new Error(`unknown golden error: ${error}`);
}

const problems = {
  large: foundingProblem({ rules: LARGE_RULES }),
  "large-relaxed": foundingProblem({ rules: RELAXED_RULES }),
};

function relative(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.abs(expected);
}

describe.skipIf(!existsSync(GOLDEN))("golden vectors of the founding program", () => {
  for (const [file, count] of [
    ["even-split.jsonl", 1896],
    ["manual.jsonl", 1200],
  ] as const) {
    it(`agrees with all ${count} of ${file} to 1e-9`, () => {
      const vectors = readFileSync(new URL(file, GOLDEN), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Vector);
      expect(vectors).toHaveLength(count);
      for (const { config, placement, result } of vectors) {
        const answer = evaluate(problems[config as keyof typeof problems], placement);
        const context = JSON.stringify(placement);
        expect(answer.status, context).toBe(result.status);
        if (answer.status === "INFEASIBLE" || result.status === "INFEASIBLE") {
          if (answer.status !== "INFEASIBLE" || result.status !== "INFEASIBLE") continue;
          const expected = goldenBreach(result.error);
          const first = answer.violations[0]!;
          expect(first.rule, context).toBe(expected.rule);
          expect(first.size, context).toBe(expected.size);
          expect(first.max_size ?? first.min_size, context).toBe(expected.limit);
          continue;
        }
        const { metrics } = answer;
        const pairs: [string, number, number][] = [
          ["throughput", metrics.throughput_tokens_per_sec, result.throughput],
          ["raw", metrics.raw_throughput_tokens_per_sec, result.raw],
          ["efficiency", metrics.pipeline_efficiency, result.pipeline_efficiency],
          ["cost per hour", metrics.cost_per_hour, result.cost_per_hour],
          ["cost per token", metrics.cost_per_token, result.cost_per_token],
          ["runtime", metrics.total_runtime_hours, result.runtime_hours],
          ...metrics.stages.map((stage, i): [string, number, number] => [
            `stage ${i}`,
            stage.throughput_tokens_per_sec,
            result.stages[i]!,
          ]),
          ...metrics.links.map((link, i): [string, number, number] => [
            `link ${i}`,
            link.throughput_tokens_per_sec,
            result.links[i]!,
          ]),
        ];
        expect(metrics.stages).toHaveLength(result.stages.length);
        expect(metrics.links).toHaveLength(result.links.length);
        for (const [name, actual, expected] of pairs) {
          expect(relative(actual, expected), `${name} of ${context}`).toBeLessThan(1e-9);
        }
      }
    });
  }
});
