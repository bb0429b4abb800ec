/** The fuzzer's thread: rounds over all targets until time or inputs are used up. */
import { parentPort, workerData } from "node:worker_threads";
import { COMMANDS } from "./commands.ts";
import type { Failure, FuzzReport, WorkerData } from "./protocol.ts";
import { READERS } from "./readers.ts";
import { fuzzTarget } from "./target.ts";

const { settings, shared } = workerData as WorkerData;
const encoder = new TextEncoder();

function begin(target: string, input: string): void {
  const { written } = encoder.encodeInto(`${target}\n${input}`, shared.text);
  Atomics.store(shared.counts, 1, written);
  Atomics.add(shared.counts, 0, 1);
}

async function fuzz(): Promise<FuzzReport> {
  const targets = [...READERS, ...COMMANDS].filter(({ name }) => name.includes(settings.only));
  const until = performance.now() + settings.seconds * 1000;
  const byTarget: Record<string, number> = {};
  const failures: Failure[] = [];
  let inputs = 0;
  // A short run still comes to every target: each has an equal share of what time is left in the first round.
  for (let round = 0; ; round++) {
    for (const [index, target] of targets.entries()) {
      const left = until - performance.now();
      if (left <= 0 || inputs >= settings.inputs) return { inputs, byTarget, failures };
      const seed = (settings.seed + round * targets.length + index) | 0;
      const share = round === 0 ? left / (targets.length - index) : left;
      const most = Math.min(target.inputsPerRound, settings.inputs - inputs);
      const result = await fuzzTarget(target, seed, most, share, (input) =>
        begin(target.name, input),
      );
      inputs += result.inputs;
      byTarget[target.name] = (byTarget[target.name] ?? 0) + result.inputs;
      if (result.failure === null) continue;
      const failure = { target: target.name, seed, ...result.failure };
      failures.push(failure);
      parentPort!.postMessage({ failure });
      if (!settings.keepsGoing) return { inputs, byTarget, failures };
    }
  }
}

parentPort!.postMessage({ report: await fuzz() });
