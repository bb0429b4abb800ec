/** What llm-placement offers beside its core where there are files and worker threads: in Node. */

export {
  buildProblem,
  collect,
  completePlacement,
  createHighsWorkerBackend,
  networkToCsv,
  parseCatalogue,
  parsePlacement,
  parsePlacementLines,
  parsePoolCsv,
  readCatalogue,
  readHuggingFaceModel,
  readModel,
  readProblem,
  storeSweep,
} from "./checked/node.ts";
export type { ProblemFiles } from "./files/build-problem.ts";
export type { CollectedRun, RunOnDisk } from "./files/collect.ts";
export type { WorkloadFlags } from "./files/complete-placement.ts";
export type { HuggingFaceTexts } from "./files/huggingface-texts.ts";
export type { ProblemFlags } from "./files/merge-flags.ts";
export type { CatalogueTexts } from "./files/parse-catalogue.ts";
export type { PlacementInput, PlacementLine } from "./files/parse-placement.ts";
export { readLibrary } from "./files/read-model.ts";
export type { ProblemOptions } from "./files/read-problem.ts";
export type { OpenNamed, SourceText } from "./files/source-text.ts";
export type { StoredSweep } from "./files/sweep-store.ts";
export type { HighsWorkerOptions } from "./solver/milp/highs-client.ts";
