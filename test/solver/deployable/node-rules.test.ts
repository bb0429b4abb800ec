/** Rules on the nodes of a placement, each alone. */
import { describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { brokenNodeRule, type UsedGpus } from "../../../src/solver/deployable/node-rules.ts";
import type { NodeRules } from "../../../src/solver/request.ts";
import { placement, TOY_POOL, toyProblem } from "../../support/toy.ts";

const [QUAD, DUO, MONO] = TOY_POOL;
const problem = toyProblem({ pool: createPool([QUAD, { ...DUO, ownedCount: 1 }, MONO]) });

const ANY: NodeRules = {
  stagesPerNode: "any",
  nodeKinds: "any",
  wholeInstances: false,
  typeGroups: null,
  rentedOnly: false,
  mostSequences: null,
};

/** What is wrong with stages written as "quad#0:0,1", instance and GPUs. */
function brokenBy(rules: Partial<NodeRules>, ...stages: readonly string[]): string | null {
  const used: UsedGpus = {
    stages: stages.map((text) => {
      const [instance = "", gpus = ""] = text.split(":");
      const gpu_ids = gpus.split(",").map(Number);
      return { instance, gpu_ids, tp_degree: gpu_ids.length };
    }),
  };
  const written = placement(
    stages.map((text, i) => ({
      gpu_type: text.split(":")[0]!,
      tp_degree: 1,
      start_layer: i + 1,
      end_layer: i + 1,
    })),
    { batch_size: 32 },
  );
  return brokenNodeRule(problem, { ...ANY, ...rules }, written, used);
}

describe("nodes", () => {
  it("may be anything where no rule is stated", () => {
    expect(brokenBy({}, "quad#0:0", "duo#0:0", "quad#0:1,2")).toBeNull();
  });

  it("have so many sequences in flight", () => {
    expect(brokenBy({ mostSequences: 32 }, "quad#0:0")).toBeNull();
    expect(brokenBy({ mostSequences: 31 }, "quad#0:0")).toBe("32 sequences in flight, at most 31");
  });

  it("are of types that may stand together", () => {
    const typeGroups = [["quad", "mono"], ["duo"]];
    expect(brokenBy({ typeGroups }, "quad#0:0", "mono#0:0")).toBeNull();
    expect(brokenBy({ typeGroups }, "quad#0:0", "duo#0:0")).toBe(
      "quad, duo may not be used together",
    );
  });

  it("are rented", () => {
    expect(brokenBy({ rentedOnly: true }, "duo#1:0")).toBeNull();
    expect(brokenBy({ rentedOnly: true }, "duo#0:0")).toBe("duo#0 is owned");
  });

  it("have equally many stages, of one TP degree, that follow each other", () => {
    const rules = { stagesPerNode: "equal" } as const;
    expect(brokenBy(rules, "quad#0:0", "quad#0:1", "duo#0:0", "duo#0:1")).toBeNull();
    expect(brokenBy(rules, "quad#0:0", "quad#0:1", "duo#0:0")).toContain("1 stages on duo#0");
    expect(brokenBy(rules, "quad#0:0", "quad#0:1,2")).toContain("TP degrees differ");
    expect(brokenBy(rules, "quad#0:0", "duo#0:0", "quad#0:1", "duo#0:1")).toBe(
      "the stages of quad#0 do not follow each other",
    );
    expect(brokenBy({ stagesPerNode: "one" }, "quad#0:0", "quad#0:1")).toContain("instead of 1");
  });

  it("have all GPUs of their instances in use, in the same order on those that are alike", () => {
    const rules = { stagesPerNode: "equal", wholeInstances: true, nodeKinds: "one" } as const;
    expect(brokenBy(rules, "duo#0:0", "duo#0:1", "duo#1:0", "duo#1:1")).toBeNull();
    expect(brokenBy(rules, "duo#0:0", "duo#1:0")).toBe("duo#0 has idle GPUs");
    expect(brokenBy(rules, "duo#0:0", "duo#0:1", "duo#1:1", "duo#1:0")).toContain("not alike");
  });

  it("are of one type, the first of them apart where that is allowed", () => {
    const equal = { stagesPerNode: "equal" } as const;
    const mixed = ["duo#0:0", "quad#0:0", "quad#1:0"];
    expect(brokenBy({ ...equal, nodeKinds: "any" }, ...mixed)).toBeNull();
    expect(brokenBy({ ...equal, nodeKinds: "first_and_rest" }, ...mixed)).toBeNull();
    expect(brokenBy({ ...equal, nodeKinds: "one" }, ...mixed)).toContain("not alike");
    expect(
      brokenBy({ ...equal, nodeKinds: "first_and_rest" }, "quad#0:0", "duo#0:0", "quad#1:0"),
    ).toContain("not alike");
  });
});
