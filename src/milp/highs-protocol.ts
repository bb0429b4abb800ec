import type { HighsAnswer, HighsJob } from "./highs-job.ts";

/** What the worker is born with. */
export interface WorkerBirth {
  /** One 32-bit flag in shared memory: 1 asks the running solve to end. */
  readonly cancelFlag: Int32Array;
  /** See `HighsWorkerOptions.liftoffOnly`. */
  readonly liftoffOnly: boolean;
}

/** Host to worker: one job at a time. */
export type ToWorker = { readonly kind: "solve"; readonly job: HighsJob };

/** Worker to host. After "crashed" the worker is to be thrown away. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "improving"; readonly values: Float64Array }
  | { readonly kind: "progress"; readonly bound: number }
  | { readonly kind: "answer"; readonly answer: HighsAnswer }
  | { readonly kind: "crashed"; readonly reason: string };
