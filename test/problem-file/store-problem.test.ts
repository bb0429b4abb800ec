/** A stored problem is the problem: read back it evaluates alike, and is stored to the same text. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CostModelOrigin } from "../../src/cost/cost-model.ts";
import { costModelOf } from "../../src/cost/origin.ts";
import type { EngineSettings } from "../../src/engines/engine-settings.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import { deriveMatrix } from "../../src/hardware/network.ts";
import { createPool } from "../../src/hardware/pool.ts";
import type { LayerArchitecture } from "../../src/model/architecture.ts";
import type { Attention } from "../../src/model/attention.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { problemDifferences } from "../../src/problem-file/differences.ts";
import { numbersOf, numbersText } from "../../src/problem-file/number-text.ts";
import { restoreProblem } from "../../src/problem-file/restore-problem.ts";
import { storeProblem } from "../../src/problem-file/store-problem.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import {
  arbitraryArchitecture,
  arbitrarySettings,
  calibratedProblem,
  defaultSettings,
  LLAMA_70B,
} from "../support/calibrated.ts";
import { FOUNDING_POOL, foundingProblem, LLAMA3_70B, RELAXED_RULES } from "../support/founding.ts";
import { attending } from "../support/models.ts";

const PLACEMENT: Placement = {
  batch_size: 4,
  sequence_length: 1000,
  output_length: 100,
  workload_phase: "aggregated",
  stages: [
    {
      gpu_type: "g6e.24xlarge#0",
      tp_degree: 4,
      gpu_ids: [0, 1, 2, 3],
      start_layer: 1,
      end_layer: 40,
    },
    {
      gpu_type: "g6e.24xlarge#1",
      tp_degree: 4,
      gpu_ids: [0, 1, 2, 3],
      start_layer: 41,
      end_layer: 80,
    },
  ],
};

/** A problem whose cost model says what it is made from. */
function withOrigin(problem: Problem, origin: CostModelOrigin): Problem {
  return {
    ...problem,
    costModel: costModelOf(origin, problem.model.architecture, problem.engine ?? null),
  };
}

const REFERENCE = withOrigin(foundingProblem({ rules: RELAXED_RULES }), {
  name: "reference",
  realWorldEfficiency: 0.3,
  microBatchSize: 8,
  interferenceFactor: 0.8,
});

const CALIBRATED = withOrigin(calibratedProblem(LLAMA_70B, defaultSettings("vllm")), {
  name: "calibrated",
  factors: { "computeFactor.vllm": 0.5 },
});

function readBack(problem: Problem): Problem {
  const text = JSON.stringify(storeProblem(problem, [PLACEMENT]));
  return restoreProblem(JSON.parse(text), "answer.json: problem");
}

function sampleOf(problem: Problem): readonly [Problem, string] {
  return [problem, JSON.stringify(storeProblem(problem, [PLACEMENT]))];
}

test("two types of one GPU are no pipeline over different GPUs once read back", () => {
  const problem = withOrigin(
    {
      ...CALIBRATED,
      pool: createPool(
        FOUNDING_POOL.map((entry) => ({
          ...entry,
          instance: { ...entry.instance, gpu: gpuByName("L40S")! },
        })),
      ),
    },
    { name: "calibrated", factors: {} },
  );
  const [first, second] = PLACEMENT.stages;
  const placement = {
    ...PLACEMENT,
    stages: [first!, { ...second!, gpu_type: "g6e.48xlarge#0" }],
  };
  const text = JSON.stringify(storeProblem(problem, [placement]));
  const again = restoreProblem(JSON.parse(text), "answer.json: problem");
  expect(evaluate(problem, placement).status).toBe("SUCCESS");
  expect(evaluate(again, placement)).toEqual(evaluate(problem, placement));
});

