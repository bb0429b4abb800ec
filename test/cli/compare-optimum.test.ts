import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compareOptimum } from "../../src/cli/evaluate/compare-optimum.ts";
import { InternalError } from "../../src/errors.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { visibleWidth } from "../../src/report/layout.ts";
import { instanceRow, instancesText } from "../input/texts.ts";
import { success } from "../support/answers.ts";
import { placement, stage, toyProblem } from "../support/toy.ts";
import {
  type CliRun,
  cli,
  PLACEMENT,
  scratchDirectory,
  TINY,
  WORKLOAD,
  writeFiles,
} from "./harness.ts";

const root = scratchDirectory();
const problem = join(root, "problem");

beforeAll(() => {
  writeFiles(problem, TINY);
});

let files = 0;
function evaluated(changes: object, ...flags: string[]): Promise<CliRun> {
  const path = `p${files++}.json`;
  writeFiles(root, { [path]: JSON.stringify({ ...PLACEMENT, ...changes }) });
  const input = ["--config-dir", problem, "--placement", join(root, path)];
  return cli(["evaluate", ...input, "--compare-optimum", ...flags]);
}

/** Two stages where one would do. */
const SLOW = {
  stages: [
    { gpu_type: "box.2x#0", tp_degree: 1, gpu_ids: [0], start_layer: 1, end_layer: 6 },
    { gpu_type: "box.2x#0", tp_degree: 1, gpu_ids: [1], start_layer: 7, end_layer: 12 },
  ],
};

const solved = async (...flags: string[]) =>
  JSON.parse(
    (await cli(["solve", "--config-dir", problem, ...WORKLOAD, ...flags, "--json"])).stdout,
  );
const AT_BATCH_4 = ["--max-batch-size", "4"];

