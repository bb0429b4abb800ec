import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cli, scratchDirectory } from "./harness.ts";

/** 28 attention heads on eight GPUs. */
const PROBLEM = [
  "--model=qwen2.5-7b",
  "--instances=p5.48xlarge@us-east-1=1",
  "--phase=aggregated",
  "--concurrency=64",
  "--input-length=1000",
  "--output-length=300",
];
const SPLIT = ["--instance-family=p5.48xlarge", "--tp-degree=8", "--pp-stages=1"];
const scratch = scratchDirectory();

it("a TP degree that the model's heads forbid is in no answer", async () => {
  const argv = ["solve", ...PROBLEM, "--tp-degrees=1,2,4,8", "--frontier", "--explain", "--json"];
  const { code, stdout } = await cli(argv);
  expect(code).toBe(0);
  const degrees = [...stdout.matchAll(/"tp_degree":(\d+)/g)].map(([, degree]) => Number(degree));
  expect(degrees.length).toBeGreaterThan(0);
  for (const degree of degrees) expect([1, 2, 4]).toContain(degree);
  expect(JSON.parse(stdout).warnings).toContain(
    "TP 8 is left out: it does not divide the 28 attention heads. --any-shape allows it anyway.",
  );
});

it("evaluate calls it infeasible, and so holds it against no optimum", async () => {
  const { code, stdout } = await cli([
    "evaluate",
    ...PROBLEM,
    ...SPLIT,
    "--compare-optimum",
    "--json",
  ]);
  expect(code).toBe(2);
  const answer = JSON.parse(stdout);
  expect(answer.violations).toMatchObject([{ rule: "tp_shape", dimension: "attention_heads" }]);
  expect(answer.optimum).toMatchObject({ status: "not_searched", placement: null });
});

it("sweep keeps its row and says why", async () => {
  const out = `${scratch}/runs`;
  const argv = ["sweep", ...PROBLEM, "--tp-degrees=4,8", "--pp-stages=1", "--out", out, "--json"];
  const { code, stdout } = await cli(argv);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ runs: 2, infeasible: 1 });
  expect(readFileSync(`${out}/data.csv`, "utf8")).toMatch(
    /TP 8 does not divide the 28 attention heads/,
  );
});

it("--any-shape allows it", async () => {
  const { code, stdout } = await cli(["evaluate", ...PROBLEM, ...SPLIT, "--any-shape", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).status).toBe("SUCCESS");
});

it("solve --any-shape says that the engine does not start the answer, as export does", async () => {
  const argv = ["solve", ...PROBLEM, "--tp-degrees=8", "--any-shape"];
  const words = "TP 8 of stage 0 does not divide the 28 attention heads.";
  const { code, stdout } = await cli(argv);
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    `Deployable with vLLM: no (any shape is allowed): ${words}`,
  );
  expect(JSON.parse((await cli([...argv, "--json"])).stdout).deployable.refused).toBe(words);
});
