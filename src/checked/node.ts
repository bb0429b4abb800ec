/** As core.ts, for the functions that need Node. */

import { collect as collected } from "../files/collect.ts";
import { readCatalogue as catalogueIn } from "../files/read-catalogue.ts";
import { readModel as model } from "../files/read-model.ts";
import { type ProblemOptions, readServedProblem } from "../files/read-problem.ts";
import { storeSweep as sweepStored } from "../files/sweep-store.ts";
import { parseCalibration } from "../input/measurements/parse-calibration.ts";
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
  listOf,
  made,
  objectOf,
  optional,
  text,
} from "./check.ts";
import { CHOICE_FLAGS, overrides, PROBLEM_FLAGS, problem } from "./shapes.ts";

const options: Check = objectOf<ProblemOptions>({
  ...PROBLEM_FLAGS,
  ...CHOICE_FLAGS,
  catalogueDirectory: optional(text),
  configDir: optional(text),
  model: optional(text),
  overrides,
  today: optional(text),
  ignoreNetworkFile: optional(flag),
});

/** A problem from its files, as `solve` on the command line reads it. */
export const readProblem: (options: ProblemOptions) => Problem = guarded(
  (given: ProblemOptions) => readServedProblem(given, parseCalibration),
  { options },
);

export const readModel: typeof model = guarded(model, { nameOrPath: text, overrides });

export const readCatalogue: typeof catalogueIn = guarded(catalogueIn, {
  ownDirectory: optional(text),
});

export const collect: typeof collected = guarded(collected, {
  directories: listOf(text),
  outPath: text,
});
export const storeSweep: typeof sweepStored = guarded(sweepStored, {
  problem,
  grid: made,
  outDir: text,
  onRun: optional(callable),
});
export const createHighsWorkerBackend: typeof workerBackend = guarded(workerBackend, {
  options: optional(
    objectOf<HighsWorkerOptions>({
      liftoffOnly: optional(flag),
      confirm: optional(flag),
      createWorker: optional(callable),
      patience: optional(made),
    }),
  ),
});
