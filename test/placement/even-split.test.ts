import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import { type EvenSplit, evenSplit } from "../../src/placement/even-split.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { foundingProblem } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import { TOY_MODEL, toyProblem } from "../support/toy.ts";

const POINT: OperatingPoint = {
  phase: "aggregated",
  batch: 8,
  inputTokens: 2048,
  outputTokens: 512,
};

function split(
  family: string,
  tpDegree: number,
  ppStages: number,
  problem: Problem = foundingProblem(),
): EvenSplit {
  return evenSplit(problem, { family, tpDegree, ppStages }, POINT);
}

/** First and last layer of every stage. */
function layers(answer: EvenSplit): [number, number][] {
  if (answer.status !== "placement") throw new Error(answer.error);
  return answer.placement.stages.map((each) => [each.start_layer, each.end_layer]);
}

describe("an even split", () => {
  test("puts stage i on instance i, on the lowest GPUs", () => {
    expect(split("g5.48xlarge", 2, 2)).toEqual({
      status: "placement",
      placement: {
        batch_size: 8,
        sequence_length: 2048,
        output_length: 512,
        workload_phase: "aggregated",
        stages: [
          {
            gpu_type: "g5.48xlarge#0",
            tp_degree: 2,
            gpu_ids: [0, 1],
            start_layer: 1,
            end_layer: 40,
          },
          {
            gpu_type: "g5.48xlarge#1",
            tp_degree: 2,
            gpu_ids: [0, 1],
            start_layer: 41,
            end_layer: 80,
          },
        ],
      },
    });
  });

  test.each([
    // floor(80/P), one more for the first 80 mod P
    [1, [[1, 80]]],
    [
      3,
      [
        [1, 27],
        [28, 54],
        [55, 80],
      ],
    ],
    [
      4,
      [
        [1, 20],
        [21, 40],
        [41, 60],
        [61, 80],
      ],
    ],
  ])("of 80 layers over %i stages", (ppStages, expected) => {
    expect(layers(split("g5.4xlarge", 1, ppStages))).toEqual(expected);
  });

  test("gives the layers left over to the first stages", () => {
    const model = restated(TOY_MODEL, { numLayers: 5 });
    expect(layers(split("mono", 1, 3, toyProblem({ model })))).toEqual([
      [1, 2],
      [3, 4],
      [5, 5],
    ]);
  });

  test("is a placement like any other: the founding optimum", () => {
    const answer = evenSplit(
      foundingProblem(),
      { family: "p4de.24xlarge", tpDegree: 8, ppStages: 1 },
      { ...POINT, batch: 32 },
    );
    if (answer.status !== "placement") throw new Error(answer.error);
    const evaluation = evaluate(foundingProblem(), answer.placement);
    if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
    expect(evaluation.metrics.dollar_per_million_token).toBeCloseTo(9.399926, 6);
  });

  test.each([
    ["more stages than instances in the pool", "g5.12xlarge", 1, 5, /5 pipeline stages.*has 4/],
    ["a TP degree above the GPUs of the instance", "g5.12xlarge", 8, 1, /TP degree 8.*\(4\)/],
    ["one stage more than the only instance", "p4de.24xlarge", 8, 2, /2 pipeline stages.*has 1/],
  ])("is infeasible with %s", (_, family, tpDegree, ppStages, error) => {
    const answer = split(family, tpDegree, ppStages);
    expect(answer.status).toBe("INFEASIBLE");
    expect(answer.status === "INFEASIBLE" && answer.error).toMatch(error);
  });

  describe("under an engine, with fewer instances than stages", () => {
    const engine = { engine: "vllm" } as NonNullable<Problem["engine"]>;
    const seats = (family: string, tpDegree: number, ppStages: number): unknown => {
      const answer = split(family, tpDegree, ppStages, foundingProblem({ engine }));
      if (answer.status !== "placement") return answer.error;
      return answer.placement.stages.map((each) => `${each.gpu_type} ${each.gpu_ids!.join(" ")}`);
    };

    test("puts stages side by side on the fewest instances, equally many on each", () => {
      const p4de = "p4de.24xlarge#0";
      expect(seats("p4de.24xlarge", 4, 2)).toEqual([`${p4de} 0 1 2 3`, `${p4de} 4 5 6 7`]);
      expect(seats("g5.12xlarge", 1, 6)).toEqual([
        "g5.12xlarge#0 0",
        "g5.12xlarge#0 1",
        "g5.12xlarge#0 2",
        "g5.12xlarge#1 0",
        "g5.12xlarge#1 1",
        "g5.12xlarge#1 2",
      ]);
      expect(seats("g5.12xlarge", 2, 5)).toEqual([
        "g5.12xlarge#0 0 1",
        "g5.12xlarge#0 2 3",
        "g5.12xlarge#1 0 1",
        "g5.12xlarge#1 2 3",
        "g5.12xlarge#2 0 1",
      ]);
    });

    test("leaves one stage an instance where there are enough", () => {
      expect(seats("g5.12xlarge", 1, 2)).toEqual(["g5.12xlarge#0 0", "g5.12xlarge#1 0"]);
    });

    test("stands on as many instances as are asked for", () => {
      const on = (instances: number): unknown => {
        const shape = { family: "g5.12xlarge", tpDegree: 2, ppStages: 4, instances };
        const answer = evenSplit(foundingProblem({ engine }), shape, POINT);
        return answer.status === "placement"
          ? answer.placement.stages.map(({ gpu_type }) => Number(gpu_type.split("#")[1]))
          : answer.error;
      };
      expect(on(2)).toEqual([0, 0, 1, 1]);
      expect(on(3)).toEqual([0, 0, 1, 2]);
      expect(on(4)).toEqual([0, 1, 2, 3]);
      expect(on(1)).toMatch(/do not fit on 1 instances of g5.12xlarge: each holds 2/);
      expect(on(5)).toMatch(/the pool has 4/);
      expect(() => on(0)).toThrow(/0 is not a positive integer/);
    });

    test("says how many stages an instance holds where they are too few all the same", () => {
      expect(seats("p4de.24xlarge", 4, 3)).toBe(
        "3 pipeline stages need 2 instances of p4de.24xlarge (2 stages of TP 4 on 8 GPUs), the pool has 1.",
      );
      expect(seats("p4de.24xlarge", 8, 2)).toBe(
        "2 pipeline stages need 2 instances of p4de.24xlarge, the pool has 1.",
      );
    });
  });

  test("is infeasible with more stages than layers", () => {
    const model = restated(TOY_MODEL, { numLayers: 2 });
    expect(split("mono", 1, 3, toyProblem({ model }))).toMatchObject({
      status: "INFEASIBLE",
      error: expect.stringContaining("2 layers"),
    });
  });

  test.each([
    ["an unknown family, naming the nearest", "g5.12xlarg", 1, 1, 'Did you mean "g5.12xlarge"?'],
    ["a TP degree of 0", "g5.12xlarge", 0, 1, "--tp-degree: 0 "],
    ["a fractional TP degree", "g5.12xlarge", 1.5, 1, "--tp-degree: 1.5 "],
    ["no stage", "g5.12xlarge", 1, 0, "--pp-stages: 0 "],
    ["a negative number of stages", "g5.12xlarge", 1, -1, "--pp-stages: -1 "],
  ])("refuses %s", (_, family, tpDegree, ppStages, message) => {
    expect(() => split(family, tpDegree, ppStages)).toThrow(InputError);
    expect(() => split(family, tpDegree, ppStages)).toThrow(message);
  });
});
