/** An engine refuses to start where its KV cache cannot hold one request of the greatest length. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EngineSettings } from "../../src/engines/engine-settings.ts";
import { createPool } from "../../src/hardware/pool.ts";
import type { Architecture } from "../../src/model/architecture.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Evaluation } from "../../src/placement/evaluation.ts";
import {
  longestRequestHeld,
  memoryShape,
  tooLongRequest,
} from "../../src/placement/longest-request.ts";
import type { Placement, PlacementStage } from "../../src/placement/placement.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B, llama } from "../support/calibrated.ts";
import { entry } from "../support/founding.ts";
import { attending } from "../support/models.ts";

const POOL = createPool([
  entry("small", "NVIDIA A10G", 1, 24, 32, 100, 1, 2),
  entry("large", "NVIDIA L40S", 4, 48, 32, 100, 4, 1),
]);

function rated(
  placement: Partial<Placement> & Pick<Placement, "stages">,
  changes: Partial<EngineSettings> = {},
  architecture: Architecture = llama(),
): Evaluation {
  const settings = { ...defaultSettings("vllm"), ...changes };
  return evaluate(calibratedProblem(architecture, settings, { pool: POOL }), {
    batch_size: 1,
    sequence_length: 2000,
    output_length: 200,
    workload_phase: "aggregated",
    ...placement,
  });
}

const ON_SMALL = [{ gpu_type: "small#0", tp_degree: 1, start_layer: 1, end_layer: 32 }];

/** Tokens that the KV cache holds. */
function room(evaluation: Evaluation): number {
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  return evaluation.metrics.kv_cache_tokens!;
}

