import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { RowPlan } from "../../src/calibration/plan-row.ts";
import { predictRow } from "../../src/calibration/predict-row.ts";
import { ENGINES } from "../../src/engines/engines.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import {
  arbitraryArchitecture,
  arbitraryGpu,
  arbitraryValues,
  knowledgeOf,
  llama,
} from "../support/calibrated.ts";
import { type Deployment, ETHERNET_GBITS, predictPlacement } from "./placed.ts";

// Measured rows and placements are predicted by one physics: what is fitted on the rows is what placements are judged by.

/** A row of a closed loop on hosts of one TP group each, at most as many sequences as its KV cache holds. */
function planOf(kind: RowPlan["kind"], deployment: Deployment): RowPlan {
  const { architecture, gpu, engine, tpDegree, stages, sequences } = deployment;
  const { inputTokens, outputTokens, values } = deployment;
  const plan: RowPlan = {
    kind,
    architecture,
    gpu,
    profile: engine,
    hostBridge: gpu.link === "pcie3" || gpu.link === "pcie4",
    tpDegree,
    pipelineStages: stages,
    replicas: 1,
    crossesNodes: stages > 1,
    ethernetGbits: ETHERNET_GBITS,
    batch: sequences,
    requests: null,
    inputTokens,
    outputTokens,
    staticBatch: false,
    lengths: "random",
    burst: false,
    arrivalsPerSecond: null,
    maxSequences: null,
    sharesPrompts: false,
    served: false,
    memoryUtilization: null,
  };
  if (kind === "prefill" || kind === "decode") return plan;
  const { kvSequences } = predictRow(plan, values);
  return { ...plan, batch: Math.max(1, Math.min(sequences, Math.floor(kvSequences))) };
}

