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
export type { CollectedRun, RunOnDisk } from "./files/collect.ts";
export { readLibrary } from "./files/read-model.ts";
export type { ProblemOptions } from "./files/read-problem.ts";
export type { StoredSweep } from "./files/sweep-store.ts";
export type { CatalogueTexts } from "./input/catalogue/parse-catalogue.ts";
export type { HuggingFaceTexts } from "./input/model/huggingface-texts.ts";
export type { WorkloadFlags } from "./input/placement/complete-placement.ts";
export type { PlacementInput, PlacementLine } from "./input/placement/parse-placement.ts";
export type { ProblemFiles } from "./input/problem/build-problem.ts";
export type { ProblemFlags } from "./input/problem/merge-flags.ts";
export type { OpenNamed, SourceText } from "./input/text/source-text.ts";
export type { HighsWorkerOptions } from "./milp/highs-client.ts";
