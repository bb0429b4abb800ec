/**
 * The functions of the core as a library gives them out: behind a look at their arguments, which refuses unknown keys and wrong
 * types as the command line does. The program itself calls what is behind, thousands of times.
 */

import { selectPool as select } from "../catalogue/select-pool.ts";
import { createCalibratedModel as calibratedModel } from "../cost/calibrated/calibrated-model.ts";
import { createReferenceModel as referenceModel } from "../cost/reference/reference-model.ts";
import {
  deployableRequest as deployable,
  startableRequest as startable,
} from "../export/deployable.ts";
import { exportPlacement as exported } from "../export/export.ts";
import { solveDeployable as solvedDeployable } from "../export/solve-deployable.ts";
import { solveStartable as solvedStartable } from "../export/solve-startable.ts";
import { createPool as pool } from "../hardware/pool.ts";
import { libraryModel as fromLibrary } from "../huggingface/library.ts";
import { huggingFaceModel as fromHuggingFace } from "../huggingface/read-huggingface.ts";
import { createInlineHighs as highsInline } from "../milp/highs-inline.ts";
import { architectureOfOutline as ofOutline } from "../model/outline.ts";
import { evaluateAtMaxLoad as atMaxLoad, evaluateAtRate as atRate } from "../placement/at-load.ts";
import { evaluate as evaluated } from "../placement/evaluate.ts";
import { evenSplit as splitEvenly } from "../placement/even-split.ts";
import { bestEvenSplits as bestSplits } from "../solver/even-splits/even-splits.ts";
import { answerModel as modelOfAnswer, solve as solved } from "../solver/solve.ts";
import { createGrid as grid } from "../sweep/grid.ts";
import { lengthMoments as moments } from "../workload/lengths.ts";
import { callable, guarded, guardedAsync, made, number, text } from "./check.ts";
import {
  distribution,
  engineSettings,
  exportRequest,
  factors,
  form,
  gridChoices,
  huggingFaceFiles,
  inlineHighs,
  outline,
  overrides,
  placement,
  point,
  poolEntries,
  poolItems,
  problem,
  request,
  solveOptions,
  split,
} from "./shapes.ts";

export const evaluate: typeof evaluated = guarded(evaluated, { problem, placement });
export const evaluateAtMaxLoad: typeof atMaxLoad = guarded(atMaxLoad, {
  problem,
  placementAt: callable,
});
export const evaluateAtRate: typeof atRate = guarded(atRate, {
  problem,
  requestsPerSecond: number,
  placementAt: callable,
});
export const evenSplit: typeof splitEvenly = guarded(splitEvenly, { problem, split, point });
export const bestEvenSplits: typeof bestSplits = guarded(bestSplits, { problem, request });
export const solve: typeof solved = guardedAsync(solved, {
  problem,
  request,
  backend: made,
  options: solveOptions,
});
export const answerModel: typeof modelOfAnswer = guardedAsync(modelOfAnswer, {
  problem,
  request,
  answer: made,
  backend: made,
});
export const solveDeployable: typeof solvedDeployable = guardedAsync(solvedDeployable, {
  problem,
  request,
  form,
  backend: made,
  options: solveOptions,
});
export const solveStartable: typeof solvedStartable = guardedAsync(solvedStartable, {
  problem,
  request,
  backend: made,
  options: solveOptions,
});
export const deployableRequest: typeof deployable = guarded(deployable, { form, problem, request });
export const startableRequest: typeof startable = guarded(startable, { form, problem, request });
export const exportPlacement: typeof exported = guarded(exported, {
  problem,
  evaluation: made,
  request: exportRequest,
});
export const createGrid: typeof grid = guarded(grid, { problem, choices: gridChoices });
export const createPool: typeof pool = guarded(pool, { entries: poolEntries });
export const selectPool: typeof select = guarded(select, {
  catalogue: made,
  items: poolItems,
  today: text,
});
export const architectureOfOutline: typeof ofOutline = guarded(ofOutline, { outline });
export const createReferenceModel: typeof referenceModel = guarded(referenceModel, {
  architecture: made,
  factors,
});
export const createCalibratedModel: typeof calibratedModel = guarded(calibratedModel, {
  architecture: made,
  settings: engineSettings,
  knowledge: made,
});
export const lengthMoments: typeof moments = guarded(moments, { distribution, where: text });
export const libraryModel: typeof fromLibrary = guarded(fromLibrary, { file: made, overrides });
export const huggingFaceModel: typeof fromHuggingFace = guarded(fromHuggingFace, {
  files: huggingFaceFiles,
});
export const createInlineHighs: typeof highsInline = guarded(highsInline, { options: inlineHighs });
