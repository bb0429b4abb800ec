import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { externalShareGBytesPerSecond } from "../../../src/hardware/instance.ts";
import { deriveMatrix } from "../../../src/hardware/network.ts";
import { createPool } from "../../../src/hardware/pool.ts";
import { slowestUsedLink } from "../../../src/solver/instances/bandwidth-percentile.ts";
import { entry } from "../../support/founding.ts";

const DERIVED = { kind: "derived" } as const;

describe("the percentile rule on links between instances", () => {
  it("is off without a quantile", () => {
    expect(
      slowestUsedLink(createPool([entry("a", "A100", 8, 80, 600, 400, 1, 2)]), DERIVED, null),
    ).toBe(0);
  });

  it("finds no threshold when there is only one instance", () => {
    expect(
      slowestUsedLink(createPool([entry("a", "A100", 8, 80, 600, 400, 1, 1)]), DERIVED, 0.5),
    ).toBe(0);
  });

  it("is the next pair where a quantile falls between two", () => {
    // Of three pairs two have the slow end of 10 Gbit/s: 1.25 GB/s, the third 12.5.
    const pool = createPool([
      entry("slow", "A100", 1, 80, 600, 10, 1, 1),
      entry("fast", "A100", 1, 80, 600, 100, 1, 2),
    ]);
    for (const network of [DERIVED, deriveMatrix(pool)]) {
      expect(slowestUsedLink(pool, network, 0)).toBe(1.25);
      expect(slowestUsedLink(pool, network, 1 / 3)).toBe(1.25);
      expect(slowestUsedLink(pool, network, 2 / 3)).toBe(12.5);
      expect(slowestUsedLink(pool, network, 1)).toBe(12.5);
    }
  });

  it("equals the quantile of the listed pairs", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            gpus: fc.constantFrom(1, 2, 4),
            count: fc.integer({ min: 1, max: 3 }),
            gbits: fc.constantFrom(10, 25, 50, 100, 400),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, quantile) => {
          const pool = createPool(
            rows.map(({ gpus, count, gbits }, i) =>
              entry(`t${i}`, "A100", gpus, 80, 600, gbits, 1, count),
            ),
          );
          const instances = pool.types.flatMap((type) =>
            Array.from({ length: type.count }, () => type.instance),
          );
          const pairs: number[] = [];
          for (const [i, a] of instances.entries()) {
            for (const b of instances.slice(i + 1)) {
              const bandwidth = Math.min(
                externalShareGBytesPerSecond(a),
                externalShareGBytesPerSecond(b),
              );
              for (let n = 0; n < a.gpuCount * b.gpuCount; n++) pairs.push(bandwidth);
            }
          }
          pairs.sort((a, b) => a - b);
          const nearestRank = Math.min(Math.floor(quantile * pairs.length), pairs.length - 1);
          const expected = pairs[nearestRank] ?? 0;
          expect(slowestUsedLink(pool, DERIVED, quantile)).toBe(expected);
          expect(slowestUsedLink(pool, deriveMatrix(pool), quantile)).toBe(expected);
        },
      ),
      { numRuns: 500, seed: 2 },
    );
  });
});
