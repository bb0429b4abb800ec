import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { createJslp } from "../../src/milp/jslp.ts";
import type { MilpBackend, MilpOutcome } from "../../src/milp/model.ts";
import { visibleWidth } from "../../src/report/layout.ts";
import type { Answer } from "../../src/solver/solution.ts";
import { DATA_COLUMNS } from "../../src/sweep/row.ts";
import { configText } from "../input/texts.ts";
import {
  type CliRun,
  cli,
  FACTS,
  scratchDirectory,
  TINY,
  WORKLOAD,
  writeFiles,
} from "./harness.ts";

const ESCAPE = "\u001b";
const root = scratchDirectory();
const problem = join(root, "problem");
const SOLVE = ["solve", "--config-dir", problem, ...WORKLOAD];
const solve = (...flags: string[]): Promise<CliRun> => cli([...SOLVE, ...flags]);

beforeAll(() => {
  writeFiles(problem, TINY);
});

/** A back end of which only `solve` is special. */
function backend(solveModel: MilpBackend["solve"]): () => MilpBackend {
  return () => ({
    name: "stub",
    decidesEveryCase: true,
    solve: solveModel,
    dispose: async () => undefined,
  });
}

describe("a latency target", () => {
  const shipped = ["solve", "--config-dir", "config/llama3-70b", "--input-length", "2048"];
  it.each([
    ["decode", "--max-ttft-ms", "500"],
    ["prefill", "--max-tpot-ms", "50"],
  ])("that the phase %s does not have is refused, not met by nothing", async (phase, flag, ms) => {
    const { code, stdout, stderr } = await cli([
      ...shipped,
      ...["--output-length", "512", "--min-batch-size", "8", "--max-batch-size", "8"],
      ...["--phase", phase, flag, ms],
    ]);
    expect(stderr).toContain(
      `error: ${flag}: the phase ${phase} has no such latency. Leave the target out, or use the phase aggregated.`,
    );
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});

describe("solve", () => {
  it("says what to rent and that it is proven, on stdout, and the time on stderr", async () => {
    const { code, stdout, stderr } = await solve();
    expect(stdout).toMatch(/^Rent \d/);
    expect(stdout.replaceAll("\n", " ")).toContain(
      "Proven optimal among single pipelines: no single pipeline in this pool has a lower cost per token.",
    );
    expect(stderr).toMatch(/^done in \d+\.\d\d s\n$/);
    expect(code).toBe(0);
  });

  it("colours a terminal, and nothing else, unless the user says no", async () => {
    const plain = (await solve()).stdout;
    expect(plain).not.toContain(ESCAPE);
    const coloured = (await cli(SOLVE, { isTty: true })).stdout;
    expect(coloured).toContain(`${ESCAPE}[1m`);
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
      expect((await cli(SOLVE, { isTty: true, env })).stdout).toBe(plain);
    }
  });

  it("prints JSON whose fields are in the order of the contract", async () => {
    const { code, stdout, stderr } = await solve("--frontier", "--json");
    expect(stdout.indexOf("\n")).toBe(stdout.length - 1);
    const json = JSON.parse(stdout);
    expect(Object.keys(json)).toEqual([
      "status",
      "objective",
      "bound",
      "gap",
      "scope",
      "placement",
      "metrics",
      ...FACTS,
      "frontier",
      "frontier_complete",
      "warnings",
      "run",
    ]);
    expect(Object.keys(json.objective)).toEqual(["name", "value", "unit"]);
    expect(Object.keys(json.frontier[0])).toEqual([
      "cost_per_hour",
      "throughput_tokens_per_sec",
      "dollar_per_million_token",
      "batch_size",
      "placement",
    ]);
    expect(json).toMatchObject({ status: "optimal", gap: 0, frontier_complete: true });
    expect(json.bound).toBe(json.objective.value);
    expect(json.objective.value).toBe(json.metrics.dollar_per_million_token);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("answers equally twice, times aside", async () => {
    const human = [(await solve("--frontier")).stdout, (await solve("--frontier")).stdout];
    expect(human[0]).toBe(human[1]);
    const withoutSeconds = (text: string): string =>
      text.replace(/"(\w+_seconds)":[\d.e+-]+/g, '"$1":0');
    const json = [(await solve("--json")).stdout, (await solve("--json")).stdout];
    expect(withoutSeconds(json[0]!)).toBe(withoutSeconds(json[1]!));
    expect(withoutSeconds(json[0]!)).not.toBe(json[0]);
  });

  it("gives the answer that evaluate gives for the same placement", async () => {
    const out = join(root, "round-trip");
    const solved = JSON.parse((await solve("--out", out, "--json")).stdout);
    const again = await cli([
      "evaluate",
      "--config-dir",
      problem,
      "--placement",
      join(out, "solution.json"),
      "--json",
    ]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout).metrics).toEqual(solved.metrics);
  });

  it("minimises, maximises and keeps limits as asked", async () => {
    const answer = async (...flags: string[]): Promise<Answer> =>
      JSON.parse((await solve("--json", ...flags)).stdout);
    const perToken = await answer();
    const fastest = await answer("--objective", "throughput");
    const cheapest = await answer("--objective", "cost");
    expect(fastest.metrics.throughput_tokens_per_sec).toBeGreaterThan(
      cheapest.metrics.throughput_tokens_per_sec,
    );
    expect(cheapest.metrics.cost_per_hour).toBeLessThan(fastest.metrics.cost_per_hour);
    expect(perToken.metrics.dollar_per_million_token).toBeLessThanOrEqual(
      Math.min(fastest.metrics.dollar_per_million_token, cheapest.metrics.dollar_per_million_token),
    );
    const budget = String(cheapest.metrics.cost_per_hour);
    const within = await answer("--objective", "throughput", "--max-hourly-cost", budget);
    expect(within.metrics.cost_per_hour).toBe(cheapest.metrics.cost_per_hour);
    const floor = String(fastest.metrics.throughput_tokens_per_sec);
    const fastEnough = await answer("--objective", "cost", "--min-throughput", floor);
    expect(fastEnough.metrics.throughput_tokens_per_sec).toBe(
      fastest.metrics.throughput_tokens_per_sec,
    );
    const weightless = await answer("--objective", "weighted", "--weight", "0");
    expect(weightless.metrics.throughput_tokens_per_sec).toBe(
      fastest.metrics.throughput_tokens_per_sec,
    );
  });

  it("uses only the TP degrees it is allowed", async () => {
    const degrees = async (...flags: string[]): Promise<number[]> => {
      const json = JSON.parse(
        (await solve("--objective", "throughput", "--json", ...flags)).stdout,
      );
      return json.placement.stages.map((stage: { tp_degree: number }) => stage.tp_degree);
    };
    expect(await degrees()).toContain(2);
    expect(await degrees("--tp-degrees", "1")).not.toContain(2);
    expect(await degrees("--tp-config", "box.2x=1")).not.toContain(2);
    expect(new Set(await degrees("--uniform-tp")).size).toBe(1);
  });

  it("takes a flag before a key, and a key where no flag is", async () => {
    const keyed = join(root, "keyed");
    writeFiles(keyed, {
      ...TINY,
      "config.csv": configText({
        workload_phase: "prefill",
        sequence_length: "64",
        min_batch_size: "2",
        max_batch_size: "2",
        max_hourly_cost: "5",
      }),
    });
    const answer = async (...flags: string[]) =>
      JSON.parse((await cli(["solve", "--config-dir", keyed, "--json", ...flags])).stdout);
    const byKeys = await answer();
    expect(byKeys.placement).toMatchObject({ workload_phase: "prefill", sequence_length: 64 });
    expect(byKeys.metrics.cost_per_hour).toBeLessThanOrEqual(5);
    const byFlags = await answer(
      "--phase",
      "decode",
      "--output-length",
      "16",
      "--max-hourly-cost",
      "999",
    );
    expect(byFlags.placement).toMatchObject({ workload_phase: "decode", output_length: 16 });
    expect(byFlags.metrics.cost_per_hour).toBeGreaterThan(5);
  });

  it("tells what the reader and the solver warn of, on stderr and in the JSON", async () => {
    const warned = join(root, "warned");
    writeFiles(warned, { ...TINY, "config.csv": configText({ optimality_gap: "0.01" }) });
    const { stdout, stderr } = await cli([
      ...["solve", "--config-dir", warned, ...WORKLOAD],
      "--json",
    ]);
    const { warnings } = JSON.parse(stdout);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("optimality_gap 0.01 is ignored");
    expect(stderr).toBe(`warning: ${warnings[0]}\n`);
  });

  it("stays within 100 columns whatever is asked", async () => {
    for (const flags of [
      ["--frontier"],
      ["--objective", "weighted", "--frontier"],
      ["--objective", "throughput", "--max-hourly-cost", "2"],
      ["--max-total-runtime-hours", "0.0001"],
    ]) {
      const { stdout } = await solve(...flags);
      expect(stdout).not.toBe("");
      for (const line of stdout.split("\n"))
        expect(visibleWidth(line), line).toBeLessThanOrEqual(100);
    }
  });

  it("claims no more than the gap that was asked for", async () => {
    const { code, stdout } = await solve("--gap", "0.2", "--json");
    expect(code).toBe(0);
    const json = JSON.parse(stdout);
    expect(json.status).toBe("optimal");
    expect(json.gap).toBeLessThanOrEqual(0.2);
    expect(json.objective.value).toBeLessThanOrEqual(
      JSON.parse((await solve("--json")).stdout).objective.value * 1.25,
    );
  });

  it("has a second solver that agrees", async () => {
    const run = (createBackend: () => MilpBackend): Promise<CliRun> =>
      cli([...SOLVE, "--json"], { createBackend });
    const [highs, jslp] = [await run(() => createInlineHighs()), await run(() => createJslp())];
    expect(jslp.code).toBe(0);
    expect(JSON.parse(jslp.stdout).objective).toEqual(JSON.parse(highs.stdout).objective);
    expect(JSON.parse(jslp.stdout).run.backend).toBe("jslp");
  });
});

describe("solve without a proven answer", () => {
  /** A problem whose best even split is not known to be the best before a MILP says so. */
  const OPEN = ["solve", "--config-dir", "examples/unlike-layers", "--max-load"];

  it("explains what cannot be met, with exit code 2", async () => {
    const { code, stdout } = await solve("--max-hourly-cost", "0.01");
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^Infeasible: no single pipeline in this pool meets the rules and limits/,
    );
    expect(stdout).toMatch(/cheapest placement costs [\d.]+ USD per hour; the limit is 0\.01/);
    const json = JSON.parse((await solve("--max-hourly-cost", "0.01", "--json")).stdout);
    expect(json).toMatchObject({
      status: "infeasible",
      objective: null,
      bound: null,
      gap: null,
      placement: null,
      metrics: null,
    });
    expect(json.explanation.sentences.length).toBeGreaterThan(0);
    expect(json.explanation.conflict).toEqual(["max_hourly_cost 0.01"]);
    expect(stdout).toContain(
      "This cannot be met, whatever the other limits: max_hourly_cost 0.01.",
    );
  });

  it("gives the best so far at a limit, with exit code 3", async () => {
    const createBackend = backend(async () => ({ status: "no_solution", bound: null }));
    const { code, stdout } = await cli(OPEN, { createBackend });
    expect(code).toBe(3);
    expect(stdout).toContain("Not proven: the search hit its limit.");
    const json = JSON.parse((await cli([...OPEN, "--json"], { createBackend })).stdout);
    expect(json.status).toBe("feasible");
    expect(json.bound).toBeLessThan(json.objective.value);
    expect(json.gap).toBeCloseTo(1 - json.bound / json.objective.value, 12);
  });

  it("ends at the first Ctrl-C with the best so far, and at the second at once", async () => {
    let interrupt = (): void => undefined;
    const exits: number[] = [];
    const stderrWhenDone = await cli(OPEN, {
      onStart: (send) => {
        interrupt = send;
      },
      onExit: (code) => exits.push(code),
      createBackend: backend(
        (_, options) =>
          new Promise<MilpOutcome>((resolve) => {
            options!.signal!.addEventListener("abort", () => {
              expect(exits).toEqual([]);
              interrupt();
              resolve({ status: "no_solution", bound: null });
            });
            interrupt();
          }),
      ),
    });
    expect(stderrWhenDone.code).toBe(3);
    expect(stderrWhenDone.stderr).toContain("stopping with the best answer so far");
    expect(exits).toEqual([130]);
  });

  it("is no such case where the bounds alone prove the best even split", async () => {
    const createBackend = backend(async () => ({ status: "no_solution", bound: null }));
    const { code, stdout } = await cli([...SOLVE, "--json"], { createBackend });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "optimal", gap: 0 });
  });

  it("calls a defect a defect, without a stack unless asked", async () => {
    const createBackend = backend(async () => {
      throw new TypeError("the stub broke");
    });
    const { code, stdout, stderr } = await cli(SOLVE, { createBackend });
    expect(code).toBe(70);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^internal error: .*the stub broke/);
    expect(stderr).not.toMatch(/^ {4}at /m);
    const debugged = await cli(SOLVE, { createBackend, env: { LLM_PLACEMENT_DEBUG: "1" } });
    expect(debugged.stderr).toMatch(/^ {4}at /m);
  });

  it("frees its back end however it ends", async () => {
    let freed = 0;
    const createBackend = (): MilpBackend => ({
      ...createInlineHighs(),
      name: "counted",
      solve: async () => ({ status: "no_solution", bound: null }),
      dispose: async () => {
        freed++;
      },
    });
    await cli(SOLVE, { createBackend });
    await cli(["solve", "--config-dir", join(root, "none")], { createBackend });
    expect(freed).toBe(2);
  });
});