describe("a stored problem", () => {
  const matrix = deriveMatrix(createPool(FOUNDING_POOL));
  const owned = createPool(FOUNDING_POOL.map((entry) => ({ ...entry, ownedCount: 1 })));
  const known = createPool(
    FOUNDING_POOL.map((entry) => ({
      ...entry,
      instance: {
        ...entry.instance,
        gpu: gpuByName("L40S")!,
        typeName: "own name",
        site: "AWS/us-east-1",
      },
    })),
  );
  test.each<readonly [string, Problem]>([
    ["the reference model", REFERENCE],
    ["the calibrated model, with a calibration", CALIBRATED],
    ["a matrix, of which it has every row", { ...REFERENCE, network: matrix }],
    ["owned instances", { ...CALIBRATED, pool: owned }],
    ["GPUs and sites of a catalogue", { ...CALIBRATED, pool: known }],
    [
      "limits, lengths that spread and a rate",
      {
        ...CALIBRATED,
        limits: { ...NO_LIMITS, maxTtftSeconds: 1 / 3, latencySafetyMargin: 0.2 },
        workload: {
          ...CALIBRATED.workload,
          inputTokens: 1000,
          inputLengths: {
            meanTokens: 1000,
            meanSquareTokens: 2e6,
            p95Tokens: 3000,
            p99Tokens: 6000,
          },
          load: { kind: "request_rate", requestsPerSecond: 0.1 },
        },
      },
    ],
    [
      "groups of weights and shapes that nothing starts",
      {
        ...CALIBRATED,
        model: {
          ...CALIBRATED.model,
          checkpoint: "owner/name",
          weightGroups: { inputs: 128, outputs: 128, parts: ["dense", "attention"] },
        },
        rules: { ...CALIBRATED.rules, anyShape: true },
      },
    ],
  ])("of %s is read back as it was", (_, problem) => {
    const back = readBack(problem);
    const [, text] = sampleOf(problem);
    expect(JSON.stringify(storeProblem(back, [PLACEMENT]))).toBe(text);
    expect(evaluate(back, PLACEMENT)).toEqual(evaluate(problem, PLACEMENT));
    expect(problemDifferences(storeProblem(problem, [PLACEMENT])!, back)).toEqual([]);
  });

  test("has the instance types of its placements, and says how many others there were", () => {
    const stored = storeProblem(CALIBRATED, [PLACEMENT])!;
    expect(stored.pool).toHaveLength(1);
    expect(stored.pool_types_left_out).toBe(CALIBRATED.pool.types.length - 1);
    expect(readBack(CALIBRATED).poolTypesLeftOut).toBe(CALIBRATED.pool.types.length - 1);
    expect(storeProblem({ ...REFERENCE, network: matrix }, [PLACEMENT])!.pool).toHaveLength(
      REFERENCE.pool.types.length,
    );
  });

  test("does not depend on the order in which fields were written", () => {
    const { model, ...rest } = CALIBRATED;
    const turned = Object.fromEntries(Object.entries(model).reverse()) as unknown as typeof model;
    expect(JSON.stringify(storeProblem({ model: turned, ...rest }, [PLACEMENT]))).toBe(
      JSON.stringify(storeProblem(CALIBRATED, [PLACEMENT])),
    );
  });

  test("is none where the cost model is somebody's own", () => {
    expect(storeProblem(foundingProblem(), [PLACEMENT])).toBeNull();
  });

  test("stays small", () => {
    expect(JSON.stringify(storeProblem(CALIBRATED, [PLACEMENT])).length).toBeLessThan(5000);
  });

  test("of any model and engine is read back as it was", () => {
    fc.assert(
      fc.property(
        arbitraryArchitecture,
        arbitrarySettings,
        (architecture, settings: EngineSettings) => {
          const problem = withOrigin(calibratedProblem(architecture, settings), {
            name: "calibrated",
            factors: {},
          });
          const back = readBack(problem);
          expect(back.model).toEqual(problem.model);
          expect(back.engine).toEqual(problem.engine);
          expect(back.workload).toEqual(problem.workload);
          expect(sampleOf(back)[1]).toBe(sampleOf(problem)[1]);
        },
      ),
    );
  });

  test("of dimensions alone has no architecture", () => {
    const problem = { ...REFERENCE, model: LLAMA3_70B };
    expect(storeProblem(problem, [PLACEMENT])!.model).not.toHaveProperty("architecture");
    expect(readBack(problem).model).toEqual(LLAMA3_70B);
  });

  test("says the attention of a kind of layer where it is not the common one", () => {
    const { architecture } = CALIBRATED.model;
    const [kind] = architecture.kinds as [LayerArchitecture];
    const latent: Attention = {
      kind: "latent",
      heads: 64,
      kvRank: 512,
      qRank: 0,
      ropeDim: 64,
      nopeDim: 128,
      valueDim: 128,
      windowTokens: null,
    };
    const kinds = [kind, attending(kind, { headDim: 64 }), { ...kind, attention: latent }];
    const kindOf = architecture.kindOf.map((_, layer) => layer % kinds.length);
    const model = { ...CALIBRATED.model, architecture: { ...architecture, kinds, kindOf } };
    expect(readBack({ ...CALIBRATED, model }).model).toEqual(model);
    // One attention for all, as models have had it, is said once.
    expect(JSON.stringify(storeProblem(CALIBRATED, [PLACEMENT])!.model)).not.toContain(
      'attention":',
    );
  });

  test("keeps what config.csv states beside the matrices, and where a stage may end", () => {
    const { architecture } = CALIBRATED.model;
    const stated = { bytesPerElement: 2, ffnWidth: 4096, kvHeads: 4, layerGib: 1.75 };
    const model = {
      ...CALIBRATED.model,
      architecture: { ...architecture, stated },
      allowedCuts: [40],
    };
    expect(readBack({ ...CALIBRATED, model }).model).toEqual(model);
    const cut = { ...LLAMA3_70B, allowedCuts: [40] };
    expect(readBack({ ...REFERENCE, model: cut }).model.allowedCuts).toEqual([40]);
  });
});

describe("rows of numbers", () => {
  test("are read back as they were", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(3), finite), { minLength: 1 }), (numbers) => {
        expect(numbersOf(numbersText(numbers))).toEqual(numbers.map((value) => value || 0));
      }),
    );
  });

  test.each(["", " ", "1,2", "0x10", "1*", "1*-2", "Infinity", "1*1000001"])(
    "%j is none",
    (text) => {
      expect(numbersOf(text)).toBeNull();
    },
  );
});