function expectSame(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} is not ${expected}`).toBeLessThan(1e-9);
}

const arbitraryDeployment: fc.Arbitrary<Deployment> = fc.record({
  architecture: arbitraryArchitecture,
  gpu: arbitraryGpu,
  engine: fc.constantFrom(...ENGINES),
  tpDegree: fc.integer({ min: 1, max: 8 }),
  stages: fc.constant(1),
  sequences: fc.integer({ min: 1, max: 512 }),
  // Above a chunk of 8192 tokens engines without chunks differ, see below.
  inputTokens: fc.integer({ min: 1, max: 8192 }),
  outputTokens: fc.integer({ min: 2, max: 4000 }),
  values: arbitraryValues,
});

describe("a row and the placement it was measured on", () => {
  test("have the same throughput, TPOT and TTFT when they serve", () => {
    fc.assert(
      fc.property(arbitraryDeployment, (deployment) => {
        const plan = planOf("online_e2e", deployment);
        const row = predictRow(plan, deployment.values);
        const placed = predictPlacement(deployment, "aggregated", plan.batch!);
        expectSame(placed.requestsPerSecond, row.requestsPerSecond);
        expectSame(placed.latency.tpotSeconds!, row.tpotSeconds);
        expectSame(placed.latency.ttftSeconds!, row.ttftSeconds);
      }),
    );
  });

  test("have the same throughput and TTFT as pipelines over hosts, TPOT but for the wait for the slowest", () => {
    const pipelines = fc
      .tuple(arbitraryDeployment, fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 10 }))
      .map(([deployment, stages, layersOfStage]): Deployment => {
        const kindOf = new Array<number>(stages * layersOfStage).fill(0);
        const architecture = { ...deployment.architecture, kindOf };
        return { ...deployment, stages, architecture };
      });
    fc.assert(
      fc.property(pipelines, (deployment) => {
        const plan = planOf("online_e2e", deployment);
        const row = predictRow(plan, deployment.values);
        const placed = predictPlacement(deployment, "aggregated", plan.batch!);
        // With fewer sequences than stages a placement is limited by what is in flight, a row by its one sequence a stage.
        fc.pre(plan.batch! >= deployment.stages);
        expectSame(placed.requestsPerSecond, row.requestsPerSecond);
        expectSame(placed.latency.ttftSeconds!, row.ttftSeconds);
        expectSame(placed.tpotSum, row.tpotSeconds);
        expect(placed.latency.tpotSeconds).toBeGreaterThanOrEqual(row.tpotSeconds * (1 - 1e-9));
      }),
    );
  });

  test("have the same time of a decode step", () => {
    fc.assert(
      fc.property(arbitraryDeployment, (deployment) => {
        const plan = planOf("decode", deployment);
        const placed = predictPlacement(deployment, "decode", plan.batch!);
        const { tpotSeconds } = predictRow(plan, deployment.values);
        expectSame(placed.latency.tpotSeconds!, tpotSeconds);
        expectSame(placed.requestsPerSecond * deployment.outputTokens * tpotSeconds, plan.batch!);
      }),
    );
  });

  /** Seconds of one prompt, as a row and as a placement say them, without what engine and server add. */
  function promptSeconds(deployment: Deployment): [row: number, placement: number] {
    const promptMs = deployment.values[`promptMs.${deployment.engine}`]!;
    const plan = planOf("prefill", { ...deployment, sequences: 1 });
    const row = predictRow(plan, deployment.values).ttftSeconds - promptMs / 1000;
    return [row, 1 / predictPlacement(deployment, "prefill", 1).requestsPerSecond];
  }

  test("have the same time of a prompt", () => {
    const withChunks = arbitraryDeployment.filter(({ engine }) => engine !== "llama.cpp");
    fc.assert(
      fc.property(withChunks, (deployment) => {
        const [row, placement] = promptSeconds(deployment);
        expectSame(placement, row);
      }),
    );
  });

  const EXAMPLE: Deployment = {
    architecture: llama(),
    gpu: gpuByName("RTX-4090")!,
    engine: "llama.cpp",
    tpDegree: 1,
    stages: 1,
    sequences: 8,
    inputTokens: 4096,
    outputTokens: 128,
    values: knowledgeOf().values,
  };

  // llama.cpp computes a prompt 512 tokens at a time, and was measured so; a placement takes max_num_batched_tokens at once.
  test.fails("have the same time of a prompt under llama.cpp", () => {
    const [row, placement] = promptSeconds(EXAMPLE);
    expectSame(placement, row);
  });

  // vllm-eager runs without chunked prefill, so a long prompt is one step; a placement cuts it.
  test.fails("have the same throughput without chunked prefill where prompts are longer than a chunk", () => {
    const deployment: Deployment = { ...EXAMPLE, engine: "vllm-eager", inputTokens: 16_384 };
    const plan = planOf("online_e2e", deployment);
    const row = predictRow(plan, deployment.values);
    const placed = predictPlacement(deployment, "aggregated", plan.batch!);
    expectSame(placed.requestsPerSecond, row.requestsPerSecond);
  });

  it("differ in TTFT by the wave where lengths are fixed, and in nothing else", () => {
    const deployment: Deployment = {
      ...EXAMPLE,
      engine: "vllm",
      gpu: gpuByName("H100-SXM5-80GB")!,
    };
    const plan = planOf("online_e2e", deployment);
    const [random, fixed] = (["random", "fixed"] as const).map((lengths) =>
      predictRow({ ...plan, lengths }, deployment.values),
    ) as [ReturnType<typeof predictRow>, ReturnType<typeof predictRow>];
    expect(fixed.ttftSeconds).toBeGreaterThan(random.ttftSeconds);
    expect({ ...fixed, ttftSeconds: 0 }).toEqual({ ...random, ttftSeconds: 0 });
  });
});

describe("a row", () => {
  const H100: Deployment = {
    architecture: llama(),
    gpu: gpuByName("H100-SXM5-80GB")!,
    engine: "vllm",
    tpDegree: 1,
    stages: 1,
    sequences: 64,
    inputTokens: 1024,
    outputTokens: 256,
    values: knowledgeOf().values,
  };
  const plan = planOf("online_e2e", H100);
  const predict = (changes: Partial<RowPlan>) => predictRow({ ...plan, ...changes }, H100.values);

  it("of several replicas serves as many times what one does", () => {
    // On PCIe hosts replicas share the bridge; here they share nothing.
    const [one, four] = [predict({}), predict({ replicas: 4 })];
    expectSame(four.requestsPerSecond, 4 * one.requestsPerSecond);
    expect(four.tpotSeconds).toBe(one.tpotSeconds);
  });

  it("runs no more sequences than the KV cache holds, and the rest wait", () => {
    const long = { inputTokens: 100_000, outputTokens: 256 };
    const { kvSequences } = predict(long);
    expect(kvSequences).toBeLessThan(64);
    const [most, more] = [
      predict({ ...long, batch: kvSequences }),
      predict({ ...long, batch: 512 }),
    ];
    expectSame(more.requestsPerSecond, most.requestsPerSecond);
    expect(more.ttftSeconds).toBeGreaterThan(most.ttftSeconds);
  });

  it("that ends is slower than one that goes on: its last requests leave places empty", () => {
    const steady = predict({}).requestsPerSecond;
    expect(predict({ requests: 128 }).requestsPerSecond).toBeLessThan(steady);
    expect(predict({ requests: 1280 }).requestsPerSecond).toBeLessThan(steady);
    expect(predict({ requests: 128 }).requestsPerSecond).toBeLessThan(
      predict({ requests: 1280 }).requestsPerSecond,
    );
  });

  it("with fewer requests than places runs them all at once", () => {
    expect(predict({ requests: 16 }).tpotSeconds).toBe(predict({ batch: 16 }).tpotSeconds);
  });

  it("waits for a place only when requests come faster than they are served", () => {
    const { requestsPerSecond, ttftSeconds } = predict({});
    const run = { requests: 2000, maxSequences: 64 };
    const idle = predict({ ...run, arrivalsPerSecond: requestsPerSecond / 4 });
    const busy = predict({ ...run, arrivalsPerSecond: requestsPerSecond * 4 });
    expect(idle.ttftSeconds).toBeLessThan(1.01 * ttftSeconds);
    // The last of them arrives at 2000/(4X) and starts near 2000/X.
    expect(busy.ttftSeconds).toBeGreaterThan((0.5 * 0.7 * 2000) / requestsPerSecond);
    expect(busy.ttftSeconds).toBeLessThan(2000 / requestsPerSecond);
  });
});
