import type { MatrixNetwork } from "../../hardware/network.ts";
import type { HostClass } from "./host-class.ts";

/** A set of GPUs of one instance as a TP group. */
export interface MatrixGroup {
  /** GPUs inside the instance, rising. */
  readonly gpuIds: readonly number[];
  /** Smallest bandwidth between two of them, either direction, GB/s; Infinity for a single GPU. */
  readonly groupGBytesPerSecond: number;
}

/** More groups than this are not told apart one by one. */
const MOST_GROUPS = 20_000;

/** Whether the groups of all instances are few enough to be listed. */
export function canListGroups(classes: readonly HostClass[]): boolean {
  let groups = 0;
  for (const { type, instances, kinds } of classes) {
    for (const t of degreesOf(kinds))
      groups += instances.length * choose(type.instance.gpuCount, t);
  }
  return groups <= MOST_GROUPS;
}

/** The TP degrees of a class, rising. */
export function degreesOf(kinds: HostClass["kinds"]): number[] {
  return [...new Set(kinds.map(({ tpDegree }) => tpDegree))];
}

/** Every group of `tpDegree` GPUs of an instance. */
export function* matrixGroups(
  network: MatrixNetwork,
  { type }: HostClass,
  instanceIndex: number,
  tpDegree: number,
): Generator<MatrixGroup> {
  const base = type.firstGpu + instanceIndex * type.instance.gpuCount;
  for (const gpuIds of subsetsOf(type.instance.gpuCount, tpDegree)) {
    yield { gpuIds, groupGBytesPerSecond: slowestPair(network, base, gpuIds) };
  }
}

/** Smallest bandwidth between two of an instance's GPUs, either direction, GB/s. `base`: global number of its first GPU. */
export function slowestPair(
  network: MatrixNetwork,
  base: number,
  gpuIds: readonly number[],
): number {
  let slowest = Number.POSITIVE_INFINITY;
  for (const a of gpuIds) {
    const row = (base + a) * network.gpuCount + base;
    for (const b of gpuIds) {
      if (a !== b) slowest = Math.min(slowest, network.gBytesPerSecond[row + b]!);
    }
  }
  return slowest;
}

function* subsetsOf(count: number, size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first + size <= count; first++) {
    for (const rest of subsetsOf(count, size - 1, first + 1)) yield [first, ...rest];
  }
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}
