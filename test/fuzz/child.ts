/** The fuzzer's process: rounds over all targets until time or inputs are used up. Started by fuzz.ts. */
import { openSync, writeSync } from "node:fs";
import { COMMANDS } from "./commands.ts";
import type { Failure, FuzzReport, FuzzSettings, ToParent } from "./protocol.ts";
import { READERS } from "./readers.ts";
import { fuzzTarget } from "./target.ts";

const settings = JSON.parse(process.argv[2]!) as FuzzSettings;
const log = openSync(process.argv[3]!, "w");

/** What the process is at lies in a file: whoever ends it, V8 among them, leaves that behind. */
function begin(target: string, seed: number, input: string): void {
  const bytes = Buffer.from(`${target}\n${seed}\n${input}`);
  const length = Buffer.from(`${String(bytes.length).padStart(11)}\n`);
  writeSync(log, Buffer.concat([length, bytes]), 0, null, 0);
}

function tell(message: ToParent): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()));
}

async function fuzz(): Promise<FuzzReport> {
  const targets = [...READERS, ...COMMANDS].filter(({ name }) => name.includes(settings.only));
  const until = performance.now() + settings.seconds * 1000;
  const mostInputs = settings.inputs ?? Number.POSITIVE_INFINITY;
  const byTarget: Record<string, number> = {};
  const failures: Failure[] = [];
  let inputs = 0;
  // A short run still comes to every target: each has an equal share of what time is left in the first round.
  for (let round = 0; ; round++) {
    for (const [index, target] of targets.entries()) {
      const left = until - performance.now();
      if (left <= 0 || inputs >= mostInputs) return { inputs, byTarget, failures };
      const seed = (settings.seed + round * targets.length + index) | 0;
      const share = round === 0 ? left / (targets.length - index) : left;
      const most = Math.min(target.inputsPerRound, mostInputs - inputs);
      const result = await fuzzTarget(target, seed, most, share, (input) =>
        begin(target.name, seed, input),
      );
      inputs += result.inputs;
      byTarget[target.name] = (byTarget[target.name] ?? 0) + result.inputs;
      await tell({ progress: { inputs, byTarget, failures: [] } });
      if (result.failure === null) continue;
      const failure = { target: target.name, seed, ...result.failure };
      failures.push(failure);
      await tell({ failure });
      if (!settings.keepsGoing) return { inputs, byTarget, failures };
    }
  }
}

await tell({ report: await fuzz() });
process.disconnect();
