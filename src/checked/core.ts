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
import { createInlineHighs as inlineHighs } from "../milp/highs-inline.ts";
import { architectureOfOutline as ofOutline } from "../model/outline.ts";
import { evaluateAtMaxLoad as atMaxLoad, evaluateAtRate as atRate } from "../placement/at-load.ts";
import { evaluate as evaluated } from "../placement/evaluate.ts";
import { evenSplit as splitEvenly } from "../placement/even-split.ts";
import { bestEvenSplits as bestSplits } from "../solver/even-splits/even-splits.ts";
import { answerModel as modelOfAnswer, solve as solved } from "../solver/solve.ts";
import { createGrid as grid } from "../sweep/grid.ts";
import { lengthMoments as moments } from "../workload/lengths.ts";
import { callable, guarded, guardedAsync, made, number, text } from "./check.ts";
import * as shapes from "./shapes.ts";

const PROBLEM = ["problem", shapes.problem] as const;
const REQUEST = ["request", shapes.request] as const;
const OPTIONS = ["options", shapes.solveOptions] as const;
const BACKEND = ["backend", made] as const;
const FORM = ["form", shapes.form] as const;

export const evaluate: typeof evaluated = guarded(evaluated, [
  PROBLEM,
  ["placement", shapes.placement],
]);
export const evaluateAtMaxLoad: typeof atMaxLoad = guarded(atMaxLoad, [
  PROBLEM,
  ["placementAt", callable],
]);
export const evaluateAtRate: typeof atRate = guarded(atRate, [
  PROBLEM,
  ["requestsPerSecond", number],
  ["placementAt", callable],
]);
export const evenSplit: typeof splitEvenly = guarded(splitEvenly, [
  PROBLEM,
  ["split", shapes.split],
  ["point", shapes.point],
]);
export const bestEvenSplits: typeof bestSplits = guarded(bestSplits, [PROBLEM, REQUEST]);
export const solve: typeof solved = guardedAsync(solved, [PROBLEM, REQUEST, BACKEND, OPTIONS]);
export const answerModel: typeof modelOfAnswer = guardedAsync(modelOfAnswer, [
  PROBLEM,
  REQUEST,
  ["answer", made],
  BACKEND,
]);
export const solveDeployable: typeof solvedDeployable = guardedAsync(solvedDeployable, [
  PROBLEM,
  REQUEST,
  FORM,
  BACKEND,
  OPTIONS,
]);
export const solveStartable: typeof solvedStartable = guardedAsync(solvedStartable, [
  PROBLEM,
  REQUEST,
  BACKEND,
  OPTIONS,
]);
export const deployableRequest: typeof deployable = guarded(deployable, [FORM, PROBLEM, REQUEST]);
export const startableRequest: typeof startable = guarded(startable, [FORM, PROBLEM, REQUEST]);
export const exportPlacement: typeof exported = guarded(exported, [
  PROBLEM,
  ["evaluation", made],
  ["request", shapes.exportRequest],
]);
export const createGrid: typeof grid = guarded(grid, [PROBLEM, ["choices", shapes.gridChoices]]);
export const createPool: typeof pool = guarded(pool, [["entries", shapes.poolEntries]]);
export const selectPool: typeof select = guarded(select, [
  ["catalogue", made],
  ["items", shapes.poolItems],
  ["today", text],
]);
export const architectureOfOutline: typeof ofOutline = guarded(ofOutline, [
  ["outline", shapes.outline],
]);
export const createReferenceModel: typeof referenceModel = guarded(referenceModel, [
  ["architecture", made],
  ["factors", shapes.factors],
]);
export const createCalibratedModel: typeof calibratedModel = guarded(calibratedModel, [
  ["architecture", made],
  ["settings", shapes.engineSettings],
  ["knowledge", made],
]);
export const lengthMoments: typeof moments = guarded(moments, [
  ["distribution", shapes.distribution],
  ["where", text],
]);
export const libraryModel: typeof fromLibrary = guarded(fromLibrary, [
  ["file", made],
  ["overrides", shapes.overrides],
]);
export const huggingFaceModel: typeof fromHuggingFace = guarded(fromHuggingFace, [
  ["files", shapes.huggingFaceFiles],
]);
export const createInlineHighs: typeof inlineHighs = guarded(inlineHighs, [
  ["options", shapes.inlineHighs],
]);
