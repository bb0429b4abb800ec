import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Placement, parseInstanceName } from "../../src/placement/placement.ts";
import { visibleWidth } from "../../src/report/layout.ts";
import type { Answer, Sensitivity } from "../../src/solver/solution.ts";
import { configText } from "../input/texts.ts";
import { type CliRun, cli, scratchDirectory, TINY, WORKLOAD, writeFiles } from "./harness.ts";

const root = scratchDirectory();
/** Layers so large that one of the small instances cannot hold them all, and two can. */
const problem = join(root, "problem");
const solve = (...flags: string[]): Promise<CliRun> =>
  cli(["solve", "--config-dir", problem, ...WORKLOAD, ...flags]);
const answer = async (...flags: string[]): Promise<Answer> =>
  JSON.parse((await solve("--json", ...flags)).stdout);

const typesOf = ({ stages }: Placement): Set<string> =>
  new Set(stages.map((stage) => parseInstanceName(stage.gpu_type)!.typeName));
const instancesOf = ({ stages }: Placement): Set<string> =>
  new Set(stages.map((stage) => stage.gpu_type));

beforeAll(() => {
  writeFiles(problem, { ...TINY, "config.csv": configText({ layer_weight_memory_gb: "2" }) });
});

describe("rules on what is rented", () => {
  it("leave out instance types", async () => {
    const fastest = (...flags: string[]) => answer("--objective", "throughput", ...flags);
    expect(typesOf((await fastest()).placement)).toContain("box.2x");
    expect(typesOf((await fastest("--include", "box.1x")).placement)).toEqual(new Set(["box.1x"]));
    expect(typesOf((await fastest("--exclude", "box.2x")).placement)).toEqual(new Set(["box.1x"]));
    const both = await fastest("--include", "box.1x,box.2x");
    expect(both.objective).toEqual((await fastest()).objective);
  });

  it("say nothing of the even splits of types that are left out", async () => {
    const table = (text: string): string => text.slice(text.indexOf("Against an even split"));
    expect(table((await solve()).stdout)).toContain("box.2x");
    const without = (await solve("--exclude", "box.2x")).stdout;
    expect(table(without)).toContain("box.1x");
    expect(table(without)).not.toContain("box.2x");
    expect(without).toContain(
      "no single pipeline in this pool within the given rules has a\nlower cost per token",
    );
  });

  it("bound the instances, the types and the stages of a type", async () => {
    const cheapest = (...flags: string[]) => answer("--objective", "cost", ...flags);
    expect(instancesOf((await cheapest()).placement).size).toBe(2);
    expect(instancesOf((await cheapest("--max-instances", "1")).placement).size).toBe(1);
    const fewer = (await cheapest("--max-stages", "box.1x=1")).placement.stages;
    expect(fewer.filter((stage) => stage.gpu_type.startsWith("box.1x")).length).toBeLessThan(2);
    const pinned = ["--include", "box.1x", "--max-stages", "box.1x=1"];
    expect((await solve(...pinned)).code).toBe(2);
  });

  it("can leave no GPU of a rented instance idle", async () => {
    const idle = ({ metrics }: Answer): number => metrics.num_gpus_rented - metrics.num_gpus;
    const flags = ["--include", "box.2x", "--tp-degrees", "1"];
    const one = await answer(...flags, "--max-stages", "box.2x=1");
    expect(idle(one)).toBe(1);
    expect(idle(await answer(...flags, "--full-instances"))).toBe(0);
    const both = await solve(...flags, "--max-stages", "box.2x=1", "--full-instances");
    expect(both.code).toBe(2);
  });
});