describe("max-model-len and the KV cache", () => {
  test("one token more than the KV cache holds is infeasible, and the largest that fits is named", () => {
    const holds = room(rated({ stages: ON_SMALL }));
    expect(rated({ stages: ON_SMALL }, { maxModelLenTokens: holds }).status).toBe("SUCCESS");
    const over = rated({ stages: ON_SMALL }, { maxModelLenTokens: holds + 1 });
    expect(over).toMatchObject({
      status: "INFEASIBLE",
      error: `stage 0 (layers 1-32 on small#0, TP 1): the KV cache holds ${holds} tokens, max-model-len requires room for a request of ${holds + 1}; the engine does not start. The largest max-model-len that fits the placement is ${holds}.`,
      violations: [
        {
          rule: "above_kv_cache",
          stage: 0,
          longest_request_tokens: holds + 1,
          kv_cache_holds_tokens: holds,
        },
      ],
    });
  });

  test("of several stages the one with the least room says what fits", () => {
    const stages = [
      { gpu_type: "small#0", tp_degree: 1, start_layer: 1, end_layer: 22 },
      { gpu_type: "small#1", tp_degree: 1, start_layer: 23, end_layer: 32 },
    ];
    const holds = room(rated({ stages }));
    const over = rated({ stages }, { maxModelLenTokens: 1_000_000 });
    if (over.status !== "INFEASIBLE") throw new Error("it fits");
    expect(over.violations.map(({ rule, stage }) => [rule, stage])).toEqual([
      ["above_kv_cache", 0],
      ["above_kv_cache", 1],
    ]);
    for (const { message } of over.violations) {
      expect(message).toContain(`The largest max-model-len that fits the placement is ${holds}.`);
    }
    expect(room(rated({ stages }, { maxModelLenTokens: holds }))).toBe(holds);
  });

  test("without a limit the lengths that are served have to fit", () => {
    const holds = room(rated({ stages: ON_SMALL }));
    const output_length = 2000;
    // A growing sequence holds fewer tokens on average than at its end.
    const sequence_length = holds + 1 - output_length;
    const over = rated({ stages: ON_SMALL, sequence_length, output_length });
    expect(over).toMatchObject({
      status: "INFEASIBLE",
      error: `stage 0 (layers 1-32 on small#0, TP 1): the KV cache holds ${holds} tokens, a request has ${holds + 1}; the engine does not start.`,
    });
    expect(
      rated({ stages: ON_SMALL, sequence_length: sequence_length - 1, output_length }).status,
    ).toBe("SUCCESS");
  });

  test("too many sequences are no matter of the longest one", () => {
    const over = rated({ stages: ON_SMALL, batch_size: 4096 }, { maxModelLenTokens: 1_000_000 });
    expect(over).toMatchObject({ violations: [{ rule: "above_max_segment" }] });
  });

  test("a layer with a window keeps the window and the tokens of a step", () => {
    const [dense] = llama().kinds;
    const windowTokens = 1024;
    const windowed = llama({
      kinds: [dense!, attending(dense!, { windowTokens })],
      kindOf: new Array<number>(32).fill(0).map((_, layer) => layer % 2),
    });
    const maxBatchedTokens = 2048;
    const ask = (maxModelLenTokens: number): Evaluation =>
      rated({ stages: ON_SMALL }, { maxModelLenTokens, maxBatchedTokens }, windowed);
    const over = ask(1_000_000);
    if (over.status !== "INFEASIBLE") throw new Error("it fits");
    const holds = Number(over.violations[0]!.kv_cache_holds_tokens);
    const plain = rated({ stages: ON_SMALL }, { maxModelLenTokens: 1_000_000, maxBatchedTokens });
    if (plain.status !== "INFEASIBLE") throw new Error("it fits");
    const without = Number(plain.violations[0]!.kv_cache_holds_tokens);
    // 16 layers keep everything and 16 the window with a step: 16·n + 16·(1,024 + 2,047) = 32·without.
    expect(Math.abs(holds - (2 * without - windowTokens - maxBatchedTokens + 1))).toBeLessThan(2);
    expect(ask(holds).status).toBe("SUCCESS");
    expect(ask(holds + 1).status).toBe("INFEASIBLE");
  });

  test("whatever the stage, the named length fits and one more does not", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.constantFrom("vllm" as const, "tensorrt-llm" as const, "llama.cpp" as const),
        (tp_degree, end_layer, sequence_length, engine) => {
          // Only the first stage is looked at: that the model is not covered is another rule.
          const stages = [{ gpu_type: "large#0", tp_degree, start_layer: 1, end_layer }];
          const ask = (maxModelLenTokens: number): readonly string[] => {
            const evaluation = rated(
              { stages, sequence_length },
              { ...defaultSettings(engine), maxModelLenTokens },
              LLAMA_70B,
            );
            return evaluation.status === "SUCCESS"
              ? []
              : evaluation.violations
                  .map(({ rule }) => rule)
                  .filter((rule) => rule === "above_kv_cache" || rule === "above_max_segment");
          };
          const over = rated(
            { stages, sequence_length },
            { ...defaultSettings(engine), maxModelLenTokens: 100_000_000 },
            LLAMA_70B,
          );
          if (over.status !== "INFEASIBLE") throw new Error("it fits");
          const named = over.violations.find(({ rule }) => rule === "above_kv_cache");
          if (!named) return;
          const holds = Number(named.kv_cache_holds_tokens);
          if (holds < sequence_length + 200) return;
          expect(ask(holds)).toEqual([]);
          expect(ask(holds + 1)).not.toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("a cache that holds just the longest request is large enough, and a pipeline holds what its tightest stage does", () => {
  const settings = defaultSettings("vllm");
  const problem = calibratedProblem(llama(), settings, { pool: POOL });
  const point = { phase: "aggregated", batch: 1, inputTokens: 2000, outputTokens: 200 } as const;
  const held = (stages: Placement["stages"]): number =>
    longestRequestHeld(
      problem,
      {
        batch_size: 1,
        sequence_length: 2000,
        output_length: 200,
        workload_phase: "aggregated",
        stages,
      },
      point,
    )!;
  const stageOn = (startLayer: number, endLayer: number) => ({
    gpu_type: "small#0",
    tp_degree: 1,
    start_layer: startLayer,
    end_layer: endLayer,
  });
  const [stage] = ON_SMALL as [PlacementStage];
  const holds = held(ON_SMALL);
  const breach = (maxModelLenTokens: number) =>
    tooLongRequest(
      { ...problem, engine: { ...settings, maxModelLenTokens } },
      memoryShape(POOL.types[0]!.instance, stage, 1),
      point,
    );
  expect(breach(holds)).toBeNull();
  expect(breach(holds + 1)).toEqual({
    longest_request_tokens: holds + 1,
    kv_cache_holds_tokens: holds,
  });
  // 28 layers leave less room than 4, wherever they are.
  expect(held([stageOn(1, 4), stageOn(5, 32)])).toBeLessThan(
    held([stageOn(1, 16), stageOn(17, 32)]),
  );
  expect(held([stageOn(1, 28), stageOn(29, 32)])).toBeLessThan(
    held([stageOn(1, 16), stageOn(17, 32)]),
  );
});
