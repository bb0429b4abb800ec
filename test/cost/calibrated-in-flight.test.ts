import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { createCalibratedModel } from "../../src/cost/calibrated/calibrated-model.ts";
import type { CostModel, StageShape } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import { ENGINES } from "../../src/engines/engines.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import type { Architecture } from "../../src/model/architecture.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Success } from "../../src/placement/evaluation.ts";
import { type Latency, pipelineLatency } from "../../src/placement/latency.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { arbitraryPlacement } from "../support/arbitrary-placement.ts";
import {
  calibratedProblem,
  defaultSettings,
  instanceOf,
  knowledgeOf,
  LLAMA_70B,
  llama,
} from "../support/calibrated.ts";

const ROUNDING = 1e-9;

type Lengths = Pick<OperatingPoint, "phase" | "inputTokens" | "outputTokens">;

function tokensPerRequest({ phase, inputTokens, outputTokens }: Lengths): number {
  return (phase === "decode" ? 0 : inputTokens) + (phase === "prefill" ? 0 : outputTokens);
}

/** A small model, so that stages of all sizes fit on most GPUs of the pool: A100, V100, L40S, A10G. */
const SMALL = llama();

const PROBLEMS = ENGINES.map((engine) => calibratedProblem(SMALL, defaultSettings(engine)));

const arbitraryAnswer: fc.Arbitrary<Success> = fc
  .constantFrom(...PROBLEMS)
  .chain((problem) => arbitraryPlacement(problem).map((placement) => ({ problem, placement })))
  .map(({ problem, placement }) => evaluate(problem, placement))
  .filter((answer) => answer.status === "SUCCESS");

describe("a placement with random stages, unequal layers and different GPUs", () => {
  test("serves no more than its sequences in flight get round the pipeline", () => {
    let pipelines = 0;
    fc.assert(
      fc.property(arbitraryAnswer, ({ placement, metrics }) => {
        const { batch_size: batch, stages } = placement;
        const tokens = tokensPerRequest({
          phase: placement.workload_phase,
          inputTokens: placement.sequence_length,
          outputTokens: placement.output_length,
        });
        const requestsPerSecond = metrics.throughput_tokens_per_sec / tokens;
        // A stage is busy for so long with one micro-batch of b/S sequences.
        const cycleSeconds = metrics.stages.map(
          (stage) => ((batch / stages.length) * tokens) / stage.throughput_tokens_per_sec,
        );
        const roundTripSeconds = cycleSeconds.reduce((sum, cycle) => sum + cycle, 0);
        const kvSequences = metrics.stages.map((stage) => {
          const room =
            stage.memory_capacity_gb - (stage.memory_total_gb - stage.memory_kv_cache_gb);
          return room / (stage.memory_kv_cache_gb / batch);
        });
        const inFlight = Math.min(batch, ...kvSequences);
        expect(requestsPerSecond * roundTripSeconds).toBeLessThanOrEqual(inFlight * (1 + ROUNDING));
        if (stages.length > 1) pipelines++;
      }),
    );
    expect(pipelines).toBeGreaterThan(50);
  });

  test("decodes no more sequences at once than are in flight: requests/s · O · TPOT ≤ b", () => {
    fc.assert(
      fc.property(arbitraryAnswer, ({ placement, metrics }) => {
        fc.pre(placement.workload_phase !== "prefill");
        const tokens = tokensPerRequest({
          phase: placement.workload_phase,
          inputTokens: placement.sequence_length,
          outputTokens: placement.output_length,
        });
        const requestsPerSecond = metrics.throughput_tokens_per_sec / tokens;
        const decodeSeconds = (placement.output_length * metrics.tpot_ms!) / 1000;
        expect(requestsPerSecond * decodeSeconds).toBeLessThanOrEqual(
          placement.batch_size * (1 + ROUNDING),
        );
      }),
    );
  });
});

/** A pipeline of equal stages on instances of eight GPUs. */
class Pipeline {
  private readonly model: CostModel;
  private readonly shapes: readonly StageShape[];

