import { afterAll, describe, expect, it } from "vitest";
import { benchCases } from "../../src/bench/cases.ts";
import { drawCatalogue } from "../../src/bench/catalogue.ts";
import { runCase } from "../../src/bench/compare.ts";
import { RUNNERS } from "../../src/bench/heuristics.ts";
import { LLAMA_3_8B, LLAMA_3_405B, MOE_671B } from "../../src/bench/models.ts";
import { scorePlacement } from "../../src/bench/score.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { areLayersAlike, checkModel } from "../../src/model/model.ts";
import { layerPlanOf, outlineOf } from "../../src/model/outline.ts";
import { leftOut } from "../../src/placement/tp-shape.ts";
import { importGraph, isNodeModule } from "../support/import-graph.ts";

const cases = benchCases();

describe("the cases", () => {
  it("are many, have names and say what they are", () => {
    expect(cases.length).toBeGreaterThanOrEqual(12);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const { name, note } of cases) {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(note).toMatch(/\.$/);
    }
  });

  it("reach every objective, every phase, layers that differ and an explicit matrix", () => {
    expect(new Set(cases.map(({ request }) => request.objective)).size).toBe(4);
    expect(new Set(cases.map(({ problem }) => problem.workload.phase)).size).toBe(3);
    expect(cases.some(({ problem }) => !areLayersAlike(problem.model))).toBe(true);
    expect(cases.some(({ problem }) => problem.network.kind === "matrix")).toBe(true);
  });

  it("have GPUs that their cost models know", () => {
    for (const { name, problem } of cases) expect(problem.warnings, name).toEqual([]);
  });

  it("are of the calibrated model on the catalogue as well as of the reference model", () => {
    const names = cases.map(({ problem }) => problem.costModel.name);
    expect(names.filter((name) => name === "calibrated").length).toBeGreaterThanOrEqual(5);
    expect(names).toContain("reference");
  });

  it("forbid the mixture of experts no TP degree for heads that stand for its compressed cache", () => {
    const mixtures = cases.filter(({ problem }) => problem.model === MOE_671B);
    expect(mixtures.length).toBeGreaterThan(0);
    for (const { name, problem, request } of mixtures) {
      expect(leftOut(problem, request.tpDegrees), name).toEqual([]);
    }
  });

  it("need nothing that only Node has", () => {
    const { packages } = importGraph(new URL("../../src/bench/compare.ts", import.meta.url), {
      dynamic: true,
    });
    const { packages: runners } = importGraph(
      new URL("../../src/bench/heuristics.ts", import.meta.url),
      { dynamic: true },
    );
    expect([...packages.keys(), ...runners.keys()].filter(isNodeModule)).toEqual([]);
  });
});

describe("the models", () => {
  it("weigh what their dimensions say", () => {
    // (2·16384² + 2·16384·1024 + 3·16384·53248)·2 bytes = 6,375,342,080 bytes a layer.
    expect(outlineOf(LLAMA_3_405B.architecture).layerWeightGib).toBe(5.9375);
    expect(outlineOf(LLAMA_3_405B.architecture).layerWeightGib * 126).toBeCloseTo(748.1, 1);
    // (2·4096² + 2·4096·1024 + 3·4096·14336)·2 bytes.
    expect(outlineOf(LLAMA_3_8B.architecture).layerWeightGib).toBeCloseTo(
      436_207_616 / 1024 ** 3,
      12,
    );
  });

  it("store all experts and work with the active ones", () => {
    checkModel(MOE_671B);
    const { kinds, kindOf } = layerPlanOf(MOE_671B.architecture);
    const [dense, experts] = kinds;
    expect(experts!.weightGib).toBeGreaterThan(20 * dense!.weightGib);
    expect(experts!.dHidden).toBe(dense!.dHidden);
    expect(kindOf.filter((kind) => kind === 0)).toHaveLength(3);
  });
});

describe("the drawn catalogue", () => {
  it("is the same for a seed, grows without changing, and has no type twice", () => {
    const names = (types: number): string[] =>
      drawCatalogue(types, 8, 5).types.map(
        ({ instance, price }) => `${instance.name} ${price.microUsdPerHour}`,
      );
    expect(names(60)).toEqual(names(60));
    expect(names(60).slice(0, 24)).toEqual(names(24));
    expect(new Set(names(60)).size).toBe(60);
  });
});

describe("the optimum", () => {
  const backend = createInlineHighs();
  afterAll(() => backend.dispose());

  // Invariant 4: no heuristic beats an answer called optimal; runCase throws when one does.
  it.each(cases.map((benchCase) => [benchCase.name, benchCase] as const))(
    "of %s is proven and never worse than a heuristic",
    async (_, benchCase) => {
      const { solution, heuristics } = await runCase(benchCase, RUNNERS, backend);
      if (!("placement" in solution)) return expect(solution.status).toBe("optimal");
      expect(solution.status).toBe("optimal");
      // Invariant 3, by a score of its own.
      const { problem, request } = benchCase;
      const scored = scorePlacement(problem, request, solution.placement);
      expect(Math.abs(scored!.value / solution.objective.value - 1)).toBeLessThanOrEqual(1e-9);
      expect(heuristics.some(({ best }) => best !== null)).toBe(true);
      for (const { saving } of heuristics) {
        if (saving !== null) expect(saving).toBeGreaterThanOrEqual(-1e-9);
      }
    },
  );
});
