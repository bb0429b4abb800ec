/** A stored problem that was edited: a problem again, whose figures are figures, or refused with the place in the file. */
import { describe, expect, test } from "vitest";
import type { CostModelOrigin } from "../../src/cost/cost-model.ts";
import { costModelOf } from "../../src/cost/origin.ts";
import { InputError } from "../../src/errors.ts";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import { deriveMatrix } from "../../src/hardware/network.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { restoreProblem } from "../../src/problem-file/restore-problem.ts";
import { type StoredProblem, storeProblem } from "../../src/problem-file/store-problem.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B } from "../support/calibrated.ts";
import { FOUNDING_POOL, foundingProblem, RELAXED_RULES } from "../support/founding.ts";

const WHERE = "answer.json: problem";

const half = (node: number, start: number, end: number): Placement["stages"][number] => ({
  gpu_type: `g6e.24xlarge#${node}`,
  tp_degree: 4,
  gpu_ids: [0, 1, 2, 3],
  start_layer: start,
  end_layer: end,
});
const PLACEMENT: Placement = {
  batch_size: 4,
  sequence_length: 1000,
  output_length: 100,
  workload_phase: "aggregated",
  stages: [half(0, 1, 40), half(1, 41, 80)],
};

function stored(problem: Problem, origin: CostModelOrigin): StoredProblem {
  const costModel = costModelOf(origin, problem.model.architecture, problem.engine ?? null);
  return storeProblem({ ...problem, costModel }, [PLACEMENT])!;
}

const KNOWN = createPool(
  FOUNDING_POOL.map((entry) => ({
    ...entry,
    instance: { ...entry.instance, gpu: gpuByName("L40S")! },
  })),
);
const MOMENTS = { meanTokens: 1000, meanSquareTokens: 2e6, p95Tokens: 3000, p99Tokens: 6000 };
const CALIBRATED = calibratedProblem(LLAMA_70B, defaultSettings("vllm"));
const SAMPLES = {
  calibrated: stored(
    {
      ...CALIBRATED,
      pool: KNOWN,
      workload: { ...CALIBRATED.workload, inputTokens: 1000, inputLengths: MOMENTS },
    },
    { name: "calibrated", factors: { "computeFactor.vllm": 0.5 } },
  ),
  reference: stored(
    {
      ...foundingProblem({ rules: RELAXED_RULES }),
      network: deriveMatrix(createPool(FOUNDING_POOL)),
    },
    { name: "reference", realWorldEfficiency: 0.3, microBatchSize: 8, interferenceFactor: 0.8 },
  ),
};

type Fields = Record<string | number, unknown>;

/** The places of all values, of lists those in the first two. */
function placesOf(value: unknown, place: readonly string[] = []): string[][] {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const fields = Array.isArray(value) ? keys.slice(0, 2) : keys;
  return [
    ...(place.length > 0 ? [[...place]] : []),
    ...fields.flatMap((key) => placesOf((value as Fields)[key], [...place, key])),
  ];
}

/** A copy with another value at a place; undefined takes the place away. */
function edited(problem: StoredProblem, place: readonly string[], value: unknown): StoredProblem {
  const copy = structuredClone(problem);
  const holder = place.slice(0, -1).reduce((at, key) => at[key] as Fields, copy as Fields);
  const last = place.at(-1)!;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

/** The message of what is refused; null for a problem with figures. */
function outcome(problem: StoredProblem): string | null {
  try {
    const evaluation = evaluate(restoreProblem(problem, WHERE), PLACEMENT);
    if (evaluation.status === "SUCCESS") {
      expect(Number.isFinite(evaluation.metrics.throughput_tokens_per_sec)).toBe(true);
      expect(evaluation.metrics.throughput_tokens_per_sec).toBeGreaterThan(0);
    }
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const HOSTILE = [
  undefined,
  null,
  true,
  "x",
  "",
  [],
  {},
  0,
  -1,
  1.5,
  3,
  1e5,
  1e16,
  1e-300,
  1e300,
  Number.MAX_SAFE_INTEGER,
  Number.NaN,
  "1*999999999999",
  "0*3",
  "1e308",
];

describe.each(Object.entries(SAMPLES))("an edited problem of the %s model", (_, problem) => {
  test("is one with figures, or refused at its place: whatever one value is", {
    timeout: 60_000,
  }, () => {
    expect(outcome(problem)).toBeNull();
    for (const place of placesOf(problem)) {
      for (const value of HOSTILE) {
        const started = performance.now();
        const message = outcome(edited(problem, place, value));
        if (message !== null) expect(message).toMatch(/^answer\.json: problem/);
        expect(performance.now() - started).toBeLessThan(2000);
      }
    }
  });

  test.each(["another key", "maxHourlyCostUsd"])("takes no %s anywhere", (key) => {
    const holders = placesOf(problem).map((place) => place.slice(0, -1));
    for (const holder of new Set(holders.map((place) => place.join("/")))) {
      const place = holder === "" ? [key] : [...holder.split("/"), key];
      if (
        /^\d+$|gb_per_second|factors/.test(place.at(-2) ?? "") ||
        /^(pool|kinds|parts)$/.test(place.at(-2) ?? "")
      )
        continue;
      expect(outcome(edited(problem, place, 1)) ?? "taken", place.join(".")).toContain(WHERE);
    }
  });
});

describe("an edited problem that contradicts itself is refused", () => {
  test.each<readonly [string, readonly string[], unknown, string]>([
    [
      "another width",
      ["model", "d_model"],
      4096,
      "model.architecture.hidden: it is 8192, and d_model is 4096.",
    ],
    ["fewer layers", ["model", "num_layers"], 40, "it describes 80 layers, and num_layers is 40."],
    [
      "a kind of layer that is none",
      ["model", "architecture", "kind_of"],
      "0*79 3",
      "model.architecture.kind_of: it names a kind 3",
    ],
    [
      "layers that are not those of the matrices",
      ["model", "layers", "kinds", "0", "weight_gib"],
      1.75,
      "model.layers: they are not those of its architecture.",
    ],
    [
      "another mean",
      ["workload", "input_tokens"],
      900,
      "workload.input_lengths: the mean is 1000 tokens, and the length is 900.",
    ],
    [
      "a square that is too small",
      ["workload", "input_lengths", "mean_square_tokens"],
      1e5,
      "less than the square of the mean",
    ],
    [
      "percentiles that fall",
      ["workload", "input_lengths", "p99_tokens"],
      10,
      "the 99th percentile is 10 tokens",
    ],
    [
      "another version of the format",
      ["format"],
      "llm-placement problem 2",
      'This version reads "llm-placement problem 1"',
    ],
  ])("%s", (_, place, value, message) => {
    expect(outcome(edited(SAMPLES.calibrated, place, value))).toContain(message);
  });
});
