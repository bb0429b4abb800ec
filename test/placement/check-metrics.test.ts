import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import { InputError } from "../../src/errors.ts";
import { deriveMatrix } from "../../src/hardware/network.ts";
import { createPool } from "../../src/hardware/pool.ts";
import type { Outline } from "../../src/model/outline.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Placement } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { restated } from "../support/models.ts";
import { placement, stage, TOY_MODEL, TOY_POOL, toyProblem } from "../support/toy.ts";

const TWO_STAGES = placement([stage("quad#0", 2, 1, 6), stage("duo#0", 1, 7, 12)]);

/** Every number of a value, with its path. */
function* numbersOf(value: unknown, path = ""): Generator<readonly [string, number]> {
  if (typeof value === "number") yield [path, value];
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* numbersOf(inner, `${path}.${key}`);
  }
}

/** An answer without a number that is none and without a pipeline that stands still, or an InputError. */
function expectWhole(problem: () => Problem, of: Placement): InputError | null {
  try {
    const evaluation = evaluate(problem(), of);
    if (evaluation.status !== "SUCCESS") return null;
    for (const [path, value] of numbersOf(evaluation.metrics)) {
      expect(Number.isFinite(value), `${path} is ${value}`).toBe(true);
    }
    expect(evaluation.metrics.throughput_tokens_per_sec).toBeGreaterThan(0);
    return null;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error;
  }
}

const withModel = (changes: Partial<Outline>): Problem =>
  toyProblem({ model: restated(TOY_MODEL, changes) });
const withEfficiency = (realWorldEfficiency: number): Problem =>
  toyProblem({
    costModel: createReferenceModel(TOY_MODEL.architecture, {
      realWorldEfficiency,
      microBatchSize: 4,
      interferenceFactor: 0.75,
    }),
  });
const withBandwidth = (gBytesPerSecond: number): Problem => {
  const pool = createPool(TOY_POOL);
  const network = deriveMatrix(pool);
  return toyProblem({
    pool,
    network: { ...network, gBytesPerSecond: network.gBytesPerSecond.fill(gBytesPerSecond) },
  });
};
const withInstance = (changes: object): Problem =>
  toyProblem({
    pool: createPool(
      TOY_POOL.map((entry) => ({ ...entry, instance: { ...entry.instance, ...changes } })),
    ),
  });

describe("an answer's figures", () => {
  it.each([
    ["efficiency", () => withEfficiency(5e-324), /^real-world efficiency: 5e-324 is not plausible/],
    ["a matrix", () => withBandwidth(5e-324), /^bandwidth matrix, GB\/s: 5e-324 is not plausible/],
    [
      "a network",
      () => withInstance({ externalGbitsPerSecond: 5e-324 }),
      /^network of quad, Gbit\/s: 5e-324 is not plausible.*from 0\.001 to 1000000/,
    ],
    [
      "a link inside",
      () => withInstance({ insideGBytesPerSecond: 5e-324 }),
      /^bandwidth inside of quad, GB\/s: 5e-324 is not plausible/,
    ],
  ])("are never 0 or infinite because of %s", (_, problem, says) => {
    expect(expectWhole(problem, TWO_STAGES)?.message).toMatch(says);
  });

  it("of a job that no number can count are refused", () => {
    const problem = () => toyProblem({ totalTokensToProcess: Number.POSITIVE_INFINITY });
    expect(expectWhole(problem, { ...TWO_STAGES })?.where).toBe("tokens of the job");
  });

  it("are finite whatever the quantities of a problem are (property)", () => {
    const extreme = fc.oneof(
      fc.constantFrom(5e-324, 1e-308, 1e-200, 1e-100, 1e-9, 1, 1e9, 1e100, 1e200, 1e308),
      fc.double({ min: 5e-324, noNaN: true, noDefaultInfinity: true }),
    );
    const makers: readonly ((value: number) => Problem)[] = [
      withEfficiency,
      withBandwidth,
      (bytesPerElement) => withModel({ bytesPerElement }),
      (layerWeightGib) => withModel({ layerWeightGib }),
      (dModel) => withModel({ dModel }),
      (dHidden) => withModel({ dHidden }),
      (vocabSize) => withModel({ vocabSize }),
      (gpuMemoryGib) => withInstance({ gpuMemoryGib }),
      (insideGBytesPerSecond) => withInstance({ insideGBytesPerSecond }),
      (externalGbitsPerSecond) => withInstance({ externalGbitsPerSecond }),
      (totalTokensToProcess) => toyProblem({ totalTokensToProcess }),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...makers), extreme, (make, value) => {
        expectWhole(() => make(value), TWO_STAGES);
      }),
      { numRuns: 2000 },
    );
  });
});
