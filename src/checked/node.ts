/** As core.ts, for the functions that need Node. */

import { collect as collected } from "../files/collect.ts";
import { readCatalogue as catalogueIn } from "../files/read-catalogue.ts";
import { readModel as model } from "../files/read-model.ts";
import {
  type ProblemOptions,
  type readProblem as read,
  readServedProblem,
} from "../files/read-problem.ts";
import { storeSweep as sweepStored } from "../files/sweep-store.ts";
import {
  type CatalogueTexts,
  parseCatalogue as catalogueOf,
} from "../input/catalogue/parse-catalogue.ts";
import { readHuggingFaceModel as fromTexts } from "../input/model/huggingface-texts.ts";
import {
  completePlacement as completed,
  type WorkloadFlags,
} from "../input/placement/complete-placement.ts";
import {
  parsePlacement as onePlacement,
  type PlacementInput,
  parsePlacementLines as placementLines,
} from "../input/placement/parse-placement.ts";
import { networkToCsv as networkCsv } from "../input/pool/network-csv.ts";
import { parsePoolCsv as poolCsv } from "../input/pool/parse-pool-csv.ts";
import { buildProblem as built, type ProblemFiles } from "../input/problem/build-problem.ts";
import { withDefaultLoad } from "../input/problem/default-load.ts";
import type { ProblemFlags } from "../input/problem/merge-flags.ts";
import type { SourceText } from "../input/text/source-text.ts";
import {
  type HighsWorkerOptions,
  createHighsWorkerBackend as workerBackend,
} from "../milp/highs-client.ts";
import type { Problem } from "../placement/problem.ts";
import {
  type Check,
  callable,
  flag,
  guarded,
  type Keys,
  listOf,
  made,
  mapOf,
  nullOr,
  number,
  objectOf,
  optional,
  text,
} from "./check.ts";
import {
  huggingFaceFiles,
  LIMITS,
  overrides,
  poolItems,
  problem,
  stages,
  workload,
} from "./shapes.ts";

const TEXT_OF_FILE = [
  ["text", text],
  ["fileName", text],
] as const;

const FLAGS: Keys<ProblemFlags> = {
  inputTokens: optional(number),
  inputP95Tokens: optional(number),
  inputLengthsFile: optional(text),
  outputTokens: optional(number),
  outputP95Tokens: optional(number),
  outputLengthsFile: optional(text),
  minBatch: optional(number),
  maxBatch: optional(number),
  concurrency: optional(number),
  maxLoad: optional(flag),
  requestRate: optional(number),
  costModel: optional(text),
  engine: optional(text),
  gpuMemoryUtilization: optional(number),
  maxModelLenTokens: optional(number),
  maxBatchedTokens: optional(number),
  calibrationFile: optional(text),
  cloudProvider: optional(text),
  ownedByType: optional(mapOf(number)),
  phase: optional(text),
  limits: optional(
    objectOf(
      Object.fromEntries(
        Object.entries(LIMITS).map(([key, check]) => [key, optional(check)]),
      ) as typeof LIMITS,
    ),
  ),
  timeLimitSeconds: optional(number),
  maxPipelineStages: optional(number),
  totalTokens: optional(number),
  anyShape: optional(flag),
};

const itemsOrPath: Check = (value, where) =>
  typeof value === "string" ? undefined : poolItems(value, where);

const options: Check = objectOf<ProblemOptions>({
  ...FLAGS,
  instances: optional(text),
  poolItems: optional(itemsOrPath),
  providers: optional(listOf(text)),
  regions: optional(listOf(text)),
  gpus: optional(listOf(text)),
  priceKinds: optional(listOf(text)),
  maxCount: optional(number),
  catalogueDirectory: optional(text),
  configDir: optional(text),
  model: optional(text),
  overrides,
  today: optional(text),
  ignoreNetworkFile: optional(flag),
});

type AllFiles = {
  readonly [K in Extract<ProblemFiles, { readonly instances: unknown }> extends infer F
    ? keyof F
    : never]: unknown;
};

const files: Check = objectOf<AllFiles>({
  pool: made,
  instances: optional(made),
  config: nullOr(made),
  model: optional(nullOr(made)),
  network: nullOr(made),
  layers: optional(nullOr(made)),
  open: optional(callable),
});

/** A problem from its files, as `solve` on the command line reads it. */
export const readProblem: typeof read = guarded(readServedProblem, [["options", options]]);

/** As `readProblem`, from texts. */
export const buildProblem: typeof built = guarded(
  (given: ProblemFiles, flags: ProblemFlags = {}): Problem =>
    built(given, withDefaultLoad(flags, given.config !== null)),
  [
    ["files", files],
    ["flags", optional(objectOf(FLAGS))],
  ],
);

export const readModel: typeof model = guarded(model, [
  ["nameOrPath", text],
  ["overrides", overrides],
]);

export const readHuggingFaceModel: typeof fromTexts = guarded(fromTexts, [
  ["texts", huggingFaceFiles],
]);

export const parsePlacement: typeof onePlacement = guarded(onePlacement, TEXT_OF_FILE);
export const parsePlacementLines: typeof placementLines = guarded(placementLines, [
  ...TEXT_OF_FILE,
  ["firstLine", optional(number)],
]);
export const parsePoolCsv: typeof poolCsv = guarded(poolCsv, TEXT_OF_FILE);

const source = objectOf<SourceText>({ text, fileName: text });
export const parseCatalogue: typeof catalogueOf = guarded(catalogueOf, [
  [
    "texts",
    objectOf<CatalogueTexts>({
      instances: optional(source),
      prices: optional(source),
      gpus: optional(source),
      discounts: optional(source),
    }),
  ],
]);
export const readCatalogue: typeof catalogueIn = guarded(catalogueIn, [
  ["ownDirectory", optional(text)],
]);

export const completePlacement: typeof completed = guarded(completed, [
  [
    "input",
    objectOf<PlacementInput>({
      batch_size: optional(number),
      sequence_length: optional(number),
      output_length: optional(number),
      workload_phase: optional(text),
      stages,
      isAnswer: optional(flag),
    }),
  ],
  ["workload", workload],
  ["where", text],
  [
    "flags",
    optional(
      objectOf<WorkloadFlags>({
        inputTokens: optional(number),
        inputFlag: optional(text),
        outputTokens: optional(number),
        outputFlag: optional(text),
        phase: optional(text),
        minBatch: optional(number),
        maxBatch: optional(number),
        concurrency: optional(number),
        maxLoad: optional(flag),
        requestRate: optional(number),
      }),
    ),
  ],
]);

export const collect: typeof collected = guarded(collected, [
  ["directories", listOf(text)],
  ["outPath", text],
]);
export const storeSweep: typeof sweepStored = guarded(sweepStored, [
  ["problem", problem],
  ["grid", made],
  ["outDir", text],
  ["onRun", optional(callable)],
]);
export const networkToCsv: typeof networkCsv = guarded(networkCsv, [["network", made]]);

export const createHighsWorkerBackend: typeof workerBackend = guarded(workerBackend, [
  [
    "options",
    optional(
      objectOf<HighsWorkerOptions>({
        liftoffOnly: optional(flag),
        confirmInfeasible: optional(flag),
        createWorker: optional(callable),
        patience: optional(made),
      }),
    ),
  ],
]);
