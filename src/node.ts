/** What llm-placement offers beside its core where there are files and worker threads: in Node. */

export {
  buildProblem,
  createHighsWorkerBackend,
  readHuggingFaceModel,
  readModel,
  readProblem,
} from "./checked/node.ts";
export type { ProblemFiles } from "./files/build-problem.ts";
export { type CollectedRun, collect, type RunOnDisk } from "./files/collect.ts";
export { completePlacement, type WorkloadFlags } from "./files/complete-placement.ts";
export type { HuggingFaceTexts } from "./files/huggingface-texts.ts";
export type { ProblemFlags } from "./files/merge-flags.ts";
export { type CatalogueTexts, parseCatalogue } from "./files/parse-catalogue.ts";
export {
  type PlacementInput,
  type PlacementLine,
  parsePlacement,
  parsePlacementLines,
} from "./files/parse-placement.ts";
export { parsePoolCsv } from "./files/parse-pool-csv.ts";
export { readCatalogue } from "./files/read-catalogue.ts";
export { readLibrary } from "./files/read-model.ts";
export type { ProblemOptions } from "./files/read-problem.ts";
export type { OpenNamed, SourceText } from "./files/source-text.ts";
export { type StoredSweep, storeSweep } from "./files/sweep-store.ts";
export { networkToCsv } from "./files/write-network.ts";
export type { HighsWorkerOptions } from "./solver/milp/highs-client.ts";
