import { afterAll, describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { verdictText } from "../../../src/report/answer-text.ts";
import { PLAIN } from "../../../src/report/colours.ts";
import { solutionJson } from "../../../src/report/json.ts";
import { renderSolution } from "../../../src/report/terminal-solution.ts";
import { DEFAULT_REQUEST, GROUPINGS, type SolveRequest } from "../../../src/solver/request.ts";
import type { Answer } from "../../../src/solver/solution.ts";
import { solve } from "../../../src/solver/solve.ts";
import { FOUNDING_POOL, foundingProblem } from "../../support/founding.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

const KINDS = ["on-demand", "spot"] as const;
const OF = {
  provider: ["AWS", "Lambda", "tiny"],
  region: ["us-east-1", null, "us-west-2"],
} as const;

/** The founding pool shared out to three providers, the last of which has nothing that is large enough. */
const problem = foundingProblem({
  pool: createPool(
    FOUNDING_POOL.map((entry, index) => {
      const { gpuModel, gpuCount } = entry.instance;
      const who = gpuModel === "NVIDIA A10G" && gpuCount === 1 ? 2 : index % 2;
      return {
        ...entry,
        count: who === 2 ? 1 : entry.count,
        price: {
          ...entry.price,
          provider: OF.provider[who]!,
          region: OF.region[who]!,
          kind: KINDS[index % 2]!,
        },
      };
    }),
  ),
});

async function answerOf(changes: Partial<SolveRequest>): Promise<Answer> {
  const solution = await solve(problem, { ...DEFAULT_REQUEST, ...changes }, backend);
  if (solution.status !== "optimal") throw new Error(solution.status);
  return solution;
}

describe("the best answer by group", () => {
  it.each(GROUPINGS)("by %s is what a solve of the group alone finds", async (by) => {
    const answer = await answerOf({ by });
    expect(answer.by!.grouping).toBe(by);
    expect(answer.by!.groups.length).toBeGreaterThan(1);
    const groupOf = ({ instance, price }: (typeof problem.pool.types)[number]): string =>
      ({
        provider: price.provider,
        region: price.region ?? "not known",
        gpu: instance.gpuModel,
        "price-kind": price.kind,
      })[by];
    for (const { group, status, objective, placement, cost_per_hour } of answer.by!.groups) {
      const types = problem.pool.types.filter((type) => groupOf(type) === group);
      const includeTypes = types.map(({ instance }) => instance.name);
      const alone = await solve(problem, { ...DEFAULT_REQUEST, includeTypes }, backend);
      expect(alone.status).toBe(status);
      if (!("placement" in alone)) expect([objective, placement]).toEqual([null, null]);
      else {
        expect(objective).toBe(alone.objective.value);
        expect(cost_per_hour).toBe(alone.metrics.cost_per_hour);
      }
    }
    const values = answer.by!.groups.flatMap(({ objective }) => objective ?? []);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values[0]).toBe(answer.objective.value);
  });

  it("is a table, its groups that cannot serve in one row, and a field in JSON", async () => {
    const request = { ...DEFAULT_REQUEST, by: "provider" } as const;
    const answer = await answerOf(request);
    const text = renderSolution(problem, request, answer, [], PLAIN);
    expect(text).toContain("The best answer by provider, each proven by its own search:");
    expect(text).toMatch(/\n {2}AWS +\$9\.3999 +the same +\$29,901 +1 × p4de\.24xlarge/);
    expect(text).toMatch(/\n {2}tiny +none: these types alone/);
    expect(solutionJson(problem, answer, [])).toHaveProperty("by", answer.by);
  });

  it("is not there unless asked for", async () => {
    expect(await answerOf({})).not.toHaveProperty("by");
  });
});

describe("a simple answer", () => {
  const request = { ...DEFAULT_REQUEST, preferSimplePercent: 50, objective: "cost" } as const;

  it("says what it is and what it costs against the proven optimum", async () => {
    const optimum = await answerOf({ objective: "cost", by: null });
    const answer = await answerOf(request);
    expect(answer.placement.stages.length).toBeLessThan(optimum.placement.stages.length);
    expect(answer.bound).toBe(optimum.objective.value);
    expect(answer.simplicity).toMatchObject({
      percent: 50,
      proven: true,
      objective_optimum: optimum.objective.value,
      placement_optimum: optimum.placement,
      cost_of_simplicity_percent: expect.closeTo(
        100 * (answer.objective.value / optimum.objective.value - 1),
        9,
      ),
    });
    const words = verdictText(problem, request, answer);
    expect(words).toMatch(
      /^Proven: the simplest single pipeline in this pool within 50 % of the optimum \(fewest stages, then fewest instance types, then one TP degree\)\. It costs [\d.]+ % more than the proven optimum, \$[\d.]+ per hour with /,
    );
  });

  it("that is the optimum keeps the words of its proof", async () => {
    const asked = { ...DEFAULT_REQUEST, preferSimplePercent: 1 };
    const found = await answerOf(asked);
    expect(verdictText(problem, asked, found)).toMatch(
      /^Proven optimal among single pipelines: .* It has one stage: nothing is simpler\.$/,
    );
    const [stage] = found.placement.stages;
    const two = { ...found.placement, stages: [stage!, stage!] };
    expect(verdictText(problem, asked, { ...found, placement: two })).toMatch(
      /^Proven optimal among single pipelines: .* Nothing simpler is within 1 %/,
    );
  });

  it("is refused beside a gap, and beyond 99 per cent", async () => {
    await expect(answerOf({ preferSimplePercent: 5, gap: 0.01 })).rejects.toThrow("--gap");
    await expect(answerOf({ preferSimplePercent: 100 })).rejects.toThrow("--prefer-simple");
  });
});
