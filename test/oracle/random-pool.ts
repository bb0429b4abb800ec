import type { CostModel } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { MatrixNetwork } from "../../src/hardware/network.ts";
import { createPool, type Pool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { entry } from "../support/founding.ts";
import type { Flavour } from "./flavours.ts";
import type { Prng } from "./prng.ts";

export const GPU_MODELS = ["H100", "A100", "L40S", "A10G", "V100", "T4", "L20"] as const;
const MEMORIES_GIB = [16, 24, 32, 40, 48, 80, 141] as const;

/** A type without its network, which is drawn when the rates of stages are known. */
export interface Draft {
  readonly gpuModel: string;
  readonly gpuCount: number;
  readonly memoryGib: number;
  readonly priceUsd: number;
  readonly count: number;
  readonly ownedCount: number;
}

/** "whole GPUs": prices per GPU are alike; "digits": to the micro-dollar; "free": some cost nothing. */
const PRICE_STYLES = [
  "whole GPUs",
  "whole GPUs",
  "digits",
  "digits",
  "any",
  "cents",
  "free",
] as const;

export function drawTypes(prng: Prng, flavour: Flavour, maxStages: number): Draft[] {
  const typeCount = flavour.types(prng, maxStages);
  const priceStyle = prng.pick(PRICE_STYLES);
  const perGpuUsd = prng.pick([0.5, 1.25, 3.42]);
  const ownsSome = prng.chance(0.15);
  const drafts: Draft[] = [];
  for (let i = 0; i < typeCount; i++) {
    const twin = drafts[0];
    if (twin && prng.chance(0.1)) {
      drafts.push(prng.chance(0.5) ? twin : { ...twin, priceUsd: twin.priceUsd * 2 });
      continue;
    }
    const gpuCount = flavour.gpus(prng);
    const count = prng.int(1, flavour.mostInstances);
    drafts.push({
      gpuModel: prng.pick(GPU_MODELS),
      gpuCount,
      memoryGib: prng.pick(MEMORIES_GIB),
      priceUsd: drawPrice(prng, priceStyle, perGpuUsd, gpuCount),
      count,
      ownedCount: ownsSome && prng.chance(0.5) ? prng.int(1, count) : 0,
    });
  }
  return drafts;
}

function drawPrice(
  prng: Prng,
  style: (typeof PRICE_STYLES)[number],
  perGpuUsd: number,
  gpuCount: number,
): number {
  switch (style) {
    case "whole GPUs":
      return gpuCount * perGpuUsd * (prng.chance(0.3) ? prng.pick([2, 0.5]) : 1);
    case "digits":
      return gpuCount * Number((prng.pick([1, 1, 40]) * (1 + prng.next())).toFixed(6));
    case "any":
      return Number((gpuCount * (0.2 + 5 * prng.next())).toPrecision(3));
    case "free":
      return prng.chance(0.5) ? 0 : gpuCount * perGpuUsd;
    case "cents":
      return prng.int(1, 12) / 100;
  }
}

/** What the network is measured by. */
export interface Yardstick {
  readonly costModel: CostModel;
  readonly point: OperatingPoint;
  readonly numLayers: number;
  readonly tpDegrees: readonly number[];
}

/** Gives the types their networks: fast ones, or such that links are about as fast as stages. */
export function drawPool(
  prng: Prng,
  flavour: Flavour,
  drafts: readonly Draft[],
  yardstick: Yardstick,
): Pool {
  const style =
    flavour.slowLinks === "always" ? "slow" : prng.pick(["fast", "slow", "slow", "mixed"] as const);
  const names = prng.shuffle(["b.2", "a.10", "a.9", "C", "z#1", "m-4", "m.40"]);
  const entries = drafts.map((draft, index): PoolEntry => {
    const isSlow = style === "slow" || (style === "mixed" && prng.chance(0.5));
    const share = isSlow ? drawShare(prng, draft, yardstick) : 0;
    const inside = isSlow
      ? share * prng.pick(flavour.insidePerShare)
      : prng.pick([32, 64, 300, 900]);
    const externalGbits = isSlow ? share * draft.gpuCount * 8 : prng.pick([10, 25, 100, 400]);
    return withNetwork(draft, names[index]!, inside, externalGbits);
  });
  return createPool(prng.shuffle(entries));
}

function withNetwork(
  draft: Draft,
  name: string,
  insideGBytesPerSecond: number,
  externalGbits: number,
): PoolEntry {
  const { gpuModel, gpuCount, memoryGib, priceUsd, count, ownedCount } = draft;
  return {
    ...entry(
      name,
      gpuModel,
      gpuCount,
      memoryGib,
      insideGBytesPerSecond,
      externalGbits,
      priceUsd,
      count,
    ),
    ...(ownedCount > 0 && { ownedCount }),
  };
}

/** Bandwidths that make links as fast as some stage of the type, or nearly so. */
const SHARE_FACTORS = [0.3, 0.8, 1, 1, 1.3, 4];

function drawShare(prng: Prng, draft: Draft, yardstick: Yardstick): number {
  const { costModel, point, numLayers, tpDegrees } = yardstick;
  const fitting = tpDegrees.filter((t) => t <= draft.gpuCount);
  const tpDegree = fitting.length > 0 ? prng.pick(fitting) : 1;
  const stageRate = costModel.stage(
    {
      instance: withNetwork(draft, "any", 1000, 1000).instance,
      ...tpGroup(tpDegree, tpDegree === 1 ? Number.POSITIVE_INFINITY : 1000),
      startLayer: 1,
      layers: prng.int(1, numLayers),
      pipelineStages: 1,
      next: "none",
    },
    point,
  ).tokensPerSecond;
  const end = tpGroup(1);
  const ratePerGByte = costModel.link(end, end, 1, point).tokensPerSecond;
  return Number(((stageRate * prng.pick(SHARE_FACTORS)) / ratePerGByte).toPrecision(4));
}

/**
 * An explicit matrix: each pair of GPUs, or each pair of instances, has one of a few bandwidths, in both directions or not.
 * The bandwidths of the pool are the levels, so that links lie among the stages.
 */
export function drawMatrix(prng: Prng, pool: Pool, flavour: Flavour): MatrixNetwork {
  const size = pool.gpuCount;
  const owner = pool.types.flatMap((type) =>
    Array.from(
      { length: type.count * type.instance.gpuCount },
      (_, gpu) => type.firstGpu + Math.floor(gpu / type.instance.gpuCount),
    ),
  );
  const shares = pool.types.map(
    ({ instance }) => instance.externalGbitsPerSecond / instance.gpuCount / 8,
  );
  const perPair = prng.chance(0.5);
  const isSymmetric = prng.chance(0.4);
  const insides = prng.shuffle(flavour.insidePerShare).slice(0, prng.int(1, 3));
  const drawn = new Map<string, number>();
  const gBytesPerSecond = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const [from, to] = isSymmetric && a > b ? [b, a] : [a, b];
      const isInside = owner[a] === owner[b];
      // Inside an instance pairs of GPUs differ more often than between instances.
      const name =
        perPair || (isInside && insides.length > 1)
          ? `${from} ${to}`
          : `${owner[from]} ${owner[to]}`;
      let bandwidth = drawn.get(name);
      if (bandwidth === undefined) {
        bandwidth = prng.pick(shares) * (isInside ? prng.pick(insides) : prng.pick([1, 1, 0.5, 2]));
        drawn.set(name, bandwidth);
      }
      gBytesPerSecond[a * size + b] = a === b ? 10_000 : bandwidth;
    }
  }
  return { kind: "matrix", gpuCount: size, gBytesPerSecond };
}
