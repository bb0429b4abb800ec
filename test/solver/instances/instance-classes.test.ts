/** Which instances a search may use, and with which TP degrees. */
import { describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { instanceClasses } from "../../../src/solver/instances/instance-classes.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { TOY_POOL, TOY_RULES, toyProblem } from "../../support/toy.ts";

const [QUAD, DUO, MONO] = TOY_POOL;

/** Each class as type, instances and TP degrees: "duo 0,1 tp 1,2". */
function classesOf(
  changes: Partial<SolveRequest> = {},
  problem = toyProblem({ pool: createPool([QUAD, { ...DUO, ownedCount: 1 }, MONO]) }),
): string[] {
  return instanceClasses(problem, { ...DEFAULT_REQUEST, ...changes }).map(
    ({ type, instances, kinds }) =>
      `${type.instance.name} ${instances} tp ${kinds.map(({ gpus }) => gpus)}`,
  );
}

describe("the classes of a search", () => {
  it("are by name and price, owned instances apart, with the TP degrees that their GPUs allow", () => {
    expect(classesOf()).toEqual([
      "duo 0 tp 1,2",
      "duo 1 tp 1,2",
      "mono 0,1,2 tp 1",
      "quad 0,1 tp 1,2,4",
    ]);
  });

  it("leave out types that a request excludes or does not include", () => {
    expect(classesOf({ excludeTypes: ["duo"] })).toEqual(["mono 0,1,2 tp 1", "quad 0,1 tp 1,2,4"]);
    expect(classesOf({ includeTypes: ["mono", "duo"], excludeTypes: ["duo"] })).toEqual([
      "mono 0,1,2 tp 1",
    ]);
  });

  it("keep to the TP degrees of a request, of a type and of the model's shape", () => {
    const quadAlone = { includeTypes: ["quad"] };
    expect(classesOf({ ...quadAlone, tpDegrees: [4, 2, 2] })).toEqual(["quad 0,1 tp 2,4"]);
    expect(classesOf({ ...quadAlone, maxTpByType: new Map([["quad", 2]]) })).toEqual([
      "quad 0,1 tp 1,2",
    ]);
    expect(classesOf({ ...quadAlone, maxTpByType: new Map([["duo", 1]]) })).toEqual([
      "quad 0,1 tp 1,2,4",
    ]);
    // Three GPUs share no 8 attention heads.
    const shaped = toyProblem({ rules: { ...TOY_RULES, anyShape: false } });
    expect(classesOf({ ...quadAlone, tpDegrees: [1, 3] }, shaped)).toEqual(["quad 0,1 tp 1"]);
    expect(classesOf({ ...quadAlone, tpDegrees: [1, 3] })).toEqual(["quad 0,1 tp 1,3"]);
  });

  it("leave out a type that allows none of the degrees", () => {
    expect(classesOf({ tpDegrees: [2] })).toEqual(["duo 0 tp 2", "duo 1 tp 2", "quad 0,1 tp 2"]);
  });

  it("leave out owned instances where only rented ones may be used", () => {
    const nodeRules = {
      stagesPerNode: "any",
      nodeKinds: "any",
      wholeInstances: false,
      typeGroups: null,
      rentedOnly: true,
      mostSequences: null,
    } as const;
    expect(classesOf({ nodeRules, includeTypes: ["duo"] })).toEqual(["duo 1 tp 1,2"]);
  });
});
