import { describe, expect, it } from "vitest";
import { checkSolver } from "../../src/cli/doctor/solvers.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { lacksMemory } from "../../src/milp/lacks-memory.ts";
import type { MilpBackend } from "../../src/milp/model.ts";
import { everyCase } from "../support/every-case.ts";
import { cli, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

/** HiGHS where WebAssembly gets no memory, as V8 says it. */
const starved = (): MilpBackend =>
  createInlineHighs({
    load: async () => {
      throw new RangeError(
        "WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance",
      );
    },
  });

describe("too little memory for the solver", () => {
  it("is told with what to do, and is no defect", async () => {
    const directory = writeFiles(scratchDirectory(), TINY);
    const { code, stderr } = await cli(["solve", "--config-dir", directory, ...WORKLOAD], {
      createBackend: () => everyCase(starved()),
    });
    expect(stderr).toMatch(
      /error: memory: too little memory for the MILP solver.*ulimit -v.*--solver jslp/,
    );
    expect(code).toBe(1);
  });

  it("is told by doctor", async () => {
    const found = await checkSolver(async () => starved(), "highs");
    expect(found).toMatchObject({ level: "fail", message: expect.stringContaining("ulimit -v") });
  });

  it.each([
    [
      "HiGHS did not load: RuntimeError: Aborted(RangeError: WebAssembly.instantiate(): Out of memory)",
      true,
    ],
    ["the worker stopped with Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated", true],
    ["HiGHS stopped with RangeError: Array buffer allocation failed", true],
    ["HiGHS gave up with model status 4", false],
    ["the bound 3 is above the objective 2 of a known solution", false],
  ])("%s: %s", (reason, lacks) => {
    expect(lacksMemory(reason)).toBe(lacks);
  });
});
