import { describe, expect, it } from "vitest";
import { cli } from "./harness.ts";

const CLUSTER = ["solve", "--config-dir", "examples/left-over-cluster"];

describe("solve --deployable", () => {
  it("prints what the restriction costs", async () => {
    const { code, stdout } = await cli([...CLUSTER, "--deployable", "vllm"]);
    expect(code).toBe(0);
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /Deployable with vLLM: yes, 2 nodes with 1 stage of TP 4 each\. Without that restriction: \$15\.4534 per million tokens, so it costs 19\.2 % \(1 × g5\.12xlarge \+ 1 × g6e\.12xlarge: /,
    );
  });

  it("has it in JSON", async () => {
    const argv = [...CLUSTER, "--deployable", "kubernetes", "--kind", "kserve", "--json"];
    const { code, stdout } = await cli(argv);
    expect(code).toBe(0);
    const { deployable, objective } = JSON.parse(stdout);
    expect(Object.keys(deployable)).toEqual([
      "target",
      "kind",
      "refused",
      "status_without",
      "objective_without",
      "cost_of_restriction_percent",
      "placement_without",
    ]);
    expect(deployable).toMatchObject({ target: "kubernetes", kind: "kserve" });
    expect(deployable.cost_of_restriction_percent).toBeCloseTo(
      100 * (objective.value / deployable.objective_without - 1),
      9,
    );
    expect((await cli(argv)).stdout.replace(/"run":.*/, "")).toBe(stdout.replace(/"run":.*/, ""));
  });

  it("says when it is the restriction that leaves nothing", async () => {
    const argv = [...CLUSTER, "--deployable", "dynamo", "--exclude", "p3dn.24xlarge"];
    const { code, stdout } = await cli(argv);
    expect(code).toBe(2);
    const text = stdout.replaceAll("\n", " ");
    expect(text).toMatch(/The restriction to Dynamo with vLLM leaves/);
    expect(text).toMatch(
      /Best placement without the restriction to Dynamo with vLLM: 1 × g5\.12xl/,
    );
  });

  it.each([
    [["--deployable", "vlm"], /--deployable: "vlm" is not a target\. .*vllm/],
    [["--deployable", "vllm", "--kind", "kserve"], /--kind: --deployable vllm has no kinds\./],
    [
      ["--deployable", "tensorrt-llm", "--cost-model", "calibrated"],
      /--deployable: memory and speed were planned for vllm; TensorRT-LLM needs/,
    ],
  ])("refuses %j", async (flags, message) => {
    const { code, stdout, stderr } = await cli([...CLUSTER, ...flags]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});
