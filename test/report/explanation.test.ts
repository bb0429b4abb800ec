import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { SCOPE_SENTENCE } from "../../src/report/answer-text.ts";
import { createColours, PLAIN } from "../../src/report/colours.ts";
import { solutionJson } from "../../src/report/json.ts";
import { REPORT_WIDTH, visibleWidth } from "../../src/report/layout.ts";
import { noAnswerText } from "../../src/report/terminal-no-answer.ts";
import { renderSolution } from "../../src/report/terminal-solution.ts";
import { OBJECTIVES, type ObjectiveName } from "../../src/solver/request.ts";
import type {
  Answer,
  FrontierPoint,
  Infeasibility,
  NoAnswer,
  PriceRise,
  Sensitivity,
} from "../../src/solver/solution.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { foundingProblem } from "../support/founding.ts";
import { answerOf, oddPlacement, REQUEST, splitOf } from "./placements.ts";

const problem = foundingProblem({ limits: { ...NO_LIMITS, maxHourlyCostUsd: 30 } });
const answer = splitOf("g6e.24xlarge", 4, 1);
const faster = splitOf("g6e.48xlarge", 8, 1);
const cheaper = splitOf("g5.12xlarge", 4, 2);

function pointOf({ placement, metrics }: Success): FrontierPoint {
  return {
    cost_per_hour: metrics.cost_per_hour,
    throughput_tokens_per_sec: metrics.throughput_tokens_per_sec,
    dollar_per_million_token: metrics.dollar_per_million_token,
    batch_size: placement.batch_size,
    placement,
  };
}

function riseOf(
  instance_type: string,
  price_usd_per_hour: number,
  changes_above_usd_per_hour: number | null,
  then: Placement | null,
  may_change_earlier = false,
): PriceRise {
  return {
    instance_type,
    price_usd_per_hour,
    changes_above_usd_per_hour,
    may_change_earlier,
    then,
  };
}

const SENSITIVITY: Sensitivity = {
  binding_limits: [{ limit: "max_hourly_cost", value: 30, objective_without: 9.399926 }],
  next_faster: pointOf(faster),
  next_cheaper: pointOf(cheaper),
  price_rises: [riseOf("g6e.24xlarge", 13.7, 15.90323, faster.placement)],
  best_by_type: [
    {
      instance_type: "g6e.24xlarge",
      objective: answer.metrics.dollar_per_million_token,
      placement: answer.placement,
    },
    {
      instance_type: "g6e.48xlarge",
      objective: faster.metrics.dollar_per_million_token,
      placement: faster.placement,
    },
    { instance_type: "g5.4xlarge", objective: null, placement: null },
  ],
};

const explained = (
  changes: Partial<Sensitivity> = {},
  of: Problem = problem,
  name: ObjectiveName = "cost-per-token",
): string =>
  renderSolution(
    of,
    { ...REQUEST, objective: name },
    answerOf(answer, { explanation: { ...SENSITIVITY, ...changes } }, name),
    [],
    PLAIN,
  );

/** Lines with their blanks as single ones. */
const linesOf = (text: string): string[] =>
  text.split("\n").map((line) => line.trim().replace(/ +/g, " "));

const expectFits = (text: string): void => {
  for (const line of text.split("\n"))
    expect(visibleWidth(line), line).toBeLessThanOrEqual(REPORT_WIDTH);
};

