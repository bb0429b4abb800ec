import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import { externalShareGBytesPerSecond } from "../../src/hardware/instance.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { entry, FOUNDING_POOL } from "../support/founding.ts";

describe("a pool", () => {
  test("numbers its GPUs in the order of its entries, instance by instance", () => {
    const pool = createPool([
      entry("a", "NVIDIA A100", 8, 80, 600, 400, 40, 2),
      entry("b", "NVIDIA A10G", 1, 24, 32, 25, 1, 3),
      entry("c", "NVIDIA L40S", 4, 48, 32, 400, 13, 1),
    ]);
    expect(pool.types.map(({ position, firstGpu }) => [position, firstGpu])).toEqual([
      [0, 0],
      [1, 16],
      [2, 19],
    ]);
    expect(pool.gpuCount).toBe(23);
    expect(pool.byName.get("c")).toBe(pool.types[2]);
  });

  test("of the founding problem has 168 GPUs", () => {
    // 8·1 + 4·(8 + 8 + 4 + 2 + 1 + 8 + 4 + 4 + 1)
    expect(createPool(FOUNDING_POOL).gpuCount).toBe(168);
  });

  test("may be empty", () => {
    expect(createPool([])).toEqual({ types: [], byName: new Map(), gpuCount: 0 });
  });

  test("with a type listed twice is refused (invariant 8)", () => {
    const twice = () => createPool([...FOUNDING_POOL, FOUNDING_POOL[3]!]);
    expect(twice).toThrow(InputError);
    expect(twice).toThrow("g6e.24xlarge is listed twice");
  });
});

test.each([
  // Gbit/s / GPUs / 8
  ["p4de.24xlarge", 6.25],
  ["p3dn.24xlarge", 1.5625],
  ["g6e.24xlarge", 12.5],
  ["g5.12xlarge", 1.5625],
  ["g5.4xlarge", 3.125],
])("a GPU of %s gets %f GB/s of its network", (name, share) => {
  expect(externalShareGBytesPerSecond(createPool(FOUNDING_POOL).byName.get(name)!.instance)).toBe(
    share,
  );
});
