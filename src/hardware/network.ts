import { InputError } from "../errors.ts";
import { externalShareGBytesPerSecond } from "./instance.ts";
import type { Pool, PoolType } from "./pool.ts";

/** Bandwidths follow from the instance table. */
export interface DerivedNetwork {
  readonly kind: "derived";
}

/** Bandwidth of every ordered GPU pair, given by the user. GPUs are numbered in pool order, instance by instance. */
export interface MatrixNetwork {
  readonly kind: "matrix";
  readonly gpuCount: number;
  /** Row-major [source][target], GB/s (10⁹ bytes), length gpuCount². */
  readonly gBytesPerSecond: Float64Array;
}

export type Network = DerivedNetwork | MatrixNetwork;

/** A kind of group of GPUs of one instance that hold a stage together. */
export interface GroupKind {
  readonly gpus: number;
  /** Smallest bandwidth between two of them, GB/s; Infinity for one. */
  readonly gBytesPerSecond: number;
}

/** The diagonal of a derived matrix, GB/s. Source: the reference model. */
const SELF_GBYTES_PER_SECOND = 10_000;

/**
 * Smallest bandwidth between two different GPUs of a group inside one instance, GB/s; both directions of
 * an asymmetric matrix count. Infinity for a group of one.
 */
export function groupGBytesPerSecond(
  network: Network,
  type: PoolType,
  instanceIndex: number,
  gpuIds: readonly number[],
): number {
  if (gpuIds.length < 2) return Number.POSITIVE_INFINITY;
  if (network.kind === "derived") return type.instance.insideGBytesPerSecond;
  const { gpuCount, gBytesPerSecond } = network;
  const base = type.firstGpu + instanceIndex * type.instance.gpuCount;
  let smallest = Number.POSITIVE_INFINITY;
  for (const source of gpuIds) {
    const row = (base + source) * gpuCount + base;
    for (const target of gpuIds) {
      if (source === target) continue;
      const bandwidth = gBytesPerSecond[row + target]!;
      if (bandwidth < smallest) smallest = bandwidth;
    }
  }
  return smallest;
}

/** Bandwidth from one GPU to another, GB/s; 0 where there is no link to count on. GPU ids are numbers inside their instance. */
export function pairGBytesPerSecond(
  network: Network,
  source: PoolType,
  sourceIndex: number,
  sourceGpu: number,
  target: PoolType,
  targetIndex: number,
  targetGpu: number,
): number {
  if (network.kind === "matrix") {
    const from = source.firstGpu + sourceIndex * source.instance.gpuCount + sourceGpu;
    const to = target.firstGpu + targetIndex * target.instance.gpuCount + targetGpu;
    return network.gBytesPerSecond[from * network.gpuCount + to]!;
  }
  if (source === target && sourceIndex === targetIndex) {
    return sourceGpu === targetGpu ? SELF_GBYTES_PER_SECOND : source.instance.insideGBytesPerSecond;
  }
  // Nobody knows what lies between instances that may stand anywhere.
  if (source.instance.isScattered || target.instance.isScattered) return 0;
  return Math.min(
    externalShareGBytesPerSecond(source.instance),
    externalShareGBytesPerSecond(target.instance),
  );
}

/**
 * Checks a user's matrix against the pool it is meant for.
 * @throws InputError when the size is wrong or an entry is not a positive finite number.
 */
export function checkMatrix(network: MatrixNetwork, pool: Pool): void {
  if (network.gpuCount !== pool.gpuCount) {
    throw new InputError(
      "bandwidth matrix",
      `it has ${network.gpuCount} GPUs, the pool has ${pool.gpuCount}.`,
      "Give one row and one column for every GPU of the pool, in pool order, or leave the matrix out to derive it.",
    );
  }
  const size = network.gpuCount;
  for (let i = 0; i < size * size; i++) {
    const value = network.gBytesPerSecond[i];
    if (value === undefined || !(value > 0) || value === Number.POSITIVE_INFINITY) {
      throw new InputError(
        `bandwidth matrix, row gpu_${Math.floor(i / size)}, column gpu_${i % size}`,
        `${value} is not a bandwidth.`,
        "Give a positive number of GB/s.",
      );
    }
  }
}

/** The derived matrix of a pool, row-major, GB/s; what `network --derive` writes. */
export function deriveMatrix(pool: Pool): MatrixNetwork {
  return fillMatrix(pool, (source, sourceIndex, target, targetIndex) =>
    source === target && sourceIndex === targetIndex
      ? source.instance.insideGBytesPerSecond
      : pairGBytesPerSecond({ kind: "derived" }, source, sourceIndex, 0, target, targetIndex, 0),
  );
}

/** A matrix of two numbers: one bandwidth inside every instance, one between instances, GB/s. */
export function uniformMatrix(
  pool: Pool,
  insideGBytesPerSecond: number,
  betweenGBytesPerSecond: number,
): MatrixNetwork {
  return fillMatrix(pool, (source, sourceIndex, target, targetIndex) =>
    source === target && sourceIndex === targetIndex
      ? insideGBytesPerSecond
      : betweenGBytesPerSecond,
  );
}

function fillMatrix(
  pool: Pool,
  between: (source: PoolType, sourceIndex: number, target: PoolType, targetIndex: number) => number,
): MatrixNetwork {
  const size = pool.gpuCount;
  const gBytesPerSecond = new Float64Array(size * size);
  const owners = pool.types.flatMap((type) =>
    Array.from({ length: type.count }, (_, index) => ({ type, index })),
  );
  for (const a of owners) {
    const fromBase = a.type.firstGpu + a.index * a.type.instance.gpuCount;
    for (const b of owners) {
      const toBase = b.type.firstGpu + b.index * b.type.instance.gpuCount;
      const bandwidth = between(a.type, a.index, b.type, b.index);
      for (let i = 0; i < a.type.instance.gpuCount; i++) {
        const start = (fromBase + i) * size + toBase;
        gBytesPerSecond.fill(bandwidth, start, start + b.type.instance.gpuCount);
      }
    }
  }
  for (let i = 0; i < size; i++) gBytesPerSecond[i * size + i] = SELF_GBYTES_PER_SECOND;
  return { kind: "matrix", gpuCount: size, gBytesPerSecond };
}
