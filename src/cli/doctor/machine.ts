import { accessSync, constants } from "node:fs";
import { freemem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { Worker } from "node:worker_threads";
import type { DoctorFinding } from "./finding.ts";

type Result = Omit<DoctorFinding, "name">;

const BYTES_PER_GIB = 1024 ** 3;
const BYTES_PER_MIB = 1024 ** 2;
/** What the largest problems of bench/RESULTS.md take, twice over. */
const ENOUGH_BYTES = 512 * BYTES_PER_MIB;
/** What a small solve takes (bench/RESULTS.md: 88 MiB and more). */
const LEAST_BYTES = 96 * BYTES_PER_MIB;

/** @param engines what package.json asks for, such as ">=20" */
export function checkNode(version: string, engines: string): Result {
  const least = Number(/^>=(\d+)/.exec(engines)?.[1]);
  if (Number.isNaN(least)) throw new Error(`package.json requires Node.js "${engines}".`);
  const isNew = Number(version.split(".")[0]) >= least;
  return isNew
    ? { level: "ok", message: `${version}; ${least} or newer is needed` }
    : { level: "fail", message: `${version} is too old: install ${least} or newer` };
}

/** Memory that is free, within what a container allows. */
export function checkMemory(): Result {
  // Node 20.13 and newer know the limit of a container; older ones only the machine.
  const available = process.availableMemory?.() ?? freemem();
  return judgeMemory(available, getHeapStatistics().heap_size_limit);
}

/** @param available free memory, bytes @param heapLimit of JavaScript objects, bytes */
export function judgeMemory(available: number, heapLimit: number): Result {
  const message = `${gib(available)} free, heap of at most ${gib(heapLimit)}`;
  const least = Math.min(available, heapLimit);
  if (least < LEAST_BYTES) return { level: "fail", message: `${message}: no solve fits` };
  if (least < ENOUGH_BYTES)
    return { level: "warn", message: `${message}: large problems may not fit` };
  return { level: "ok", message };
}

function gib(bytes: number): string {
  return `${(bytes / BYTES_PER_GIB).toFixed(1)} GiB`;
}

/** HiGHS runs in a worker thread, so that a time limit can end it. */
export async function checkWorkers(): Promise<Result> {
  const worker = new Worker("require('node:worker_threads').parentPort.postMessage('here')", {
    eval: true,
  });
  try {
    await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("a worker thread ended without an answer.")));
    });
    return { level: "ok", message: "start and answer" };
  } finally {
    await worker.terminate();
  }
}

/** Results are written below the working directory unless a path says otherwise. */
export function checkWritable(directory: string): Result {
  try {
    accessSync(directory, constants.W_OK);
    return { level: "ok", message: "can be written" };
  } catch {
    return {
      level: "warn",
      message: "cannot be written: give --out with a directory that can",
    };
  }
}
