/** What llm-placement offers beside its core where there are files and worker threads: in Node. */

export * from "./checked/node.ts";
export type { CollectedRun, RunOnDisk } from "./files/collect.ts";
export { readLibrary } from "./files/read-model.ts";
export type { ProblemOptions } from "./files/read-problem.ts";
export type { StoredSweep } from "./files/sweep-store.ts";
export type { HighsWorkerOptions } from "./milp/highs-client.ts";