describe("instances that are owned", () => {
  it("cost nothing, and the answer says which they are", async () => {
    const owned = await answer("--own", "box.2x=1", "--objective", "cost");
    expect(owned.metrics.cost_per_hour).toBe(0);
    expect(owned.placement.stages.every((stage) => stage.gpu_type === "box.2x#0")).toBe(true);
    const { stdout } = await solve("--own", "box.2x=1", "--objective", "cost");
    expect(stdout).toMatch(/^Use 1 × box\.2x \(owned\): /);
    expect(stdout).toContain("box.2x#0 (owned)");
  });

  it("are the first ones of their type; the rest of them are rented", async () => {
    const flags = ["--include", "box.1x", "--objective", "throughput"];
    const rented = await answer(...flags);
    const owned = await answer(...flags, "--own", "box.1x=1");
    expect(rented.metrics.cost_per_hour).toBe(1.5);
    expect(owned.metrics.cost_per_hour).toBe(0.75);
    expect(owned.objective).toEqual(rented.objective);
    expect((await solve(...flags, "--own", "box.1x=1")).stdout).toMatch(
      /^Rent 1 × box\.1x of AWS and use 1 × box\.1x \(owned\): 2 stages/,
    );
  });

  it("cost nothing where a placement is given, too", async () => {
    const evaluate = (...flags: string[]): Promise<CliRun> =>
      cli([
        ...["evaluate", "--config-dir", problem, ...WORKLOAD],
        ..."--instance-family box.1x --tp-degree 1 --pp-stages 2".split(" "),
        ...flags,
      ]);
    const cost = async (...flags: string[]): Promise<number> =>
      JSON.parse((await evaluate("--json", ...flags)).stdout).metrics.cost_per_hour;
    expect(await cost()).toBe(1.5);
    expect(await cost("--own", "box.1x=1")).toBe(0.75);
    expect(await cost("--own", "box.1x=2")).toBe(0);
    expect((await evaluate("--own", "box.1x=1")).stdout).toMatch(
      /^1 × box\.1x \+ 1 × box\.1x \(owned\): 2 stages/,
    );
  });
});

describe("--explain", () => {
  it("says what would change the answer, for people and as JSON", async () => {
    const flags = ["--explain", "--objective", "throughput", "--max-hourly-cost", "2"];
    const { code, stdout } = await solve(...flags);
    expect(code).toBe(0);
    expect(stdout).toContain("\nWhat would change this answer\n");
    expect(stdout).toMatch(/^ {2}max_hourly_cost +\$2\.00\/h /m);
    for (const line of stdout.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
    const { explanation } = (await answer(...flags)) as { explanation: Sensitivity };
    expect(Object.keys(explanation)).toEqual([
      "binding_limits",
      "next_faster",
      "next_cheaper",
      "price_rises",
      "best_by_type",
    ]);
    expect(explanation.binding_limits[0]!.limit).toBe("max_hourly_cost");
    expect(new Set(explanation.best_by_type.map((best) => best.instance_type))).toEqual(
      new Set(["box.1x", "box.2x"]),
    );
  });

  it("is silent when it is not asked for", async () => {
    expect(await answer()).not.toHaveProperty("explanation");
    expect((await solve()).stdout).not.toContain("What would change");
  });
});

describe("layers that are not alike", () => {
  it("are read from layers.csv beside config.csv", async () => {
    const uneven = join(root, "uneven");
    writeFiles(uneven, {
      ...TINY,
      "layers.csv":
        "first_layer,last_layer,layer_weight_memory_gb,cut_after\n1,2,,no\n3,12,2.5,last\n",
    });
    const run = (...flags: string[]): Promise<CliRun> =>
      cli(["solve", "--config-dir", uneven, ...WORKLOAD, "--json", ...flags]);
    const solved: Answer = JSON.parse((await run()).stdout);
    // 26 GiB in one piece is too much for the small GPUs, and there is nowhere to cut.
    expect(solved.placement.stages).toHaveLength(1);
    expect(typesOf(solved.placement)).toEqual(new Set(["box.2x"]));
    expect((await run("--exclude", "box.2x")).code).toBe(2);
  });
});
