import { expect, it } from "vitest";
import { ruleConflict } from "../../../src/solver/explain/rule-conflict.ts";

it("says which rules exclude each other in words of a user, each once", () => {
  const rows = [
    "stages",
    "the bounds of x.g6_12xlarge_tp4.a0",
    "the bounds of x.g6_12xlarge_tp4.a7",
  ];
  expect(ruleConflict({ stages: 7, batch: 8, rows }, 61)).toEqual([
    "With 8 sequences in flight these rules cannot hold together: a pipeline of 7 stages; the layers that fit on the GPUs of a stage.",
  ]);
  const few = { stages: 1, batch: 1, rows: ["layers", "z.box.most", "box.pool", "max_instances"] };
  expect(ruleConflict(few, 12)).toEqual([
    "With 1 sequence in flight these rules cannot hold together: all 12 layers on some stage; the layers that fit on the GPUs of a stage; the instances of the pool and their GPUs; --max-instances.",
  ]);
});

it("says nothing where a row is none of a user's rules, or one rule is named alone", () => {
  const rows = ["stages", "cut17"];
  expect(ruleConflict({ stages: 2, batch: 8, rows }, 12)).toEqual([]);
  expect(ruleConflict({ stages: 2, batch: 8, rows: ["max_instances"] }, 12)).toEqual([]);
});
