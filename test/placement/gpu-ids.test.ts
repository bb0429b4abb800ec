import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import {
  instanceName,
  type PlacementStage,
  parseInstanceName,
} from "../../src/placement/placement.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";

/** The GPUs every stage gets. */
function idsOf(stages: PlacementStage[]): (readonly number[])[] {
  const answer = evaluate(toyProblem(), placement(stages));
  if (answer.status !== "SUCCESS") throw new Error(answer.error);
  return answer.metrics.stages.map((each) => each.gpu_ids);
}

describe("a stage without GPU ids", () => {
  test("takes the lowest ones", () => {
    expect(idsOf([stage("quad#0", 3, 1, 12)])).toEqual([[0, 1, 2]]);
  });

  test("takes the lowest that earlier stages left, also between theirs", () => {
    expect(
      idsOf([
        stage("quad#0", 1, 1, 3, [1]),
        stage("quad#0", 2, 4, 6),
        stage("quad#1", 1, 7, 9),
        stage("quad#0", 1, 10, 12),
      ]),
    ).toEqual([[1], [0, 2], [0], [3]]);
  });

  test("knows nothing of ids that later stages list", () => {
    const answer = evaluate(
      toyProblem(),
      placement([stage("quad#0", 2, 1, 6), stage("quad#0", 2, 7, 12, [1, 2])]),
    );
    expect(answer).toMatchObject({ violations: [{ rule: "gpu_reuse", stage: 1 }] });
  });
});

test("listed ids are kept in their order", () => {
  expect(idsOf([stage("quad#0", 3, 1, 12, [3, 0, 2])])).toEqual([[3, 0, 2]]);
});

describe("instance names", () => {
  test.each([
    ["g5.48xlarge#0", "g5.48xlarge", 0],
    ["g5.48xlarge#12", "g5.48xlarge", 12],
    ["a#b#3", "a#b", 3],
  ])("%s", (text, typeName, index) => {
    expect(parseInstanceName(text)).toEqual({ typeName, index });
  });

  test.each([
    "g5.48xlarge",
    "#0",
    "g5#",
    "g5#-1",
    "g5#1.5",
    "g5#x",
    "g5# 1",
    "",
    "g5#1e3",
    "g5#9999999999",
  ])('"%s" is none', (text) => {
    expect(parseInstanceName(text)).toBeNull();
  });

  test("are read as they are written", () => {
    expect(parseInstanceName(instanceName("g5.48xlarge", 3))).toEqual({
      typeName: "g5.48xlarge",
      index: 3,
    });
  });
});
