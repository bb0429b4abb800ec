import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, scratchDirectory, writeFiles } from "./harness.ts";

const root = scratchDirectory();
const CLUSTER = ["--config-dir", "examples/left-over-cluster"];
const SERVED = [...CLUSTER, "--cost-model", "calibrated"];

/** TP degrees of each placement of a solution. */
function degreesOf(json: string): number[][] {
  const { placement, frontier } = JSON.parse(json);
  return [placement, ...frontier.map((point: { placement: unknown }) => point.placement)].map(
    ({ stages }: { stages: { tp_degree: number }[] }) => [
      ...new Set(stages.map(({ tp_degree }) => tp_degree)),
    ],
  );
}

const hasSeveral = (degrees: number[]): boolean => degrees.length > 1;

describe("what the engine at hand cannot start", () => {
  it("is no candidate of solve, unless --deployable none", async () => {
    const argv = ["solve", ...SERVED, "--frontier", "--json"];
    const byDefault = await cli(argv);
    expect(byDefault.code).toBe(0);
    expect(degreesOf(byDefault.stdout).some(hasSeveral)).toBe(false);
    expect(JSON.parse(byDefault.stdout).deployable).toEqual({
      target: "vllm",
      kind: null,
      refused: null,
      status_without: null,
      objective_without: null,
      cost_of_restriction_percent: null,
      placement_without: null,
    });
    const free = await cli([...argv, "--deployable", "none"]);
    expect(degreesOf(free.stdout).some(hasSeveral)).toBe(true);
    expect(JSON.parse(free.stdout)).not.toHaveProperty("deployable");
  });

  it("is said in the report, with no search for what it costs", async () => {
    const { stdout } = await cli(["solve", ...SERVED]);
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /in this pool that vLLM can start has a lower cost per token/,
    );
    expect(stdout).toMatch(/\nDeployable with vLLM: yes, 1 node with 1 stage of TP 8\.\n/);
  });

  it("is a candidate with the reference cost model, which knows no engine, and with llama.cpp", async () => {
    for (const argv of [CLUSTER, [...SERVED, "--engine", "llama.cpp"]]) {
      const { code, stdout } = await cli(["solve", ...argv, "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).not.toHaveProperty("deployable");
    }
  });

  it("may stand in a configuration file", async () => {
    writeFiles(root, {
      "problem.yaml": `config_dir: ${join(process.cwd(), "examples/left-over-cluster")}\ncost_model: calibrated\ndeployable: none\n`,
    });
    const { code, stdout } = await cli(["solve", "--config", join(root, "problem.yaml"), "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).not.toHaveProperty("deployable");
  });

  it("leaves nothing only where that is said", async () => {
    const argv = ["solve", ...SERVED, "--include", "g5.12xlarge,g6e.12xlarge", "--tp-config"];
    const limits = ["g6e.12xlarge=2", "--tp-degrees", "2,4", "--max-batch-size", "32"];
    const { code, stdout } = await cli([...argv, ...limits, "--max-stages", "g5.12xlarge=1"]);
    expect(code).toBe(2);
    expect(stdout.replaceAll(/\n\s*/g, " ")).toMatch(
      /Only placements that vLLM can start were searched; --deployable none searches all\./,
    );
  });
});

describe("evaluate", () => {
  const stages = [
    { gpu_type: "g5.12xlarge#0", tp_degree: 4, start_layer: 1, end_layer: 37 },
    { gpu_type: "g6e.12xlarge#0", tp_degree: 2, start_layer: 38, end_layer: 80 },
  ];
  writeFiles(root, {
    "mixed.json": JSON.stringify({ batch_size: 8, stages }),
    "mixed.jsonl": `${JSON.stringify({ batch_size: 8, stages })}\n`,
  });
  const warning =
    "vLLM cannot start this placement: stages have TP degrees 4 and 2; vLLM has one TP size for all stages.";
  const mixed = ["evaluate", ...SERVED, "--placement", join(root, "mixed.json"), "--json"];

  it("says what the engine cannot start", async () => {
    const { code, stdout, stderr } = await cli(mixed);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "SUCCESS" });
    expect(JSON.parse(stdout).warnings).toContain(warning);
    expect(stderr).toContain(warning);
    const lines = ["evaluate", ...SERVED, "--placements", join(root, "mixed.jsonl")];
    expect(JSON.parse((await cli(lines)).stdout).warnings).toContain(warning);
  });

  it("asks another target, or none", async () => {
    const dynamo = JSON.parse((await cli([...mixed, "--deployable", "dynamo"])).stdout).warnings;
    expect(dynamo.join(" ")).toMatch(
      /Dynamo with vLLM cannot start this placement: .*kind of node/,
    );
    const none = JSON.parse((await cli([...mixed, "--deployable", "none"])).stdout).warnings;
    expect(none.join(" ")).not.toMatch(/cannot start/);
  });

  it("holds it against the best that starts, and may be better than that", async () => {
    const argv = [...mixed, "--compare-optimum", "--objective", "throughput"];
    const { code, stdout } = await cli(argv);
    expect(code).toBe(0);
    const { optimum } = JSON.parse(stdout);
    const degrees = optimum.placement.stages.map(
      ({ tp_degree }: { tp_degree: number }) => tp_degree,
    );
    expect(new Set(degrees).size).toBe(1);
    expect(optimum.status).toBe("optimal");
  });
});