describe("evaluate --compare-optimum", () => {
  it.each(["cost-per-token", "throughput", "cost"])(
    "gives the optimum of solve for %s at the placement's batch, and the distance",
    async (objective) => {
      const { code, stdout } = await evaluated(SLOW, "--objective", objective, "--json");
      const { metrics, optimum, ...rest } = JSON.parse(stdout);
      const workload = WORKLOAD.slice(0, -2);
      const flags = [...workload, ...AT_BATCH_4, "--objective", objective, "--json"];
      const best = JSON.parse((await cli(["solve", "--config-dir", problem, ...flags])).stdout);
      expect(code).toBe(0);
      expect(rest).not.toHaveProperty("optimum_any_batch");
      for (const field of ["status", "objective", "placement", "metrics", "gap"]) {
        expect(optimum[field]).toEqual(best[field]);
      }
      const value: Record<string, number> = {
        "cost-per-token": metrics.dollar_per_million_token / best.objective.value - 1,
        throughput: 1 - metrics.throughput_tokens_per_sec / best.objective.value,
        cost: metrics.cost_per_hour / best.objective.value - 1,
      };
      expect(optimum.distance_percent).toBeCloseTo(100 * value[objective]!, 9);
      expect(optimum.distance_percent).toBeGreaterThanOrEqual(0);
    },
  );

  it("adds to the report how far the placement is and why, within 100 columns", async () => {
    const { code, stdout, stderr } = await evaluated(SLOW);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /\n\nAgainst the optimum at batch 4\n {2}- This placement costs [\d.]+ % more per token/,
    );
    expect(stdout).toContain("cost per million tokens");
    for (const line of stdout.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
  });

  it("says of an optimum that it is one", async () => {
    const best = await solved();
    const { stdout } = await evaluated(best.placement);
    expect(stdout).toContain("This placement is as good as the proven optimum.");
    expect(stdout).not.toContain("cost ×");
  });

  it("also searches over the batches that the problem leaves open", async () => {
    const { stdout } = await evaluated(SLOW, ...WORKLOAD, "--json");
    const { optimum, optimum_any_batch: any } = JSON.parse(stdout);
    expect(optimum.placement.batch_size).toBe(4);
    expect(any.objective).toEqual((await solved()).objective);
    expect(any.distance_percent).toBeGreaterThanOrEqual(optimum.distance_percent);
  });

  it("searches nothing for a placement that breaks rules, and says so, with its exit code", async () => {
    const broken = {
      stages: [{ gpu_type: "box.2x#0", tp_degree: 2, start_layer: 1, end_layer: 11 }],
    };
    const { code, stdout } = await evaluated(broken, "--json");
    const { status, optimum } = JSON.parse(stdout);
    expect({ code, status }).toEqual({ code: 2, status: "INFEASIBLE" });
    expect(optimum).toMatchObject({ status: "not_searched", distance_percent: null, because: [] });
    expect(optimum.reason).toContain("nothing to compare");
    const { stdout: text, stderr } = await evaluated(broken, "--verbose");
    expect(text).toContain("no optimum was searched");
    expect(stderr).not.toMatch(/cases/);
    const split = ["--instance-family", "box.2x", "--tp-degree", "2", "--pp-stages", "9"];
    const run = await cli([
      "evaluate",
      "--config-dir",
      problem,
      ...WORKLOAD,
      ...split,
      "--compare-optimum",
    ]);
    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(/Against the optimum\n {2}- .*nothing to compare/);
  });

  it("keeps the limits given, and says when the placement does not", async () => {
    const { metrics } = JSON.parse((await evaluated({}, "--json")).stdout);
    const target = String(metrics.throughput_tokens_per_sec * 0.99);
    const { stdout } = await evaluated(SLOW, "--min-throughput", target);
    expect(stdout).toContain("Limits not met");
    expect(stdout).toContain("This placement exceeds limits that the optimum meets.");
    const none = await evaluated(SLOW, "--max-hourly-cost", "0.001");
    expect(none.code).toBe(0);
    expect(none.stdout).toContain("No placement meets all rules and limits (proven)");
  });

  it("proves that nothing fits and leaves it to solve to explain why, which takes longer", async () => {
    const none = await evaluated(SLOW, "--max-hourly-cost", "0.001", "--verbose");
    expect(none.stdout).toContain("`solve` explains why");
    expect(none.stderr).toContain("cases");
    expect(none.stderr).not.toContain("now the explanation");
  });

  it("labels every cost per token at a rate: at that rate, at capacity, with the sequences always in flight", async () => {
    const run = await cli([
      ...["evaluate", "--model=llama-3.1-8b", "--input-length=1000", "--output-length=200"],
      ...["--instances=g6.xlarge@us-east-1=1,g6e.xlarge@us-east-1=1", "--request-rate=1"],
      ...["--instance-family=g6e.xlarge", "--tp-degree=1", "--pp-stages=1", "--compare-optimum"],
    ]);
    const text = run.stdout.replace(/\s+/g, " ");
    const optimum = text.slice(text.indexOf("Against the optimum"));
    expect(optimum).toMatch(
      /The optimum: 1 × g6\.xlarge: .*, \d+ sequences in flight\. At 1 request\/s: \$[\d.]+ per hour/,
    );
    expect(optimum).toMatch(
      /per token than this placement with \d+ against \d+ sequences always in flight: \$/,
    );
    expect(optimum).toMatch(
      /At the requested 1\.000 requests\/s, .* per token than this placement: \$/,
    );
    expect(optimum).toContain(
      "costs are those with these sequences always in flight, not those at the requested rate",
    );
  });

  it("exits with 3 and says so when a limit strikes before the proof", async () => {
    const { code, stdout } = await evaluated(SLOW, "--time-limit", "0.000001");
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /than the best placement found\.|None was found before the search stopped/,
    );
  });

  it("allows the placement's TP degrees, which solve does not try by itself", async () => {
    const three = join(root, "three");
    const row = instanceRow({ "GPU Count": "3", num_gpus: "3.0", vram_gb_per_gpu: "80.0" });
    writeFiles(three, {
      ...TINY,
      "gpu_pool.csv": "instance_name,count\nbox.2x,1\n",
      "cloud_instances_specs.csv": `${instancesText().split("\n")[0]}\n${row}\n`,
      "placement.json": JSON.stringify({
        ...PLACEMENT,
        stages: [{ gpu_type: "box.2x#0", tp_degree: 3, start_layer: 1, end_layer: 12 }],
      }),
    });
    const input = ["--config-dir", three, "--placement", join(three, "placement.json")];
    const { stdout } = await cli(["evaluate", ...input, "--compare-optimum", "--json"]);
    const { optimum } = JSON.parse(stdout);
    expect(optimum).toMatchObject({ status: "optimal", distance_percent: 0 });
    expect(optimum.placement.stages[0].tp_degree).toBe(3);
  });

  it("is a defect when a placement beats what was proven", async () => {
    const toy = toyProblem();
    const { placement: placed, metrics } = success(toy, placement([stage("quad#0", 4, 1, 12)]));
    const better = { ...metrics, dollar_per_million_token: metrics.dollar_per_million_token / 9 };
    const rated = { placement: placed, metrics: better, hasOwnBatch: true };
    const io = {
      stdout: { isTty: false, write: () => undefined },
      stderr: { isTty: false, write: () => undefined },
      env: {},
      exit: () => undefined,
      onInterrupt: () => () => undefined,
    };
    const now = performance.now();
    await expect(
      compareOptimum(
        toy,
        rated,
        { objective: undefined, starter: null },
        createInlineHighs(),
        now,
        io,
      ),
    ).rejects.toThrow(InternalError);
  });

  it("writes the optimum with --out", async () => {
    const out = join(root, "out");
    await evaluated(SLOW, "--out", out);
    const written = JSON.parse(readFileSync(join(out, "solution.json"), "utf8"));
    expect(written.optimum.status).toBe("optimal");
  });

  it("refuses what makes no sense", async () => {
    const lines = await cli([
      "evaluate",
      "--config-dir",
      problem,
      "--placements",
      "x",
      "--compare-optimum",
    ]);
    expect(lines.stderr).toContain("--compare-optimum: it takes one placement");
    for (const flag of [
      ["--objective", "cost"],
      ["--time-limit", "5"],
    ]) {
      const input = ["--config-dir", problem, "--placement", "x"];
      const run = await cli(["evaluate", ...input, ...flag]);
      expect(run).toMatchObject({ code: 1, stdout: "" });
      expect(run.stderr).toContain(`${flag[0]}: it has no effect without --compare-optimum.`);
    }
  });
});
