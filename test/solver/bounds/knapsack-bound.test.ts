import { afterAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { evaluate } from "../../../src/placement/evaluate.ts";
import { FREE_COVER } from "../../../src/solver/formulations/free-cover.ts";
import { instanceClasses } from "../../../src/solver/instances/instance-classes.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { caseOf } from "../../../src/solver/search/case-of.ts";
import { priceUnits } from "../../../src/solver/search/costs.ts";
import { priceScale } from "../../../src/solver/search/objectives.ts";
import { maxStagesOf } from "../../../src/solver/search/subproblems.ts";
import { TableCache } from "../../../src/solver/stages/table-cache.ts";
import { allSubproblems } from "../../support/all-subproblems.ts";
import { foundingProblem, RELAXED_RULES } from "../../support/founding.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

describe("the knapsack bound of a case", () => {
  for (const [name, rules] of [
    ["quantised sizes", foundingProblem().rules],
    ["free sizes", { ...RELAXED_RULES, maxPipelineStages: 6 }],
  ] as const) {
    it(`never exceeds the MILP's optimum, and the MILP's plan is a placement (${name})`, async () => {
      const problem = foundingProblem({ rules });
      const classes = instanceClasses(problem, DEFAULT_REQUEST);
      const scale = priceScale(priceUnits(classes), classes, maxStagesOf(problem));
      const point = {
        phase: "aggregated",
        batch: 32,
        inputTokens: 2048,
        outputTokens: 512,
      } as const;
      const list = await allSubproblems(
        { problem, request: DEFAULT_REQUEST, points: [point] },
        { classes, minOutsideGBytesPerSecond: 0, scale, tables: new TableCache() },
      );
      let tight = 0;
      let solved = 0;
      for (const subproblem of list) {
        const { stageTables, levels, stages } = subproblem;
        for (const share of [0, 0.3, 0.55, 0.7, 0.8, 0.9]) {
          const level = Math.floor(share * (levels.length - 1));
          const bound = stageTables.bound(level, stages);
          const context = { problem, request: DEFAULT_REQUEST };
          const asked = caseOf(context, subproblem, level, scale, []);
          expect(FREE_COVER.covers(asked)).toBe("exact");
          const model = FREE_COVER.build(asked);
          const outcome = await backend.solve(model.milp, { absoluteGap: 0.5 });
          if (outcome.status !== "optimal") {
            expect(outcome.status).toBe("infeasible");
            continue;
          }
          solved++;
          expect(bound).toBeLessThanOrEqual(outcome.objective + 1e-6);
          if (Math.abs(bound - outcome.objective) < 1e-6) tight++;
          const answer = evaluate(problem, model.placement(outcome.values)!);
          expect(answer.status).toBe("SUCCESS");
          if (answer.status !== "SUCCESS") continue;
          expect(answer.metrics.raw_throughput_tokens_per_sec).toBeGreaterThanOrEqual(
            levels[level]!,
          );
          expect(answer.metrics.num_pipeline_stages).toBe(stages);
        }
      }
      expect(solved).toBeGreaterThan(10);
      expect(tight / solved).toBeGreaterThan(0.5);
    });
  }
});
