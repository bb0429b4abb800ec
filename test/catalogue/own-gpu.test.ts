import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FITTED_VALUES } from "../../src/cost/calibrated/fitted.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import { cli } from "../cli/harness.ts";

const folder = mkdtempSync(join(tmpdir(), "llm-placement-own-gpu-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A shipped GPU that no row fitted: its factors are those of its class. */
const TWIN = "RTX-3090";
const spec = gpuByName(TWIN)!;
const sheet = [
  spec.gpuClass,
  spec.tflops16,
  spec.tflops8,
  spec.tflops4,
  spec.memoryGBytesPerSecond,
  spec.usableMemoryGib,
  spec.tdpWatts,
  spec.link,
].join(",");

const tables = {
  "gpus.csv": [
    "gpu,gpu_class,tflops_16bit,tflops_8bit,tflops_4bit,memory_gbytes_per_second,usable_memory_gib,tdp_watts,link",
    `Twin-3090,${sheet}`,
  ],
  "instances.csv": [
    "provider,instance,gpu,gpus,gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second",
    "lab,own-gpu,Twin-3090,2,24,32,pcie4,25",
    `lab,known-gpu,${TWIN},2,24,32,pcie4,25`,
  ],
  "prices.csv": [
    "provider,instance,region,kind,usd_per_hour",
    "lab,own-gpu,office,owned,0.2",
    "lab,known-gpu,office,owned,0.2",
  ],
};
for (const [name, lines] of Object.entries(tables)) {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
}

async function solved(instance: string): Promise<{ objective: object; metrics: object }> {
  const pool = ["--catalogue", folder, "--instances", `${instance}@office:owned=1`];
  const load = ["--input-length", "512", "--output-length", "128", "--concurrency", "8"];
  const run = await cli(["solve", ...pool, "--model", "llama-3.2-3b", ...load, "--json"]);
  expect(run.code, run.stderr).toBe(0);
  return JSON.parse(run.stdout);
}

describe("a GPU of a user's own table", () => {
  it("is predicted like its class by the default cost model", async () => {
    expect(FITTED_VALUES).toMatchObject({ [`typeCompute.${TWIN}`]: 1, [`typeRead.${TWIN}`]: 1 });
    const own = await solved("own-gpu");
    const known = await solved("known-gpu");
    expect(own.objective).toEqual(known.objective);
    expect(own.metrics).toMatchObject({
      uncertainty: {
        confidence: "same_gpu_class",
        reasons: [expect.stringContaining("Twin-3090 was not measured"), expect.anything()],
      },
    });
  });
});