describe("the files of solve", () => {
  it("are the JSON, a summary that stacks with data.csv, and the frontier", async () => {
    const out = join(root, "new", "out");
    const { stdout } = await solve("--frontier", "--json", "--out", out);
    const json = JSON.parse(stdout);
    expect(JSON.parse(readFileSync(join(out, "solution.json"), "utf8"))).toEqual(json);
    const summary = readFileSync(join(out, "solution_summary.csv"), "utf8");
    const [header] = summary.split("\n");
    expect(header!.startsWith(`${DATA_COLUMNS.join(",")},workload_phase,`)).toBe(true);
    const [row] = parse(summary, { columns: true }) as Record<string, string>[];
    expect(row).toMatchObject({
      source: "solver",
      model_name: "tiny",
      status: "SUCCESS",
      workload_phase: "aggregated",
      solve_status: "optimal",
      objective: "cost-per-token",
      objective_value: String(json.objective.value),
      dollar_per_million_token: String(json.metrics.dollar_per_million_token),
      gap: "0",
    });
    const points = parse(readFileSync(join(out, "frontier.csv"), "utf8"), {
      columns: true,
    }) as Record<string, string>[];
    expect(points.map((point) => Number(point.cost_per_hour))).toEqual(
      json.frontier.map((point: { cost_per_hour: number }) => point.cost_per_hour),
    );
    expect(points[0]).toMatchObject({
      throughput_tokens_per_sec: String(json.frontier[0].throughput_tokens_per_sec),
    });
    expect(points[0]!.placement).toMatch(/^\{PP_1:\{box\./);
  });

  it("removes a frontier that an earlier run left there, and leaves one that it did not write", async () => {
    const out = join(root, "stale");
    await solve("--frontier", "--out", out);
    expect((await solve("--out", out)).stderr).toContain(
      `warning: ${out}/frontier.csv was from an earlier run and has been removed.`,
    );
    expect(readdirSync(out).sort()).toEqual(["solution.json", "solution_summary.csv"]);
    writeFileSync(join(out, "frontier.csv"), "my,own\n");
    expect((await solve("--out", out)).stderr).toContain("frontier.csv is not from this run.");
    expect(readFileSync(join(out, "frontier.csv"), "utf8")).toBe("my,own\n");
  });

  it("say why there is no answer", async () => {
    const out = join(root, "infeasible");
    expect((await solve("--max-hourly-cost", "0.01", "--out", out)).code).toBe(2);
    const text = readFileSync(join(out, "solution_summary.csv"), "utf8");
    const [row] = parse(text, { columns: true }) as Record<string, string>[];
    expect(row).toMatchObject({ status: "INFEASIBLE", solve_status: "infeasible", pp: "" });
    expect(row!.reason).toContain("the limit is 0.01");
  });

  it("hold the model whose solution is the answer, as LP or MPS", async () => {
    const lp = join(root, "model.lp");
    const mps = join(root, "model.mps");
    expect((await solve("--export-model", lp)).code).toBe(0);
    expect((await solve("--export-model", mps)).code).toBe(0);
    expect(readFileSync(lp, "utf8")).toMatch(/^Minimize$/m);
    expect(readFileSync(mps, "utf8")).toMatch(/^ROWS$/m);
  });

  it("hold no model when there is no answer, and say so", async () => {
    const lp = join(root, "none.lp");
    const { code, stderr } = await solve("--max-hourly-cost", "0.01", "--export-model", lp);
    expect(code).toBe(2);
    expect(stderr).toContain(`warning: there is no answer, so ${lp} was not written.`);
    expect(existsSync(lp)).toBe(false);
  });
});
