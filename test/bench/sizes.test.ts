import { describe, expect, it } from "vitest";
import { SizeFitter } from "../../src/bench/fit-sizes.ts";
import { type GpuGroup, rowOfSeats, seated } from "../../src/bench/gpu-groups.ts";
import { sglangSizes, vllmSizes } from "../../src/bench/homogeneous.ts";
import { createRandom, drawIndex, drawItem } from "../../src/bench/random.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { allowedSegmentSizes } from "../../src/placement/segment-sizes.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";
import { restated } from "../support/models.ts";
import { TOY_MODEL, toyProblem } from "../support/toy.ts";

const POINT: OperatingPoint = {
  phase: "aggregated",
  batch: 32,
  inputTokens: 2048,
  outputTokens: 512,
};

const seatsOn = (problem: Problem, name: string, tpDegree: number, stages: number): GpuGroup[] =>
  rowOfSeats(problem.pool.byName.get(name)!, tpDegree, stages, 1)!;

describe("the engines' default sizes", () => {
  it("are vLLM's: what is left over from the last stage but one backwards", () => {
    expect(vllmSizes(80, 4)).toEqual([20, 20, 20, 20]);
    expect(vllmSizes(43, 2)).toEqual([22, 21]);
    expect(vllmSizes(10, 4)).toEqual([2, 3, 3, 2]);
    expect(vllmSizes(11, 4)).toEqual([3, 3, 3, 2]);
    expect(vllmSizes(61, 1)).toEqual([61]);
  });

  it("are SGLang's: what is left over on the last stages", () => {
    expect(sglangSizes(80, 4)).toEqual([20, 20, 20, 20]);
    expect(sglangSizes(64, 3)).toEqual([21, 21, 22]);
    expect(sglangSizes(10, 4)).toEqual([2, 2, 3, 3]);
  });
});

/** Quantised sizes without a least use of memory. */
const STEPS = { ...RELAXED_RULES, quantizeSegments: true };

describe("sizes near the wished ones", () => {
  it("are the wished ones where those are allowed", () => {
    const problem = foundingProblem({ rules: STEPS });
    const fitter = new SizeFitter(problem, POINT);
    expect(fitter.fit(seatsOn(problem, "g6e.48xlarge", 8, 3), [20, 20, 40])).toEqual([20, 20, 40]);
  });

  it("are quantised where the rules ask for it", () => {
    const problem = foundingProblem({ rules: STEPS });
    const fitter = new SizeFitter(problem, POINT);
    const sizes = fitter.fit(seatsOn(problem, "g5.12xlarge", 4, 3), [27, 27, 26])!;
    expect([...sizes].sort((a, b) => a - b)).toEqual([16, 32, 32]);
  });

  it("do not exist where the memory does not suffice", () => {
    const problem = foundingProblem({ rules: RELAXED_RULES });
    const fitter = new SizeFitter(problem, POINT);
    expect(fitter.fit(seatsOn(problem, "g5.4xlarge", 1, 4), [20, 20, 20, 20])).toBeNull();
  });

  it("end where the model may be cut", () => {
    const kind = { weightGib: 0.5, dHidden: 4096, numKvHeads: 2, attentionWindowTokens: null };
    const problem = toyProblem({
      model: {
        ...restated(TOY_MODEL, {
          layers: {
            kinds: [kind],
            kindOf: TOY_MODEL.architecture.kindOf,
            embeddingGib: 0.1,
            lmHeadGib: 0.1,
          },
        }),
        allowedCuts: [4, 8],
      },
    });
    const fitter = new SizeFitter(problem, POINT);
    expect(fitter.fit(seatsOn(problem, "quad", 4, 2), [7, 5])).toEqual([8, 4]);
    expect(fitter.fit(seatsOn(problem, "mono", 1, 3), [1, 5, 6])).toEqual([4, 4, 4]);
  });

  it("are the nearest of all that can be had, and keep the rules", () => {
    const random = createRandom(7);
    let found = 0;
    for (let draw = 0; draw < 60; draw++) {
      const problem = foundingProblem({
        rules: {
          maxPipelineStages: 8,
          minLayersPerStage: 5,
          minMemoryUtilization: drawItem(random, [0, 0.3]),
          quantizeSegments: random() < 0.5,
        },
      });
      const seats = Array.from({ length: 1 + drawIndex(random, 3) }, (): GpuGroup => {
        const type = drawItem(random, problem.pool.types);
        const degrees = [1, 2, 4, 8].filter((degree) => degree <= type.instance.gpuCount);
        const tpDegree = drawItem(random, degrees);
        return { type, instanceIndex: drawIndex(random, type.count), tpDegree };
      });
      const wishes = seats.map(() => Math.floor(random() * 80));
      const fitter = new SizeFitter(problem, POINT);
      const sizes = fitter.fit(seats, wishes);
      const best = nearestByTrial(problem, fitter, seats, wishes);
      expect(sizes && distance(sizes, wishes), JSON.stringify({ draw, wishes })).toBe(best);
      if (!sizes) continue;
      found++;
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(80);
      const evaluation = evaluate(problem, seated(POINT, seats, sizes));
      const rules = "violations" in evaluation ? evaluation.violations.map(({ rule }) => rule) : [];
      // Seats were drawn without a look at free GPUs; all other rules are the fitter's.
      expect(rules.filter((rule) => rule !== "gpu_free")).toEqual([]);
    }
    expect(found).toBeGreaterThan(10);
  });
});

function distance(sizes: readonly number[], wishes: readonly number[]): number {
  return sizes.reduce((sum, size, index) => sum + Math.abs(size - wishes[index]!), 0);
}

/** The smallest distance by trying all combinations of allowed sizes. */
function nearestByTrial(
  problem: Problem,
  fitter: SizeFitter,
  seats: readonly GpuGroup[],
  wishes: readonly number[],
): number | null {
  const allowed = allowedSegmentSizes(80, problem.rules);
  let best: number | null = null;
  const tryFrom = (index: number, before: number, soFar: number): void => {
    if (index === seats.length) {
      if (before === 80 && (best === null || soFar < best)) best = soFar;
      return;
    }
    for (const size of fitter.sizesAt(seats[index]!, before, seats.length)) {
      expect(allowed).toContain(size);
      if (before + size <= 80) {
        tryFrom(index + 1, before + size, soFar + Math.abs(size - wishes[index]!));
      }
    }
  };
  tryFrom(0, 0, 0);
  return best;
}
