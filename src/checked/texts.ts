/** As core.ts, for the readers of texts: what the user's files say, without the files themselves. */

import {
  type CatalogueTexts,
  parseCatalogue as catalogueOf,
} from "../input/catalogue/parse-catalogue.ts";
import { parseConfig as config } from "../input/config/parse-config.ts";
import { parseCalibration } from "../input/measurements/parse-calibration.ts";
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
import { choosePool as chosen } from "../input/pool/choose-pool.ts";
import { networkToCsv as networkCsv } from "../input/pool/network-csv.ts";
import { parsePoolCsv as poolCsv } from "../input/pool/parse-pool-csv.ts";
import { buildProblem as built, type ProblemFiles } from "../input/problem/build-problem.ts";
import { withDefaultLoad } from "../input/problem/default-load.ts";
import type { ProblemFlags } from "../input/problem/merge-flags.ts";
import type { SourceText } from "../input/text/source-text.ts";
import type { Problem } from "../placement/problem.ts";
import {
  type Check,
  callable,
  flag,
  guarded,
  made,
  nullOr,
  number,
  objectOf,
  optional,
  text,
} from "./check.ts";
import { CHOICE_FLAGS, huggingFaceFiles, PROBLEM_FLAGS, stages, workload } from "./shapes.ts";

const TEXT_OF_FILE = { text, fileName: text };

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

/** A problem from the texts of its files, as `readProblem` reads it from the files. */
export const buildProblem: (files: ProblemFiles, flags?: ProblemFlags) => Problem = guarded(
  (given: ProblemFiles, flags: ProblemFlags = {}) =>
    built(given, withDefaultLoad(flags, given.config !== null), parseCalibration),
  { files, flags: optional(objectOf(PROBLEM_FLAGS)) },
);

export const parseConfig: typeof config = guarded(config, TEXT_OF_FILE);
export const readHuggingFaceModel: typeof fromTexts = guarded(fromTexts, {
  texts: huggingFaceFiles,
});

export const parsePlacement: typeof onePlacement = guarded(onePlacement, TEXT_OF_FILE);
export const parsePlacementLines: typeof placementLines = guarded(placementLines, {
  ...TEXT_OF_FILE,
  firstLine: optional(number),
});
export const parsePoolCsv: typeof poolCsv = guarded(poolCsv, TEXT_OF_FILE);

const source = objectOf<SourceText>({ text, fileName: text });
export const parseCatalogue: typeof catalogueOf = guarded(catalogueOf, {
  texts: objectOf<CatalogueTexts>({
    instances: optional(source),
    prices: optional(source),
    gpus: optional(source),
    discounts: optional(source),
  }),
});
export const choosePool: typeof chosen = guarded(chosen, {
  catalogue: made,
  flags: objectOf(CHOICE_FLAGS),
  today: text,
  open: optional(callable),
});

export const completePlacement: typeof completed = guarded(completed, {
  input: objectOf<PlacementInput>({
    batch_size: optional(number),
    sequence_length: optional(number),
    output_length: optional(number),
    workload_phase: optional(text),
    stages,
    isAnswer: optional(flag),
  }),
  workload,
  where: text,
  flags: optional(
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
});

export const networkToCsv: typeof networkCsv = guarded(networkCsv, { network: made });
