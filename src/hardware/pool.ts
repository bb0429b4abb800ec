import { InputError } from "../errors.ts";
import type { InstanceType } from "./instance.ts";
import type { Price } from "./price.ts";

/** How many instances of one type can be rented, and at what price each. */
export interface PoolEntry {
  readonly instance: InstanceType;
  readonly count: number;
  readonly price: Price;
  /** How many of them, the ones with the lowest index, are owned already and cost nothing; absent: none. */
  readonly ownedCount?: number;
}

/** A pool entry with its place in the numbering of all GPUs. */
export interface PoolType extends PoolEntry {
  /** Position in the pool, from 0, in the order of the pool file. */
  readonly position: number;
  /** Global number of the first GPU of this type's instance 0; GPUs are numbered in pool order, instance by instance. */
  readonly firstGpu: number;
}

/** The instances that can be rented. */
export interface Pool {
  readonly types: readonly PoolType[];
  readonly byName: ReadonlyMap<string, PoolType>;
  /** GPUs of all instances together. */
  readonly gpuCount: number;
}

/**
 * Numbers the GPUs of a pool.
 * @throws InputError when a type is listed twice, or a count or a price is not one
 */
export function createPool(entries: readonly PoolEntry[]): Pool {
  const types: PoolType[] = [];
  const byName = new Map<string, PoolType>();
  let gpuCount = 0;
  for (const entry of entries) {
    const { name } = entry.instance;
    if (byName.has(name)) {
      throw new InputError(
        "pool",
        `instance type ${name} is listed twice.`,
        "Keep one entry with the total count.",
      );
    }
    checkEntry(entry);
    const type: PoolType = { ...entry, position: types.length, firstGpu: gpuCount };
    types.push(type);
    byName.set(name, type);
    gpuCount += entry.count * entry.instance.gpuCount;
  }
  return { types, byName, gpuCount };
}

function checkEntry({ instance, count, ownedCount = 0, price }: PoolEntry): void {
  const wrong = (what: string, value: number, hint: string): InputError =>
    new InputError("pool", `${instance.name}: ${value} is not ${what}.`, hint);
  if (!Number.isSafeInteger(count) || count < 0) {
    throw wrong("a number of instances", count, "Give an integer from 0.");
  }
  if (!Number.isSafeInteger(ownedCount) || ownedCount < 0 || ownedCount > count) {
    throw wrong("a number of owned instances", ownedCount, `Give an integer from 0 to ${count}.`);
  }
  if (!Number.isSafeInteger(price.microUsdPerHour) || price.microUsdPerHour < 0) {
    throw wrong(
      "a price in micro-dollars per hour",
      price.microUsdPerHour,
      "Give an integer from 0.",
    );
  }
  if (!Number.isSafeInteger(instance.gpuCount) || instance.gpuCount < 1) {
    throw wrong("a number of GPUs", instance.gpuCount, "Give an integer from 1.");
  }
  for (const [what, value] of [
    ["a memory size in GiB", instance.gpuMemoryGib],
    ["a bandwidth in GB/s", instance.insideGBytesPerSecond],
    ["a bandwidth in Gbit/s", instance.externalGbitsPerSecond],
  ] as const) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw wrong(what, value, "Give a positive number.");
    }
  }
}

/** Price of one instance of a type, in micro-dollars per hour; 0 for an owned one. */
export function instanceMicroUsdPerHour(type: PoolEntry, instanceIndex: number): number {
  return instanceIndex < (type.ownedCount ?? 0) ? 0 : type.price.microUsdPerHour;
}
