import { describe, expect, it } from "vitest";
import { byConfigGroup, byFamily, byGpu, crossValidate, hash } from "../../bench/fitting/folds.ts";
import { FIT_OPTIONS, fitParameters } from "../../src/calibration/fit.ts";
import { predictTarget, type TargetRow } from "../../src/calibration/targets.ts";
import { priorValues } from "../../src/cost/calibrated/priors.ts";
import { measured, targetsOf } from "../calibration/rows.ts";

function rowsOf(configGroup: string, gpu: string, factor = 1): TargetRow[] {
  const rows = [1, 8, 64].map((batchOrConcurrency) =>
    measured({ kind: "decode", configGroup, gpu, batchOrConcurrency }),
  );
  return targetsOf(...rows).map((row) => ({
    ...row,
    measured: factor * predictTarget(row, priorValues()),
  }));
}

describe("a fold", () => {
  it("of config groups is one of six, the same on every machine", () => {
    // Published values of FNV-1a, 32 bits.
    expect(["", "a", "foobar"].map(hash)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
    const folds = new Set(
      Array.from({ length: 100 }, (_, i) => byConfigGroup(rowsOf(`group ${i}`, "L40S")[0]!)),
    );
    expect([...folds].sort()).toEqual(["0", "1", "2", "3", "4", "5"]);
  });

  it("is a GPU type, or a model family: the second field of a config group", () => {
    const [row] = rowsOf("H100|llama-8b|tp1", "H100-SXM5-80GB") as [TargetRow];
    expect(byGpu(row)).toBe("H100-SXM5-80GB");
    expect(byFamily(row)).toBe("llama-8b");
    expect(byFamily(rowsOf("alone", "L40S")[0]!)).toBe("llama-8b");
  });
});

describe("cross-validation", () => {
  // What the H100 rows say is twice what the others do: whoever has seen them can be told.
  const odd = rowsOf("H100|a|tp1", "H100-SXM5-80GB", 2);
  const others = [...rowsOf("H200|a|tp1", "H200-SXM-141GB"), ...rowsOf("L40S|b|tp1", "L40S")];
  const rows = [...odd, ...others];
  const heldOut = crossValidate(rows, byGpu, FIT_OPTIONS);

  it("fits each fold on all other rows and on them alone", () => {
    expect(heldOut(odd[0]!).values).toEqual(fitParameters(others, FIT_OPTIONS).values);
    for (const row of others) {
      const rest = rows.filter((other) => byGpu(other) !== byGpu(row));
      expect(heldOut(row).values).toEqual(fitParameters(rest, FIT_OPTIONS).values);
    }
    // Only the fold without the odd rows stays at the priors.
    const moved = (row: TargetRow): number =>
      Math.max(
        ...Object.entries(priorValues()).map(([name, value]) =>
          Math.abs(Math.log(heldOut(row).values[name]! / value)),
        ),
      );
    expect(moved(odd[0]!)).toBeLessThan(1e-3);
    for (const row of others) expect(moved(row)).toBeGreaterThan(0.05);
  });

  it("takes for measured what the other folds measured", () => {
    const { evidence } = heldOut(others.at(-1)!);
    expect(evidence.gpuClasses).toEqual(["hopper"]);
    expect(evidence.combinations).toEqual([
      "H100-SXM5-80GB|vllm|16bit",
      "H200-SXM-141GB|vllm|16bit",
    ]);
  });

  it("visits each fold once, in order", () => {
    const folds: string[] = [];
    crossValidate(rows, byGpu, { ...FIT_OPTIONS, maxIterations: 1 }, (fold) => folds.push(fold));
    expect(folds).toEqual(["H100-SXM5-80GB", "H200-SXM-141GB", "L40S"]);
  });
});
