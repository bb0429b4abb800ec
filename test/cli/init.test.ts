import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { plainProgram } from "../../bench/plain-program.ts";
import { configJsonSchema } from "../../src/cli/config-file/schema.ts";
import { cli, scratchDirectory, TINY, writeFiles } from "./harness.ts";

const root = writeFiles(scratchDirectory(), TINY);
const WORKLOAD = ["--phase", "aggregated", "--input-length", "128", "--output-length", "32"];
const TINY_FLAGS = ["--config-dir", root, ...WORKLOAD, "--concurrency", "4"];
let files = 0;
const newPath = (): string => join(root, `init-${files++}`, "problem.yaml");

/** Answers questions in turn, and remembers them. */
function answering(answers: Readonly<Record<string, string>>): {
  ask: (question: string) => Promise<string>;
  asked: string[];
} {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    const known = Object.keys(answers).find((start) => question.startsWith(start));
    if (known === undefined) throw new Error(`nobody expected "${question}".`);
    return answers[known]!;
  };
  return { ask, asked };
}

describe("init", () => {
  it("writes flags into a file that solves to the same answer", async () => {
    const out = newPath();
    const more = ["--own", "box.1x=1", "--tp-degrees", "1,2", "--include", "box.1x,box.2x"];
    const { code, stdout } = await cli(["init", ...TINY_FLAGS, ...more, "--out", out]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${out}\n` });
    expect(parse(readFileSync(out, "utf8"))).toEqual({
      config_dir: "..",
      phase: "aggregated",
      input_length: 128,
      output_length: 32,
      concurrency: 4,
      own: { "box.1x": 1 },
      tp_degrees: [1, 2],
      include: ["box.1x", "box.2x"],
    });
    const byFile = JSON.parse((await cli(["solve", "--config", out, "--json"])).stdout);
    const byFlags = JSON.parse((await cli(["solve", ...TINY_FLAGS, ...more, "--json"])).stdout);
    expect(byFile.status).toBe("optimal");
    expect({ ...byFile, run: null }).toEqual({ ...byFlags, run: null });
  });

  it("explains every key, and offers others that the schema takes", async () => {
    const out = newPath();
    await cli(["init", ...TINY_FLAGS, "--out", out]);
    const text = readFileSync(out, "utf8");
    expect(text).toContain("# Input tokens of a sequence, or their mean\ninput_length: 128\n");
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(
      configJsonSchema(plainProgram()),
    );
    const offers = text.split("\n").filter((line) => /^# [a-z_0-9]+: /.test(line));
    expect(offers.length).toBeGreaterThan(8);
    for (const offer of offers) expect(validate(parse(offer.slice(2))), offer).toBe(true);
    // All at once, without those that replace what is given.
    expect(validate(parse(text.replace(/^# (?=[a-z_0-9]+: )/gm, "")))).toBe(true);
  });

  it("offers the objective that holds without the key: at a rate the lowest cost", async () => {
    const [byConcurrency, byRate] = [newPath(), newPath()];
    await cli(["init", ...TINY_FLAGS, "--out", byConcurrency]);
    expect(readFileSync(byConcurrency, "utf8")).toContain("\n# objective: cost-per-token\n");
    const served = ["--model=llama-3.1-8b", "--instances=g6e.xlarge@us-east-1=1"];
    await cli(["init", ...served, ...WORKLOAD, "--request-rate=1", "--out", byRate]);
    expect(readFileSync(byRate, "utf8")).toContain("\n# objective: cost\n");
  });

  it("keeps paths pointing at the same files, and names of the library names", async () => {
    const out = newPath();
    const folder = join(root, "calibrated");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "lengths.csv"), "tokens,count\n100,1\n");
    const lengths = relative(process.cwd(), join(folder, "lengths.csv"));
    const flags = ["--model", "llama-3.1-8b", "--input-lengths", lengths, "--output-length", "9"];
    await cli(["init", ...flags, "--concurrency", "1", "--gpus", "H100", "--out", out]);
    expect(parse(readFileSync(out, "utf8"))).toMatchObject({
      model: "llama-3.1-8b",
      input_lengths: "../calibrated/lengths.csv",
      gpus: ["H100"],
    });
    const { code, stdout } = await cli(["solve", "--config", out, "--quiet", "--json"]);
    expect({ code, status: JSON.parse(stdout).status }).toEqual({ code: 0, status: "optimal" });
  });

  it("does not overwrite without --force", async () => {
    const out = newPath();
    await cli(["init", ...TINY_FLAGS, "--out", out]);
    const before = readFileSync(out, "utf8");
    const again = ["init", ...TINY_FLAGS, "--max-tpot-ms", "60", "--out", out];
    const refused = await cli(again);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${out} already exists. Give --force to replace it`);
    expect(readFileSync(out, "utf8")).toBe(before);
    writeFileSync(out, "x");
    // The reference cost model predicts no latency: the file would not solve, so the old one stays.
    expect((await cli([...again, "--force"])).code).toBe(1);
    expect(readFileSync(out, "utf8")).toBe("x");
    expect((await cli(["init", ...TINY_FLAGS, "--out", out, "--force"])).code).toBe(0);
    expect(readFileSync(out, "utf8")).toBe(before);
  });

  it("names what is missing where nobody can be asked", async () => {
    const nothing = await cli(["init", "--out", newPath()]);
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain(
      "--model, --phase, --input-length, --output-length, --concurrency are missing.",
    );
    const some = await cli(["init", "--config-dir", root, ...WORKLOAD, "--out", newPath()]);
    expect(some.stderr).toContain("--concurrency is missing.");
  });

  it("asks on a terminal, again after a wrong answer", async () => {
    const out = newPath();
    let tries = 0;
    const { ask, asked } = answering({
      Phase: "",
      "Input tokens": "1200",
      "Output tokens": "200",
      Requests: "8",
      GPUs: "H100",
      Regions: "",
      Maximum: "40",
    });
    const { code, stderr } = await cli(["init", "--out", out], {
      ask: async (question) => {
        if (!question.startsWith("Model")) return await ask(question);
        return ["", "llama-3.1-9b", "llama-3.1-8b"][tries++]!;
      },
    });
    expect({ code, tries }).toEqual({ code: 0, tries: 3 });
    expect(stderr).toContain("--model: it is required.");
    expect(stderr).toContain('Did you mean "llama-3.1-8b"?');
    expect(asked.map((question) => question.split(" ")[0])).toEqual([
      ...(asked.some((question) => question.startsWith("Phase")) ? ["Phase:"] : []),
      "Input",
      "Output",
      "Requests",
      "GPUs",
      "Regions,",
      "Maximum",
    ]);
    expect(parse(readFileSync(out, "utf8"))).toMatchObject({
      model: "llama-3.1-8b",
      input_length: 1200,
      concurrency: 8,
      gpus: ["H100"],
      max_tpot_ms: 40,
    });
    expect(parse(readFileSync(out, "utf8"))).not.toHaveProperty("regions");
  });
});
