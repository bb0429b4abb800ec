import { describe, expect, test } from "vitest";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { referenceGpu, referenceGpuName } from "../../src/cost/reference/gpu-table.ts";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { expectClose } from "../support/close.ts";
import { entry } from "../support/founding.ts";
import { TOY_MODEL } from "../support/toy.ts";

const model = createReferenceModel(TOY_MODEL.architecture, {
  realWorldEfficiency: 1,
  microBatchSize: 8,
  interferenceFactor: 1,
});

function rate(gpuModel: string, point: OperatingPoint): number {
  const { instance } = entry("x", gpuModel, 1, 80, 1, 1, 1, 1);
  const shape = { instance, ...tpGroup(1), startLayer: 1, layers: 4, pipelineStages: 1 };
  return model.stage({ ...shape, next: "none" }, point).tokensPerSecond;
}

/** Table name, TFLOPS, GB/s, efficiency, then tokens/s of four toy layers at the two points below. */
const GPUS = [
  ["H100", 989, 3350, 0.7, 9317.58618620207, 5001732.7973336885],
  ["A100", 312, 2039, 0.65, 5266.124883532159, 1465190.5406605112],
  ["L40S", 362, 864, 0.58, 1991.1423409934246, 1516920.147520123],
  ["A40", 150, 696, 0.52, 1438.047246273029, 563534.8233309659],
  ["L40", 181, 864, 0.55, 1888.1522199075584, 719229.3802897137],
  ["V100", 125, 900, 0.42, 1501.9392658355578, 379302.28493430396],
  ["RTX4090", 165, 1008, 0.5, 2002.5856877807435, 596046.4477539062],
  ["L20", 119, 480, 0.48, 915.4677429854827, 412680.8860085227],
  ["A10", 125, 600, 0.45, 1072.8137613111126, 406395.3052867543],
  ["T4", 65, 320, 0.38, 483.1635310201159, 178452.69405480588],
] as const;

describe.each(GPUS)("%s", (name, tflops, memoryGBytesPerSecond, efficiency, decode, prefill) => {
  test("has the rates of the reference table", () => {
    expect(referenceGpu(name)).toEqual({ tflops, memoryGBytesPerSecond, efficiency });
  });

  test("is bound by memory when it decodes one sequence", () => {
    // Bytes of a layer: 30,408,704 + 1024·1·1024 + 2048·1 = 31,459,328; B(1) = 0.5:
    // 0.5 · GB/s · 10⁹ · efficiency / (4 · 31,459,328)
    const point = { phase: "decode", batch: 1, inputTokens: 1024, outputTokens: 0 } as const;
    expectClose(rate(name, point), decode);
  });

  test("is bound by compute when it reads 32 prompts", () => {
    // FLOPs of a layer and token: 30,408,704 + 4096·1024 = 34,603,008; B(32) = 1:
    // TFLOPS · 10¹² · efficiency / (4 · 34,603,008)
    const point = { phase: "prefill", batch: 32, inputTokens: 1024, outputTokens: 0 } as const;
    expectClose(rate(name, point), prefill);
  });
});

describe("GPU names of instance tables", () => {
  test.each([
    ["NVIDIA A100", "A100"],
    ["NVIDIA A100-SXM4-80GB", "A100"],
    ["A100 80GB PCIe", "A100"],
    ["nvidia h100 nvl", "H100"],
    ["NVIDIA H100 80GB HBM3", "H100"],
    ["NVIDIA L40S", "L40S"],
    ["NVIDIA-L40S-48GB", "L40S"],
    ["NVIDIA L40", "L40"],
    ["NVIDIA A40", "A40"],
    ["NVIDIA A10G", "A10"],
    ["NVIDIA A10G Tensor Core", "A10"],
    ["A10", "A10"],
    ["Tesla V100-SXM2-32GB", "V100"],
    ["Tesla T4", "T4"],
    ["NVIDIA L20", "L20"],
    ["GeForce RTX 4090", "RTX4090"],
    ["NVIDIA GeForce RTX4090", "RTX4090"],
    // Two GPUs in one name: the longest name of the table wins, whatever stands first.
    ["T4 or A100", "A100"],
    ["L40 / L40S", "L40S"],
  ])("%s is %s", (gpuModel, name) => {
    expect(referenceGpuName(gpuModel)).toBe(name);
  });

  test.each([
    "NVIDIA H200",
    "NVIDIA B200",
    "NVIDIA L4",
    "NVIDIA GH200",
    "RTX A4000",
    "A1000",
    "T40",
    "RTX 4080",
    "GeForce 4090",
    "A100X",
    "MI300X",
    "",
  ])('"%s" is in no table: whole tokens count', (gpuModel) => {
    expect(referenceGpuName(gpuModel)).toBeNull();
    expect(referenceGpu(gpuModel)).toEqual(referenceGpu("A100"));
  });
});

describe("a GPU outside the table", () => {
  const h200 = entry("p5en.48xlarge", "NVIDIA H200", 8, 141, 900, 3200, 63, 1).instance;
  const h200Small = entry("p5en.4xlarge", "NVIDIA H200", 1, 141, 900, 100, 8, 1).instance;
  const b200 = entry("p6.48xlarge", "NVIDIA B200", 8, 180, 1800, 3200, 114, 1).instance;
  const a10 = entry("g5.4xlarge", "NVIDIA A10G", 1, 24, 32, 25, 1.62, 1).instance;

  test("is computed as an A100", () => {
    const point = { phase: "decode", batch: 1, inputTokens: 1024, outputTokens: 0 } as const;
    expectClose(rate("NVIDIA H200", point), 5266.124883532159);
  });

  test("is warned of once for each GPU, with the instances that have it", () => {
    const warnings = model.hardwareWarnings([h200, a10, b200, h200Small]);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain("NVIDIA H200");
    expect(warnings[0]).toContain("p5en.48xlarge, p5en.4xlarge");
    expect(warnings[0]).toContain("A100");
    expect(warnings[1]).toContain("NVIDIA B200");
    expect(warnings.join()).not.toContain("g5.4xlarge");
  });

  test("is the only thing warned of", () => {
    expect(model.hardwareWarnings([a10])).toEqual([]);
  });
});
