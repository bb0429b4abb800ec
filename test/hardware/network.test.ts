import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import {
  checkMatrix,
  deriveMatrix,
  groupGBytesPerSecond,
  type MatrixNetwork,
  type Network,
  pairGBytesPerSecond,
  uniformMatrix,
} from "../../src/hardware/network.ts";
import { createPool, type PoolType } from "../../src/hardware/pool.ts";
import { entry } from "../support/founding.ts";

/** GPUs in pool order: a#0 has 0 and 1, a#1 has 2 and 3, b#0 has 4. Shares: a 64/2/8 = 4 GB/s, b 24/1/8 = 3 GB/s. */
const pool = createPool([
  entry("a", "NVIDIA A100", 2, 80, 600, 64, 10, 2),
  entry("b", "NVIDIA A10G", 1, 24, 32, 24, 1, 1),
]);
const a = pool.byName.get("a")!;
const b = pool.byName.get("b")!;
const DERIVED: Network = { kind: "derived" };

/** Bandwidth from GPU i to GPU j is 10·i + j + 1, all different. */
const asymmetric: MatrixNetwork = {
  kind: "matrix",
  gpuCount: 5,
  gBytesPerSecond: Float64Array.from(
    { length: 25 },
    (_, i) => 10 * Math.floor(i / 5) + (i % 5) + 1,
  ),
};

describe("the derived network", () => {
  test.each<[string, PoolType, number, number, PoolType, number, number, number]>([
    ["inside an instance", a, 0, 0, a, 0, 1, 600],
    ["between instances of one type", a, 0, 0, a, 1, 0, 4],
    ["to the slower share", a, 0, 0, b, 0, 0, 3],
    ["from the slower share", b, 0, 0, a, 1, 1, 3],
    ["of a GPU with itself", a, 1, 1, a, 1, 1, 10_000],
  ])("%s", (_, source, sourceIndex, sourceGpu, target, targetIndex, targetGpu, expected) => {
    const bandwidth = pairGBytesPerSecond(
      DERIVED,
      source,
      sourceIndex,
      sourceGpu,
      target,
      targetIndex,
      targetGpu,
    );
    expect(bandwidth).toBe(expected);
  });

  test("gives a group the bandwidth inside its instance", () => {
    expect(groupGBytesPerSecond(DERIVED, a, 1, [0, 1])).toBe(600);
    expect(groupGBytesPerSecond(DERIVED, a, 1, [1])).toBe(Number.POSITIVE_INFINITY);
  });

  test("written as a matrix has 10000 on the diagonal and is symmetric", () => {
    const { gpuCount, gBytesPerSecond } = deriveMatrix(pool);
    expect(gpuCount).toBe(5);
    expect(
      Array.from({ length: 5 }, (_, i) => [...gBytesPerSecond.slice(5 * i, 5 * i + 5)]),
    ).toEqual([
      [10_000, 600, 4, 4, 3],
      [600, 10_000, 4, 4, 3],
      [4, 4, 10_000, 600, 3],
      [4, 4, 600, 10_000, 3],
      [3, 3, 3, 3, 10_000],
    ]);
  });

  test("is the same matrix in whatever order the pool lists its types, but for the numbering", () => {
    // Invariant 8: a#0 is GPU 1 and 2 there, b#0 is GPU 0.
    const turned = createPool([...pool.types].reverse());
    const [here, there] = [deriveMatrix(pool), deriveMatrix(turned)];
    const renumbered = [1, 2, 3, 4, 0];
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        expect(there.gBytesPerSecond[renumbered[i]! * 5 + renumbered[j]!]).toBe(
          here.gBytesPerSecond[i * 5 + j],
        );
      }
    }
  });
});

test("there is no link to count on between instances that may stand anywhere", () => {
  const [x, y] = createPool(
    pool.types.map((type) => ({
      ...type,
      instance: { ...type.instance, ...(type === a && { isScattered: true as const }) },
    })),
  ).types as [PoolType, PoolType];
  expect(pairGBytesPerSecond(DERIVED, x, 0, 0, x, 1, 0)).toBe(0);
  expect(pairGBytesPerSecond(DERIVED, x, 0, 0, y, 0, 0)).toBe(0);
  expect(pairGBytesPerSecond(DERIVED, y, 0, 0, x, 0, 0)).toBe(0);
  expect(pairGBytesPerSecond(DERIVED, x, 0, 0, x, 0, 1)).toBe(x.instance.insideGBytesPerSecond);
});

