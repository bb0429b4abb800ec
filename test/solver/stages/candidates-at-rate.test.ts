/** What a rate threshold leaves of a pool: which groups, which instances alone, and how many stages on one of them. */
import { describe, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { instanceClasses } from "../../../src/solver/instances/instance-classes.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { candidatesAtRate } from "../../../src/solver/stages/candidates-at-rate.ts";
import { batchOptions, pairRate } from "../../../src/solver/stages/stage-options.ts";
import { TableCache } from "../../../src/solver/stages/table-cache.ts";
import { entry } from "../../support/founding.ts";
import { toyProblem } from "../../support/toy.ts";

const POINT = { phase: "prefill", batch: 32, inputTokens: 512, outputTokens: 0 } as const;

/** Inside 64, 0.5 and 64 GB/s; a GPU's share of the network is 2, 2 and 0.25 GB/s. */
const problem = toyProblem({
  pool: createPool([
    entry("both", "NVIDIA A100", 4, 80, 64, 64, 1, 1),
    entry("inside", "NVIDIA A100", 4, 80, 0.5, 64, 1, 1),
    entry("outside", "NVIDIA A100", 4, 80, 64, 8, 1, 1),
  ]),
});

/** What is left at the rate of a link of so many GB/s: "name tp 1,2 solo apart most 2". */
function leftAt(gBytesPerSecond: number, stages: number, minOutside = 0): string[] {
  const classes = instanceClasses(problem, { ...DEFAULT_REQUEST, tpDegrees: [1, 2] });
  const setting = {
    point: POINT,
    pipelineStages: stages,
    sizes: Array.from({ length: 12 }, (_, i) => i + 1),
    latency: null,
    tables: new TableCache(),
  };
  const batch = batchOptions(problem, classes, setting, []);
  const minRate = pairRate(problem.costModel, gBytesPerSecond, POINT);
  return candidatesAtRate(batch, minRate, stages, null, minOutside, null).map(
    ({ instanceClass, options, solo, neighbours, maxStagesPerInstance }) =>
      [
        instanceClass.type.instance.name,
        `tp ${options.map(({ groupGpus }) => groupGpus)}`,
        ...(solo ? ["solo"] : []),
        ...(neighbours ? [] : ["apart"]),
        `most ${maxStagesPerInstance}`,
      ].join(" "),
  );
}

describe("a rate threshold", () => {
  it("at which every link is fast enough leaves all", () => {
    const all = ["both tp 1,2 most 4", "inside tp 1,2 most 4", "outside tp 1,2 most 4"];
    // A group of two carries half of its inside bandwidth: 0.25 GB/s at "inside".
    expect(leftAt(0.2, 4)).toEqual(all);
    expect(leftAt(0.25, 4)).toEqual(all);
  });

  it("that a group does not carry leaves its degree out", () => {
    expect(leftAt(0.26, 1)).toEqual([
      "both tp 1,2 most 1",
      "inside tp 1,2 most 1",
      "outside tp 1,2 most 1",
    ]);
    expect(leftAt(0.26, 4)).toEqual([
      "both tp 1,2 most 4",
      "inside tp 1 most 4",
      "outside tp 1,2 solo most 4",
    ]);
  });

  it("that a GPU's network share does not reach leaves an instance alone with all stages", () => {
    expect(leftAt(0.5, 4).at(-1)).toBe("outside tp 1,2 solo most 4");
  });

  it("that the inside does not reach keeps stages apart: half of them on one instance, rounded up", () => {
    for (const [stages, most] of [
      [2, 1],
      [3, 2],
      [4, 2],
      [5, 3],
    ] as const) {
      expect(leftAt(0.51, stages)[1]).toBe(`inside tp 1 apart most ${most}`);
    }
  });

  it("that neither reaches leaves an instance out, unless there is one stage alone", () => {
    expect(leftAt(2.01, 4)).toEqual(["both tp 1,2 solo most 4", "outside tp 1,2 solo most 4"]);
    expect(leftAt(2.01, 1)).toHaveLength(3);
  });

  it("is not all: slow links between instances may be forbidden", () => {
    expect(leftAt(0.1, 4, 0.3)).toEqual([
      "both tp 1,2 most 4",
      "inside tp 1,2 most 4",
      "outside tp 1,2 solo most 4",
    ]);
  });
});