describe("what would change an answer", () => {
  it("stands behind the proof, before the even splits, and only when it was asked for", () => {
    const text = explained();
    const title = text.indexOf("\nWhat would change this answer\n");
    expect(title).toBeGreaterThan(text.indexOf("\nProof\n"));
    expect(title).toBeLessThan(text.indexOf("\nAgainst an even split"));
    expect(renderSolution(problem, REQUEST, answerOf(answer), [], PLAIN)).not.toContain(
      "What would change",
    );
    expectFits(text);
  });

  it("names the limits that bind, and what is possible without each", () => {
    expect(linesOf(explained())).toContain(
      "max_hourly_cost $30.00/h $9.3999 per million tokens 23.1 % less",
    );
    const free = explained({ binding_limits: [] });
    expect(free).toContain("No given limit is binding.");
    const unlimited = explained({ binding_limits: [] }, foundingProblem());
    expect(unlimited).not.toContain("No given limit");
    expect(unlimited).not.toContain("Binding limits");
  });

  it("shows the next faster and the next cheaper placement with what they cost more or less", () => {
    const lines = linesOf(explained());
    expect(lines).toContain("this answer $13.70 311.5 $12.2186 1 × g6e.24xlarge: 1 stage of 80");
    expect(lines).toContain(
      "next faster $27.39 +$13.69 536.4 $14.1836 16.1 % more 1 × g6e.48xlarge: 1 stage of 80",
    );
    expect(lines).toContain(
      "next cheaper $11.34 −$2.36 208.2 $15.1318 23.8 % more 2 × g5.12xlarge: 2 stages of 40",
    );
    const alone = { next_faster: null, next_cheaper: null };
    expect(linesOf(explained(alone))).toContain("next faster nothing within the limits is faster");
    expect(linesOf(explained(alone, foundingProblem()))).toContain(
      "next cheaper nothing costs less per hour",
    );
  });

  it("says from which price on another placement is better", () => {
    expect(linesOf(explained())).toContain(
      "g6e.24xlarge $13.70 $15.9032 116.1 % 1 × g6e.48xlarge: 1 stage of 80 layers, TP 8",
    );
    const rises = (price: number, above: number | null, then: Placement | null): string[] =>
      linesOf(explained({ price_rises: [riseOf("g6e.24xlarge", price, above, then)] }));
    expect(rises(13.7, null, null)).toContain(
      "g6e.24xlarge $13.70 - this answer, up to 100 times the price",
    );
    expect(rises(13.7, 30, null)).toContain(
      "g6e.24xlarge $13.70 $30.00 219 % none: no placement meets the limits any more",
    );
    expect(rises(0, 15.9, faster.placement)).toContain(
      "g6e.24xlarge $0.00 $15.90 1 × g6e.48xlarge: 1 stage of 80 layers, TP 8",
    );
    expect(explained({ price_rises: [] })).not.toContain("Price at which");
  });

  it("sets the best placement of each type alone beside the answer", () => {
    const lines = linesOf(explained());
    expect(lines).toContain(
      "g6e.24xlarge $12.2186 the same 1 × g6e.24xlarge: 1 stage of 80 layers, TP 4",
    );
    expect(lines).toContain(
      "g6e.48xlarge $14.1836 16.1 % more 1 × g6e.48xlarge: 1 stage of 80 layers, TP 8",
    );
    expect(lines).toContain("g5.4xlarge none: this type alone cannot serve the workload");
  });

  it("speaks of the objective that was asked for", () => {
    const best_by_type = [
      { instance_type: "g6e.48xlarge", objective: 536.4191, placement: faster.placement },
    ];
    const lines = linesOf(explained({ best_by_type }, problem, "throughput"));
    expect(lines).toContain("instance type tokens/s vs. this answer placement");
    expect(lines).toContain(
      "g6e.48xlarge 536.4 72.2 % faster 1 × g6e.48xlarge: 1 stage of 80 layers, TP 8",
    );
    const weighted = linesOf(explained({ best_by_type }, problem, "weighted"));
    expect(weighted.some((line) => /^g6e\.48xlarge 536\.4 \d+\.\d better /.test(line))).toBe(true);
  });

  it("is coloured only when asked to be, and says the same", () => {
    const with_ = answerOf(answer, { explanation: SENSITIVITY });
    const colourful = renderSolution(problem, REQUEST, with_, [], createColours(true));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what starts a colour.
    expect(colourful.replace(/\u001b\[\d+m/g, "")).toBe(explained());
  });

  it("stays within 100 columns whatever files call things", () => {
    fc.assert(
      fc.property(oddPlacement, fc.constantFrom(...OBJECTIVES), (odd, objective) => {
        const evaluation = evaluate(odd.problem, odd.placement);
        if (evaluation.status !== "SUCCESS") return;
        const { placement, metrics } = evaluation;
        const name = odd.problem.pool.types[0]!.instance.name;
        const explanation: Sensitivity = {
          binding_limits: SENSITIVITY.binding_limits,
          next_faster: pointOf(evaluation),
          next_cheaper: null,
          price_rises: [riseOf(name, 3, 1e5 / 3, placement)],
          best_by_type: [{ instance_type: name, objective: metrics.total_cost, placement }],
        };
        const asked = answerOf(evaluation, { explanation }, objective);
        expectFits(renderSolution(odd.problem, { ...REQUEST, objective }, asked, [], PLAIN));
      }),
      { numRuns: 60 },
    );
  });
});

const INFEASIBILITY: Infeasibility = {
  sentences: ["Placements exist, but none within the limits.", "The cheapest costs 11.34."],
  conflict: ["max_hourly_cost 5", "min-throughput 400"],
  relaxations: [
    { change: "max_hourly_cost", from: 5, to: 27.39, placement: faster.placement },
    { change: "min-throughput", from: 400, to: 208.17114, placement: cheaper.placement },
    { change: "max_cost_per_million_token", from: 9, to: 9.39992613, placement: answer.placement },
    { change: "max_total_runtime_hours", from: 1, to: 1.33433, placement: cheaper.placement },
    { change: "count of g5.12xlarge", from: 1, to: 2, placement: cheaper.placement },
    { change: "max_pipeline_stages", from: 1, to: 2, placement: cheaper.placement },
    { change: "min_layers_per_stage", from: 50, to: 40, placement: cheaper.placement },
    { change: "min_memory_utilization", from: 0.95, to: 0.92, placement: cheaper.placement },
    { change: "something_new", from: 1.5, to: 2, placement: cheaper.placement },
  ],
  joint_relaxations: [],
};

function noAnswer(
  status: NoAnswer["status"],
  explanation: Infeasibility = INFEASIBILITY,
): NoAnswer {
  return { status, explanation, warnings: [], run: answerOf(answer).run };
}

const unanswered = (solution: NoAnswer): string =>
  renderSolution(problem, REQUEST, solution, [], PLAIN);

describe("why nothing fits", () => {
  const text = unanswered(noAnswer("infeasible"));

  it("is said in sentences behind the verdict, with what cannot be met together", () => {
    expect(text).toMatch(
      /^Infeasible: no single pipeline in this pool meets the rules and limits\. Proven for single pipelines;\nreplicas are not searched\.\n\nWhy nothing fits\n {2}- Placements exist, but none within the limits\.\n {2}- The cheapest costs 11\.34\.\nThese cannot be met together: max_hourly_cost 5, min-throughput 400\.\nThe smallest single changes that would help:\n/,
    );
    expectFits(text);
  });

  it("ends with changes that help, digits left out on the side that helps", () => {
    const lines = linesOf(text);
    const half = "2 × g5.12xlarge: 2 stages of 40";
    for (const line of [
      "max_hourly_cost $5.00/h $27.39/h 1 × g6e.48xlarge: 1 stage of 80",
      `min-throughput 400.0 tokens/s 208.1 tokens/s ${half}`,
      `max_total_runtime_hours 1.000 h 1.335 h ${half}`,
      `count of g5.12xlarge 1 instance 2 instances ${half}`,
      `max_pipeline_stages 1 stage 2 stages ${half}`,
      `min_layers_per_stage 50 layers 40 layers ${half}`,
      `min_memory_utilization 95 % 92 % ${half}`,
      `something_new 1.500 2 ${half}`,
    ]) {
      expect(lines).toContain(line);
    }
    expect(text).toContain("max_cost_per_million_token  $9.00/M tokens  $9.40/M tokens");
    expect(text.replace(/\s+/g, " ")).toContain(
      "max_pipeline_stages N also sets the smallest stage: layers / N, rounded up.",
    );
  });

  it("names changes that help only together, a way after the other", () => {
    const joint = unanswered(
      noAnswer("infeasible", {
        ...INFEASIBILITY,
        joint_relaxations: [
          {
            changes: [
              { change: "max_hourly_cost", from: 5, to: 11.3400001 },
              { change: "min-throughput", from: 400, to: 208.17114 },
            ],
            placement: cheaper.placement,
          },
          {
            changes: [
              { change: "count of g5.12xlarge", from: 1, to: 2 },
              { change: "weight_format int4", from: 2, to: 0.5625 },
              { change: "min_batch_size", from: 64, to: 1 },
            ],
            placement: cheaper.placement,
          },
        ],
      }),
    );
    const lines = linesOf(joint);
    expect(lines).toContain("Changes that would help together:");
    for (const line of [
      "1 max_hourly_cost $5.00/h $11.3401/h 2 × g5.12xlarge:",
      "min-throughput 400.0 tokens/s 208.1 tokens/s",
      "2 count of g5.12xlarge 1 instance 2 instances 2 × g5.12xlarge:",
      "weight_format int4 2 bytes per weight 0.5625 bytes per weight",
      "min_batch_size 64 sequences 1 sequence",
    ]) {
      expect(
        lines.some((found) => found.startsWith(line)),
        line,
      ).toBe(true);
    }
    expectFits(joint);
    expect(text).not.toContain("Changes that would help together");
  });

  it("does not speak of what there is not", () => {
    const bare = unanswered(
      noAnswer("infeasible", {
        sentences: ["It is too large."],
        conflict: [],
        relaxations: [],
        joint_relaxations: [],
      }),
    );
    expect(bare).toContain("Why nothing fits\n  - It is too large.\n\nProof");
    const single = noAnswer("infeasible", { ...INFEASIBILITY, conflict: ["max_hourly_cost 5"] });
    expect(unanswered(single)).toContain(
      "This cannot be met, whatever the other limits: max_hourly_cost 5.",
    );
  });

  it("is not known when a limit struck first", () => {
    const open = unanswered(noAnswer("no_solution"));
    expect(open).toMatch(
      /^No answer: the search stopped before it found a placement\. One may exist\./,
    );
    expect(open).not.toContain("Why nothing fits");
  });

  it("stays within 100 columns whatever files call things", () => {
    fc.assert(
      fc.property(oddPlacement, ({ problem: odd, placement }) => {
        const name = odd.pool.types[0]!.instance.name;
        const explanation: Infeasibility = {
          sentences: [`No stage fits on ${name}.`],
          conflict: [name, name],
          relaxations: [{ change: `count of ${name}`, from: 1, to: 1e6, placement }],
          joint_relaxations: [
            {
              changes: [
                { change: `count of ${name}`, from: 1, to: 1e6 },
                { change: "weight_format int4", from: 2, to: 0.5625 },
                { change: "kv_cache_dtype fp8", from: 2, to: 1 },
              ],
              placement,
            },
          ],
        };
        expectFits(renderSolution(odd, REQUEST, noAnswer("infeasible", explanation), [], PLAIN));
      }),
      { numRuns: 60 },
    );
  });
});

describe("the JSON of a solve", () => {
  const json = (solution: Answer | NoAnswer): Record<string, unknown> =>
    solutionJson(problem, solution, []) as Record<string, unknown>;

  it("holds the explanation as the types have it, when there is one", () => {
    expect(json(answerOf(answer, { explanation: SENSITIVITY })).explanation).toEqual(SENSITIVITY);
    expect(json(noAnswer("infeasible")).explanation).toEqual({
      ...INFEASIBILITY,
      sentences: [...INFEASIBILITY.sentences, SCOPE_SENTENCE],
    });
    expect(json(answerOf(answer))).not.toHaveProperty("explanation");
    expect(json(noAnswer("no_solution"))).not.toHaveProperty("explanation");
  });
});

describe("what is proven of a load that is left open", () => {
  const solution = noAnswer("infeasible");
  const tried = "at any of the concurrency levels tried, 1, 2, 3, … 1,024 (63)";

  it.each([{ kind: "max" } as const, { kind: "request_rate", requestsPerSecond: 3 } as const])(
    "names the levels that were tried: %j",
    (load) => {
      const workload = { ...problem.workload, load };
      expect(noAnswerText(workload, solution)).toContain(`meets the rules and limits ${tried}.`);
      expect(solutionJson({ ...problem, workload }, solution, [])).toHaveProperty(
        "scope",
        `one pipeline ${tried}; replicas are not searched`,
      );
    },
  );

  it("names none where the batches were given", () => {
    expect(noAnswerText(problem.workload, solution)).not.toContain("levels");
    expect(solutionJson(problem, solution, [])).toHaveProperty(
      "scope",
      "one pipeline; replicas are not searched",
    );
  });
});