  constructor(
    architecture: Architecture,
    gpuName: string,
    readonly tp: number,
    readonly stages: number,
  ) {
    this.model = createCalibratedModel(architecture, defaultSettings("vllm"), knowledgeOf());
    const instance = instanceOf(gpuByName(gpuName)!, 8);
    const layers = architecture.kindOf.length / stages;
    this.shapes = Array.from({ length: stages }, (_, i) => ({
      instance,
      ...tpGroup(tp, tp === 1 ? Number.POSITIVE_INFINITY : instance.insideGBytesPerSecond),
      startLayer: 1 + i * layers,
      layers,
      pipelineStages: stages,
      // The stages of one machine of 8 GPUs, as long as they have room there.
      next: i === stages - 1 ? "none" : "same_instance",
    }));
  }

  tokensPerSecond(point: OperatingPoint): number {
    const rates = this.shapes.map((shape) => this.model.stage(shape, point).tokensPerSecond);
    return Math.min(...rates) * this.model.pipelineEfficiency(point, this.stages);
  }

  requestsPerSecond(point: OperatingPoint): number {
    return this.tokensPerSecond(point) / tokensPerRequest(point);
  }

  latency(point: OperatingPoint): Latency {
    const estimates = this.shapes.map((shape) => this.model.stage(shape, point));
    return pipelineLatency(this.model.latencyFrame(point, this.stages), estimates)!;
  }

  /** Seconds of every stage for the whole batch at once, as if it were a pipeline of its own. */
  wholeBatchSeconds(point: OperatingPoint): number[] {
    return this.shapes.map((shape) => {
      const alone = this.model.stage({ ...shape, pipelineStages: 1, next: "none" as const }, point);
      return (point.batch * tokensPerRequest(point)) / alone.tokensPerSecond;
    });
  }

  /** What the placement would serve if each stage always had a whole batch to work on. */
  unboundedTokensPerSecond(point: OperatingPoint): number {
    return (point.batch * tokensPerRequest(point)) / Math.max(...this.wholeBatchSeconds(point));
  }
}

describe("a long thin pipeline", () => {
  // Sixteen A100, Llama 3 70B, 128 sequences: two stages of eight GPUs, or sixteen of one.
  const point: OperatingPoint = {
    phase: "aggregated",
    batch: 128,
    inputTokens: 512,
    outputTokens: 256,
  };
  const wide = new Pipeline(LLAMA_70B, "A100-SXM4-80GB", 8, 2);
  const thin = new Pipeline(LLAMA_70B, "A100-SXM4-80GB", 1, 16);

  it("would look fastest if every stage had the whole batch at once", () => {
    // 16,200 against 12,800 tokens/s with the priors.
    expect(thin.unboundedTokensPerSecond(point)).toBeGreaterThan(
      1.2 * wide.unboundedTokensPerSecond(point),
    );
    // For that it would need 16 batches in flight: about 1,900 sequences instead of 128.
    const requestsPerSecond = thin.unboundedTokensPerSecond(point) / tokensPerRequest(point);
    const roundTripSeconds = thin.wholeBatchSeconds(point).reduce((sum, each) => sum + each, 0);
    expect(requestsPerSecond * roundTripSeconds).toBeGreaterThan(14 * point.batch);
  });

  it("is slower than a short wide one with the sequences that there are", () => {
    // 2,700 against 10,000 tokens/s: a sixth of what it would look like.
    expect(wide.tokensPerSecond(point)).toBeGreaterThan(3 * thin.tokensPerSecond(point));
    expect(thin.unboundedTokensPerSecond(point)).toBeGreaterThan(5 * thin.tokensPerSecond(point));
    for (const pipeline of [thin, wide]) {
      const decodeSeconds = point.outputTokens * pipeline.latency(point).tpotSeconds!;
      const decoding = pipeline.requestsPerSecond(point) * decodeSeconds;
      expect(decoding).toBeLessThanOrEqual(point.batch * (1 + ROUNDING));
    }
  });

  it("decodes one sequence no faster than its layers take, however many stages they are cut into", () => {
    const alone: OperatingPoint = { ...point, phase: "decode", batch: 1 };
    for (const stages of [1, 2, 4, 8, 16]) {
      const pipeline = new Pipeline(LLAMA_70B, "A100-SXM4-80GB", 8, stages);
      const seconds = 1 / pipeline.tokensPerSecond(alone);
      expect(seconds).toBeGreaterThanOrEqual(
        new Pipeline(LLAMA_70B, "A100-SXM4-80GB", 8, 1).latency(alone).tpotSeconds! *
          (1 - ROUNDING),
      );
    }
  });
});

