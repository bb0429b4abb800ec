/** As core.ts, for the functions that need Node. */

import { buildProblem as built, type ProblemFiles } from "../files/build-problem.ts";
import { withDefaultLoad } from "../files/default-load.ts";
import { readHuggingFaceModel as fromTexts } from "../files/huggingface-texts.ts";
import type { ProblemFlags } from "../files/merge-flags.ts";
import { readModel as model } from "../files/read-model.ts";
import {
  type ProblemOptions,
  type readProblem as read,
  readServedProblem,
} from "../files/read-problem.ts";
import type { Problem } from "../placement/problem.ts";
import {
  type HighsWorkerOptions,
  createHighsWorkerBackend as workerBackend,
} from "../solver/milp/highs-client.ts";
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
import { huggingFaceFiles, LIMITS, overrides, poolItems } from "./shapes.ts";

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
