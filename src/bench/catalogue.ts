import { createPool, type Pool } from "../hardware/pool.ts";
import { usdToMicroUsd } from "../hardware/price.ts";
import { createRandom, drawItem } from "./random.ts";

/** A GPU as clouds sell it: memory, GB/s inside an instance, market price, sizes. */
type Offer = readonly [
  gpuModel: string,
  memoryGib: number,
  insideGBytesPerSecond: number,
  usdPerGpuHour: number,
  gpuCounts: readonly number[],
];

/** The GPUs of the reference model's table in the sizes and around the prices that clouds ask for them. */
const OFFERS: readonly Offer[] = [
  ["NVIDIA H100", 80, 900, 6.9, [1, 2, 4, 8, 16]],
  ["NVIDIA A100", 80, 600, 3.7, [1, 2, 4, 8, 16]],
  ["NVIDIA A100", 40, 600, 2.9, [1, 2, 4, 8, 16]],
  ["NVIDIA L40S", 48, 32, 2.2, [1, 2, 4, 8]],
  ["NVIDIA A40", 48, 112, 1.3, [1, 2, 4, 8]],
  ["NVIDIA L40", 48, 32, 1.6, [1, 2, 4, 8]],
  ["NVIDIA V100", 32, 300, 2.6, [1, 4, 8]],
  ["NVIDIA V100", 16, 300, 2.1, [1, 4, 8]],
  ["NVIDIA RTX 4090", 24, 32, 0.8, [1, 2, 4, 8]],
  ["NVIDIA L20", 48, 32, 1.1, [1, 2, 4, 8]],
  ["NVIDIA A10G", 24, 32, 1.4, [1, 4, 8]],
  ["Tesla T4", 16, 16, 0.6, [1, 2, 4, 8]],
];

const EXTERNAL_GBITS_PER_GPU = [12.5, 25, 50, 100];

/**
 * A made-up catalogue that looks like those of several clouds: shapes and prices (give or take a third, in whole cents) are
 * drawn from a fixed seed, so that no two types are alike and the catalogue is the same every time.
 */
export function drawCatalogue(types: number, instancesPerType: number, seed: number): Pool {
  const random = createRandom(seed);
  return createPool(
    Array.from({ length: types }, (_, index) => {
      const [gpuModel, memoryGib, insideGBytesPerSecond, usdPerGpuHour, gpuCounts] =
        OFFERS[index % OFFERS.length]!;
      const gpuCount = drawItem(random, gpuCounts);
      const factor = 0.67 + 0.66 * random();
      return {
        instance: {
          name: `cloud${Math.floor(index / OFFERS.length)}.${gpuModel.split(" ").at(-1)!.toLowerCase()}-${memoryGib}x${gpuCount}.${index}`,
          provider: "drawn",
          gpuModel,
          gpuCount,
          gpuMemoryGib: memoryGib,
          insideGBytesPerSecond,
          externalGbitsPerSecond: gpuCount * drawItem(random, EXTERNAL_GBITS_PER_GPU),
        },
        count: instancesPerType,
        price: {
          microUsdPerHour: usdToMicroUsd(Math.round(usdPerGpuHour * gpuCount * factor * 100) / 100),
          provider: "drawn",
          region: null,
          kind: "on-demand" as const,
          asOf: null,
          source: "benchmark",
        },
      };
    }),
  );
}