describe("a closed loop", () => {
  // Little's law: b sequences in flight at X requests/s stay b/X seconds each, waiting and served.
  const h100 = new Pipeline(LLAMA_70B, "H100-SXM5-80GB", 8, 1);
  const staySeconds = (pipeline: Pipeline, point: OperatingPoint): number => {
    const { ttftSeconds, tpotSeconds } = pipeline.latency(point);
    return (ttftSeconds ?? 0) + point.outputTokens * (tpotSeconds ?? 0);
  };
  const lawSeconds = (pipeline: Pipeline, point: OperatingPoint): number =>
    point.batch / pipeline.requestsPerSecond(point);

  it.each([
    [1, 2048, 256],
    [64, 2048, 256],
    [256, 2048, 256],
    [256, 512, 128],
    [64, 32, 1024],
  ])("of %d sequences of %d + %d tokens keeps Little's law", (batch, inputTokens, outputTokens) => {
    const point: OperatingPoint = { phase: "aggregated", batch, inputTokens, outputTokens };
    for (const stages of [1, 4]) {
      const pipeline = new Pipeline(LLAMA_70B, "H100-SXM5-80GB", 8, stages);
      const ratio = staySeconds(pipeline, point) / lawSeconds(pipeline, point);
      expect(ratio).toBeGreaterThan(0.95);
      expect(ratio).toBeLessThan(1.1);
    }
  });

  // A decoding stage has no prompts to serve, yet its TPOT is shortened by the time of one.
  test("keeps Little's law where a pipeline only decodes", () => {
    const point: OperatingPoint = {
      phase: "decode",
      batch: 64,
      inputTokens: 1024,
      outputTokens: 256,
    };
    const pipeline = new Pipeline(LLAMA_70B, "H100-SXM5-80GB", 8, 4);
    const decodeSeconds = point.outputTokens * pipeline.latency(point).tpotSeconds!;
    expect(decodeSeconds).toBeGreaterThan(0.999 * lawSeconds(pipeline, point));
  });

  // With long prompts and short answers nearly all of a request's time is waiting for its prompt's turn.
  test("keeps Little's law where prompts take all steps", () => {
    const point: OperatingPoint = {
      phase: "aggregated",
      batch: 256,
      inputTokens: 8192,
      outputTokens: 64,
    };
    expect(staySeconds(h100, point)).toBeGreaterThan(0.95 * lawSeconds(h100, point));
  });

  test("keeps Little's law where only prompts are served", () => {
    const point: OperatingPoint = {
      phase: "prefill",
      batch: 256,
      inputTokens: 8192,
      outputTokens: 0,
    };
    expect(staySeconds(h100, point)).toBeGreaterThan(0.95 * lawSeconds(h100, point));
  });

  test("lets a prompt alone wait for nobody", () => {
    const point: OperatingPoint = {
      phase: "prefill",
      batch: 1,
      inputTokens: 2048,
      outputTokens: 0,
    };
    expect(staySeconds(h100, point)).toBeLessThan(1.5 * lawSeconds(h100, point));
  });

  // Where b/O requests share a prompt step, the number of such steps is O but for rounding, which must not choose the formula.
  test("has a TPOT that a token more of input does not halve", () => {
    const tpotAt = (inputTokens: number): number =>
      h100.latency({ phase: "aggregated", batch: 16, inputTokens, outputTokens: 3 }).tpotSeconds!;
    for (let tokens = 300; tokens < 340; tokens++) {
      expect(tpotAt(tokens + 1)).toBeGreaterThan(0.99 * tpotAt(tokens));
    }
  });
});
