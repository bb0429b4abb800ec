import { selectPool } from "../../src/catalogue/select-pool.ts";
import { readCatalogue } from "../../src/files/read-catalogue.ts";
import { createPool, type Pool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { Prng } from "./prng.ts";

const MOST_GPUS = 8;

/** Everything on demand in the shipped catalogue with at most 8 GPUs. */
const MACHINES: readonly PoolEntry[] = selectPool(
  readCatalogue(undefined),
  [{ where: "oracle", maxCount: 1 }],
  "2026-12-01",
).entries.filter(({ instance }) => instance.gpuCount <= MOST_GPUS);

const SITES: readonly string[] = [...new Set(MACHINES.map(({ instance }) => instance.site!))];

/** As listed; sums that differ by micro-dollars; nothing but the GPUs counted. */
const PRICE_STYLES = ["listed", "listed", "nearly tied", "by GPU"] as const;

/** How a network is changed, if at all: by default it is that of the catalogue. */
const NETWORK_STYLES = ["listed", "listed", "slow outside", "slow inside", "drawn"] as const;

/**
 * A pool of one to three of the catalogue's machine types, now and then of two sites, some of them owned. Links may be made so slow
 * that a message takes as long as a layer.
 */
export function drawMachines(prng: Prng, mostTypes: number, mostInstances: number): Pool {
  const sites = [prng.pick(SITES), ...(prng.chance(0.15) ? [prng.pick(SITES)] : [])];
  const machines = MACHINES.filter(({ instance }) => sites.includes(instance.site!));
  const types = prng.shuffle(machines).slice(0, prng.int(1, mostTypes));
  const priceStyle = prng.pick(PRICE_STYLES);
  const networkStyle = prng.pick(NETWORK_STYLES);
  const ownsSome = prng.chance(0.15);
  return createPool(
    types.map((entry): PoolEntry => {
      const count = prng.int(1, mostInstances);
      const owned = ownsSome && prng.chance(0.6) ? prng.int(1, count) : 0;
      return {
        ...withNetwork(prng, withPrice(prng, entry, priceStyle), networkStyle),
        count,
        ...(owned > 0 && { ownedCount: owned }),
      };
    }),
  );
}

function withPrice(prng: Prng, entry: PoolEntry, style: (typeof PRICE_STYLES)[number]): PoolEntry {
  const { price, instance } = entry;
  const perGpu = 2_340_000;
  const apart = style === "nearly tied" ? prng.pick([-1, 0, 0, 1]) : 0;
  if (style === "listed") return entry;
  return { ...entry, price: { ...price, microUsdPerHour: instance.gpuCount * perGpu + apart } };
}

function withNetwork(
  prng: Prng,
  entry: PoolEntry,
  style: (typeof NETWORK_STYLES)[number],
): PoolEntry {
  const { instance } = entry;
  const outside = (): number => instance.gpuCount * prng.pick([0.05, 0.5, 2, 10]);
  const inside = (): number => prng.pick([0.02, 0.3, 1, 12]);
  switch (style) {
    case "listed":
      return entry;
    case "slow outside":
      return { ...entry, instance: { ...instance, externalGbitsPerSecond: outside() } };
    case "slow inside":
      return { ...entry, instance: { ...instance, insideGBytesPerSecond: inside() } };
    case "drawn":
      return {
        ...entry,
        instance: {
          ...instance,
          externalGbitsPerSecond: outside(),
          insideGBytesPerSecond: inside(),
        },
      };
  }
}
