import { describe, expect, it } from "vitest";
import { PRIORS } from "../../src/cost/calibrated/priors.ts";
import { resolveParameters } from "../../src/cost/calibrated/resolve-parameters.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import { CONFIDENCES, HAZARDS, QUANTITIES } from "../../src/cost/calibrated/uncertainty.ts";
import { ENGINES } from "../../src/engines/engines.ts";
import { GPU_CLASSES, GPU_NAMES, gpuByName } from "../../src/hardware/gpu-specs.ts";

describe("the shipped parameters", () => {
  it("are those that the physics asks for, no more and no fewer", () => {
    // A GPU or a parameter that was added needs `npm run fit`.
    expect(Object.keys(SHIPPED.values).sort()).toEqual(PRIORS.map(({ name }) => name).sort());
  });

  it("are positive, and reach no more than the datasheets say", () => {
    for (const [name, value] of Object.entries(SHIPPED.values)) {
      expect(value, name).toBeGreaterThan(0);
      expect(value, name).toBeLessThan(Number.POSITIVE_INFINITY);
    }
    for (const gpu of GPU_NAMES.map((name) => gpuByName(name)!)) {
      for (const engine of ENGINES) {
        const {
          gpu: share,
          type,
          engine: factors,
        } = resolveParameters(SHIPPED.values, gpu, engine);
        const { compute16, compute8, compute4, attentionCompute } = share;
        const { read16, read8, read4, attentionRead } = share;
        const where = `${gpu.name} ${engine}`;
        for (const compute of [compute16, compute8, compute4, attentionCompute]) {
          expect(compute * type.typeCompute * factors.computeFactor, where).toBeLessThan(1);
        }
        for (const read of [read16, read8, read4]) {
          expect(read * type.typeRead * factors.readFactor, where).toBeLessThan(1.05);
        }
        const kv = attentionRead * type.typeRead * factors.attentionReadFactor;
        expect(kv, where).toBeLessThan(1.05);
      }
    }
  });

  it("keep what the search and the latencies rely on", () => {
    const { values } = SHIPPED;
    // TPOT takes at most what a cycle has; a card of more FLOP/s at the same power is no slower.
    expect(values.prefillInterference).toBeLessThanOrEqual(1);
    expect(values.powerExponent).toBeLessThanOrEqual(1);
    expect(values.overlapPower).toBeGreaterThanOrEqual(1);
    expect(values.ethernetShare).toBeLessThanOrEqual(1);
  });

  it("stay near their priors", () => {
    for (const { name, value, logSd } of PRIORS) {
      const moved = Math.abs(Math.log(SHIPPED.values[name]! / value));
      // Written with five digits.
      expect(moved, name).toBeLessThanOrEqual(5 * logSd + 1e-4);
    }
  });
});

describe("the shipped intervals", () => {
  it("contain the prediction, and are no narrower for less confidence", () => {
    const { byConfidence, byHazard } = SHIPPED.spreads;
    for (const quantity of QUANTITIES) {
      for (const [i, confidence] of CONFIDENCES.entries()) {
        const { low, high } = byConfidence[confidence][quantity];
        expect(low).toBeLessThan(1);
        expect(high).toBeGreaterThan(1);
        if (i === 0) continue;
        const better = byConfidence[CONFIDENCES[i - 1]!][quantity];
        expect(low).toBeLessThanOrEqual(better.low);
        expect(high).toBeGreaterThanOrEqual(better.high);
      }
    }
    for (const hazard of HAZARDS) {
      expect(byHazard[hazard].low).toBeLessThan(1);
      expect(byHazard[hazard].high).toBeGreaterThan(1);
    }
  });

  it("rest on GPUs of the table", () => {
    const { combinations, gpuClasses } = SHIPPED.evidence;
    expect(combinations.length).toBeGreaterThan(20);
    for (const combination of combinations) {
      expect(GPU_NAMES).toContain(combination.split("|")[0]);
    }
    for (const gpuClass of gpuClasses) expect(GPU_CLASSES).toContain(gpuClass);
  });
});
