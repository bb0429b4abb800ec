/**
 * The worker thread that HiGHS runs in. It loads the module at once, warms it up, says "ready", and answers jobs one by
 * one. It is started by highs-client.ts and by nothing else.
 */
import { setFlagsFromString } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { describeError } from "./describe-error.ts";
import { type HighsHooks, runHighsJob } from "./highs-job.ts";
import { loadHighs } from "./highs-load.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "./highs-protocol.ts";
import { warmUp } from "./highs-warm-up.ts";

const { cancelFlag, liftoffOnly } = workerData as WorkerBirth;

function post(message: FromWorker): void {
  parentPort?.postMessage(message);
}

if (liftoffOnly) {
  try {
    // The optimising compiler competes with a short solve for the same cores and gains nothing before the solve is over.
    setFlagsFromString("--liftoff-only");
  } catch {
    // The flag is V8's own and may go away; without it the first solves are slower and just as right.
  }
}

const loading = loadHighs().then((highs) => {
  warmUp(highs);
  return highs;
});
loading.then(
  () => post({ kind: "ready" }),
  (error: unknown) =>
    post({ kind: "crashed", reason: `HiGHS did not load: ${describeError(error)}` }),
);

const hooks: HighsHooks = {
  isCancelled: () => Atomics.load(cancelFlag, 0) !== 0,
  onImproving: (values) => post({ kind: "improving", values }),
  onProgress: (bound) => post({ kind: "progress", bound }),
};

parentPort?.on("message", async ({ job }: ToWorker) => {
  try {
    post({ kind: "answer", answer: runHighsJob(await loading, job, hooks) });
  } catch (error) {
    post({ kind: "crashed", reason: `HiGHS stopped with ${describeError(error)}` });
  }
});
