import { beforeAll, describe, expect, it } from "vitest";
import { createJslp } from "../../src/milp/jslp.ts";
import {
  type CliRun,
  cli,
  scratchDirectory,
  TINY,
  WORKLOAD,
  type World,
  writeFiles,
} from "./harness.ts";

const root = scratchDirectory();
const SMALL = ["solve", "--config-dir", root, ...WORKLOAD];
const run = (solver: string, ...flags: string[]): Promise<CliRun> =>
  cli(
    [...SMALL, "--solver", solver, ...flags],
    solver === "jslp" ? { createBackend: () => createJslp() } : {},
  );

/** A back end that fails, under the name of the one that was asked for. */
const failing = (reason: string): World => ({
  createBackend: (name) => ({
    name,
    decidesEveryCase: true,
    solve: async () => ({ status: "failed", reason }),
    dispose: async () => undefined,
  }),
});

beforeAll(() => {
  writeFiles(root, TINY);
});

describe("--solver jslp", () => {
  it("agrees with HiGHS on small problems", async () => {
    for (const flags of [[], ["--frontier"], ["--objective", "throughput"]]) {
      const answers = [];
      for (const solver of ["jslp", "highs"]) {
        const { code, stdout } = await run(solver, "--json", ...flags);
        expect(code).toBe(0);
        answers.push(JSON.parse(stdout));
      }
      const [jslp, highs] = answers;
      expect(jslp.objective).toEqual(highs.objective);
      expect(jslp.frontier).toEqual(highs.frontier);
      expect(jslp.run.backend).toBe("jslp");
    }
  });

  it("says what to use where it does not get there", async () => {
    const reason = "501 integer columns are too many";
    const { code, stdout, stderr } = await cli([...SMALL, "--solver", "jslp"], failing(reason));
    expect(stderr).toBe(
      `error: --solver: jslp cannot solve this problem: ${reason}. Use --solver highs, or omit the flag.\n`,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("leaves a defect of HiGHS a defect", async () => {
    const { code, stderr } = await cli(SMALL, failing("it broke"));
    expect(code).toBe(70);
    expect(stderr).toContain("the MILP solver highs failed: it broke");
  });
});
