import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Placement } from "../../src/placement/placement.ts";
import { cli, PLACEMENT, scratchDirectory, TINY, writeFiles } from "./harness.ts";

const root = writeFiles(scratchDirectory(), TINY);
let files = 0;

function file(content: object): string {
  const path = join(root, `placement-${files++}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const SPLIT: Placement = {
  ...PLACEMENT,
  stages: [
    { gpu_type: "box.1x#0", tp_degree: 1, start_layer: 1, end_layer: 5 },
    { gpu_type: "box.1x#1", tp_degree: 1, start_layer: 6, end_layer: 12 },
  ],
};
const MIXED: Placement = {
  ...PLACEMENT,
  stages: [
    { gpu_type: "box.2x#0", tp_degree: 2, start_layer: 1, end_layer: 5 },
    { gpu_type: "box.1x#0", tp_degree: 1, start_layer: 6, end_layer: 12 },
  ],
};
const split = file(SPLIT);

const run = (...argv: readonly string[]) => cli(["export", "--config-dir", root, ...argv]);
const NAMED = ["--checkpoint", "owner/name"];

describe("export", () => {
  it("prints every file under its name", async () => {
    const { code, stdout } = await run("--placement", split, "--target", "vllm", ...NAMED);
    expect(code).toBe(0);
    const names = [...stdout.matchAll(/^==> (.*) <==$/gm)].map(([, name]) => name);
    expect(names).toEqual(["launch-node-0.sh", "launch-node-1.sh"]);
    expect(stdout).toContain("export VLLM_PP_LAYER_PARTITION='5,7'\n");
  });

  it("writes them into a directory, scripts so that they can be run", async () => {
    const out = join(root, "out");
    const target = ["--target", "tensorrt-llm", ...NAMED];
    const { code, stdout } = await run("--placement", split, ...target, "--out", out);
    expect(code).toBe(0);
    const names = ["trtllm-config.yaml", "launch-node-0.sh", "launch-node-1.sh", "launch.sh"];
    expect(stdout).toBe(names.map((name) => `${out}/${name}\n`).join(""));
    expect(readdirSync(out).sort()).toEqual([...names].sort());
    for (const name of names) {
      const isExecutable = (statSync(join(out, name)).mode & 0o100) !== 0;
      expect(isExecutable, name).toBe(name.endsWith(".sh"));
    }
  });

  it("removes its files of an earlier export, which would start with the new ones", async () => {
    const out = join(root, "again");
    await run("--placement", split, "--target", "vllm", ...NAMED, "--out", out);
    const whole = file(PLACEMENT);
    const target = ["--target", "vllm", ...NAMED, "--out", out];
    const { code, stdout, stderr } = await run("--placement", whole, ...target);
    expect(code).toBe(0);
    expect(stdout).toBe(`${out}/launch-node-0.sh\n`);
    expect(stderr).toContain(
      `warning: ${out}/launch-node-1.sh was from an earlier export and has been removed.\n`,
    );
    expect(readdirSync(out)).toEqual(["launch-node-0.sh"]);
  });

  it("leaves what others wrote, and what another target did", async () => {
    const out = join(root, "others");
    await run("--placement", split, "--target", "vllm", ...NAMED, "--out", out);
    writeFileSync(join(out, "launch-node-7.sh"), "#!/bin/sh\n");
    const before = readdirSync(out);
    const kubernetes = ["--target", "kubernetes", ...NAMED, "--out", out];
    const { stderr } = await run("--placement", split, ...kubernetes);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(before));
    expect(stderr).toContain(`${out}/launch-node-0.sh is from an earlier export.\n`);
    const again = await run("--placement", split, "--target", "vllm", ...NAMED, "--out", out);
    expect(again.stderr).toContain(`${out}/launch-node-7.sh is from an earlier export.\n`);
    expect(readdirSync(out)).toContain("launch-node-7.sh");
  });

  it("ends, as evaluate and compare do, what a killed command left half named beside an answer", async () => {
    const out = join(root, "interrupted");
    const evaluate = ["evaluate", "--config-dir", root, "--placement"];
    await cli([...evaluate, split, "--out", out]);
    const answer = readFileSync(join(out, "solution.json"), "utf8");
    const dead = 4194999;
    for (const command of [
      ["evaluate", "--placement", out],
      ["compare", out, out],
      ["export", "--solution", out, "--target", "vllm", ...NAMED],
    ]) {
      writeFileSync(join(out, "solution.json"), "{}");
      writeFileSync(join(out, `.solution.json.${dead}.llm-placement.tmp`), answer);
      writeFileSync(join(out, `.${dead}.llm-placement.journal`), "solution.json\n");
      expect((await cli(command)).code, command.join(" ")).toBe(0);
      expect(readFileSync(join(out, "solution.json"), "utf8")).toBe(answer);
    }
  });

  it("takes what solve and evaluate write", async () => {
    const out = join(root, "evaluated");
    await cli(["evaluate", "--config-dir", root, "--placement", split, "--out", out]);
    const solution = join(out, "solution.json");
    const target = ["--target", "ray", ...NAMED];
    const { code, stdout } = await run("--solution", solution, ...target);
    expect(code).toBe(0);
    expect(stdout).toBe((await run("--placement", split, ...target)).stdout);
  });

  it("answers in JSON", async () => {
    const argv = ["--placement", split, "--target", "kubernetes", ...NAMED, "--json"];
    const { code, stdout } = await run(...argv);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      status: "SUCCESS",
      target: "kubernetes",
      kind: "leaderworkerset",
      limits: [],
    });
    expect(answer.files).toEqual([
      { path: "leaderworkerset.yaml", executable: false, text: expect.stringContaining("size: 2") },
    ]);
    expect((await run(...argv)).stdout).toBe(stdout);
    const kserve = JSON.parse((await run(...argv, "--kind", "kserve")).stdout);
    expect(kserve).toMatchObject({ kind: "kserve" });
    expect(kserve.files[0].path).toBe("llminferenceservice.yaml");
  });

  it("refuses what the target cannot say, with every reason and what to ask for", async () => {
    const mixed = file(MIXED);
    const argv = ["--placement", mixed, "--target", "vllm"];
    const out = join(root, "refused");
    const { code, stdout, stderr } = await run(...argv, "--out", out);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("error: --target vllm: vLLM cannot express this placement.\n");
    expect(stderr).toContain("  uniform_tp: stages have TP degrees 2 and 1;");
    expect(stderr).toContain("  equal_gpus: box.2x#0 has 2 GPUs and box.1x#0 has 1;");
    expect(stderr).toContain("can start: `solve --deployable vllm`.");
    expect(() => readdirSync(out)).toThrow("ENOENT");
    const json = await run(...argv, "--json");
    expect(json.code).toBe(1);
    const answer = JSON.parse(json.stdout);
    expect(answer).toMatchObject({ status: "NOT_EXPORTABLE", target: "vllm", files: [] });
    expect(answer.limits.map(({ rule }: { rule: string }) => rule)).toEqual([
      "uniform_tp",
      "equal_gpus",
    ]);
  });

  it("exits with 2 for a placement that breaks a rule of its problem", async () => {
    const gap = file({
      ...SPLIT,
      stages: [SPLIT.stages[0], { ...SPLIT.stages[1], start_layer: 7 }],
    });
    const argv = ["--placement", gap, "--target", "vllm"];
    const { code, stdout, stderr } = await run(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: the placement is infeasible: .*layers 6-6 .* in no stage/m);
    const json = await run(...argv, "--json");
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "INFEASIBLE" });
  });

  it.each([
    [[], "--target: it is missing. Give one of vllm, sglang,"],
    [["--target", "vlm"], '--target: "vlm" is not a target. Did you mean "vllm"?'],
    [["--target", "vllm"], "export: there is nothing to export."],
    [
      ["--target", "vllm", "--placement", split, "--solution", split],
      "--placement: it cannot be combined with --solution.",
    ],
    [["--target", "ray", "--kind", "kserve"], "--kind: --target ray has no kinds."],
    [
      ["--target", "kubernetes", "--kind", "lws"],
      '--kind: "lws" is not a kind. Known: leaderworkerset, kserve.',
    ],
    [["--target", "vllm", "--image", "x"], "--image: --target vllm starts no container."],
    [
      ["--target", "vllm", "--placement", split, "--online-fp8"],
      "--online-fp8: the plan has 16-bit weights.",
    ],
  ])("refuses %j", async (argv, message) => {
    const { code, stdout, stderr } = await run(...argv);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`error: ${message}`);
  });

  it("reads back what it wrote: the printed text is that of the file", async () => {
    const out = join(root, "same");
    const argv = ["--placement", split, "--target", "skypilot", ...NAMED];
    await run(...argv, "--out", out);
    const [name] = readdirSync(out);
    const printed = (await run(...argv)).stdout;
    expect(printed).toBe(`==> ${name} <==\n${readFileSync(join(out, name!), "utf8")}`);
  });
});