describe("an explicit matrix", () => {
  test("numbers GPUs in pool order, instance by instance, and has a direction", () => {
    // a#1 GPU 1 is GPU 3, b#0 GPU 0 is GPU 4.
    expect(pairGBytesPerSecond(asymmetric, a, 1, 1, b, 0, 0)).toBe(35);
    expect(pairGBytesPerSecond(asymmetric, b, 0, 0, a, 1, 1)).toBe(44);
    expect(pairGBytesPerSecond(asymmetric, a, 0, 0, a, 0, 1)).toBe(2);
  });

  test("gives a group its slowest pair, both ways, whatever the order of its ids", () => {
    // GPUs 2 and 3: 24 one way, 33 the other.
    expect(groupGBytesPerSecond(asymmetric, a, 1, [0, 1])).toBe(24);
    expect(groupGBytesPerSecond(asymmetric, a, 1, [1, 0])).toBe(24);
    const slowBack = { ...asymmetric, gBytesPerSecond: asymmetric.gBytesPerSecond.slice() };
    slowBack.gBytesPerSecond[3 * 5 + 2] = 0.5;
    expect(groupGBytesPerSecond(slowBack, a, 1, [0, 1])).toBe(0.5);
  });

  test("says nothing of a group of one, whatever its diagonal", () => {
    expect(groupGBytesPerSecond(asymmetric, b, 0, [0])).toBe(Number.POSITIVE_INFINITY);
  });

  test("passes the check when every entry is a bandwidth", () => {
    expect(() => checkMatrix(asymmetric, pool)).not.toThrow();
    expect(() => checkMatrix(deriveMatrix(pool), pool)).not.toThrow();
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "with an entry of %f is refused",
    (bad) => {
      const gBytesPerSecond = asymmetric.gBytesPerSecond.slice();
      gBytesPerSecond[3 * 5 + 1] = bad;
      const check = () => checkMatrix({ ...asymmetric, gBytesPerSecond }, pool);
      expect(check).toThrow(InputError);
      expect(check).toThrow(`row gpu_3, column gpu_1: ${bad} is not a bandwidth`);
    },
  );

  test("with entries missing is refused", () => {
    const gBytesPerSecond = asymmetric.gBytesPerSecond.slice(0, 24);
    const check = () => checkMatrix({ ...asymmetric, gBytesPerSecond }, pool);
    expect(check).toThrow(InputError);
    expect(check).toThrow("row gpu_4, column gpu_4");
  });

  test("of another size than the pool is refused", () => {
    const check = () =>
      checkMatrix(
        { kind: "matrix", gpuCount: 4, gBytesPerSecond: new Float64Array(16).fill(1) },
        pool,
      );
    expect(check).toThrow(InputError);
    expect(check).toThrow("it has 4 GPUs, the pool has 5");
  });
});

test("a matrix of two numbers has one inside instances, the other between them", () => {
  const { gBytesPerSecond } = uniformMatrix(pool, 50, 2);
  expect(Array.from({ length: 5 }, (_, i) => [...gBytesPerSecond.slice(5 * i, 5 * i + 5)])).toEqual(
    [
      [10_000, 50, 2, 2, 2],
      [50, 10_000, 2, 2, 2],
      [2, 2, 10_000, 50, 2],
      [2, 2, 50, 10_000, 2],
      [2, 2, 2, 2, 10_000],
    ],
  );
});

test("the derived matrix says the same as the derived network, for every pair and group", () => {
  const arbitraryPool = fc
    .array(
      fc.record({
        gpus: fc.integer({ min: 1, max: 4 }),
        inside: fc.integer({ min: 1, max: 1000 }),
        external: fc.integer({ min: 1, max: 1000 }),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((types) =>
      createPool(
        types.map(({ gpus, inside, external, count }, i) =>
          entry(`t${i}`, "NVIDIA A100", gpus, 80, inside, external, 1, count),
        ),
      ),
    );
  fc.assert(
    fc.property(arbitraryPool, (somePool) => {
      const matrix = deriveMatrix(somePool);
      const gpus = somePool.types.flatMap((type) =>
        Array.from({ length: type.count * type.instance.gpuCount }, (_, i) => ({
          type,
          index: Math.floor(i / type.instance.gpuCount),
          gpu: i % type.instance.gpuCount,
        })),
      );
      for (const from of gpus) {
        for (const to of gpus) {
          const args = [from.type, from.index, from.gpu, to.type, to.index, to.gpu] as const;
          expect(pairGBytesPerSecond(matrix, ...args)).toBe(pairGBytesPerSecond(DERIVED, ...args));
        }
        const ids = Array.from({ length: from.gpu + 1 }, (_, id) => id);
        expect(groupGBytesPerSecond(matrix, from.type, from.index, ids)).toBe(
          groupGBytesPerSecond(DERIVED, from.type, from.index, ids),
        );
      }
    }),
    { numRuns: 50 },
  );
});
