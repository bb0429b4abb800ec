import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, drawIndex } from "../src/bench/random.ts";
import { requestOf } from "../src/cli/solve/solve-request.ts";
import { startableRequest } from "../src/export/deployable.ts";
import { launcherOf } from "../src/export/startable.ts";
import { libraryPath } from "../src/files/model-library.ts";
import { readServedProblem } from "../src/files/read-problem.ts";
import { createPool, type Pool } from "../src/hardware/pool.ts";
import type { Problem } from "../src/placement/problem.ts";
import type { SolveRequest } from "../src/solver/request.ts";
import { CONCURRENCY_LEVELS } from "../src/workload/load.ts";
import { linkShippedFiles, TODAY } from "./catalogue-problems.ts";
import type { GrowthSeries } from "./measured.ts";

/**
 * What a problem of the series is made of: offers of the catalogue in its pool, drawn; levels of concurrency that are searched, from one
 * sequence upwards; layers of the model, all like those of the 70B model; most stages of a pipeline.
 */
export type GrowthSizes = Readonly<Record<GrowthSeries, number>>;

/** Where every series starts. */
export const GROWTH_BASE: GrowthSizes = { offers: 40, levels: 63, layers: 80, stages: 8 };

/** The sizes of each series, rising; that of the base is one of them. */
export const GROWTH_SERIES: Readonly<Record<GrowthSeries, readonly number[]>> = {
  offers: [10, 20, 40, 80, 160, 350],
  levels: [1, 2, 4, 8, 16, 32, 63],
  layers: [8, 16, 32, 64, 80, 128],
  stages: [1, 2, 4, 8, 16],
};

/** Seeds that offers are drawn with: one of them may happen to be an easy problem. */
export const GROWTH_SEEDS: readonly number[] = [1, 2, 3];

const MODEL = "llama-3.3-70b";

/**
 * The base problem with one number changed: a model of the 70B model's layers on offers out of the catalogue, 2,048 input and 512
 * output tokens, any load, by the calibrated cost model.
 * @param scratch directory for the description of a model with another number of layers
 */
export function growthProblem(
  series: GrowthSeries,
  size: number,
  seed: number,
  scratch: string,
): { readonly problem: Problem; readonly request: SolveRequest } {
  linkShippedFiles();
  const sizes: GrowthSizes = { ...GROWTH_BASE, [series]: size };
  const whole = readServedProblem({
    model: modelOf(sizes.layers, scratch),
    inputTokens: 2048,
    outputTokens: 512,
    maxPipelineStages: sizes.stages,
    today: TODAY,
  });
  const problem = { ...whole, pool: drawnPool(whole.pool, sizes.offers, seed) };
  const request = startableRequest(launcherOf(problem)!, problem, requestOf({}, problem.workload));
  return { problem, request: withLevels(request, sizes.levels) };
}

/** The first of the pool's types in an order that is drawn, so that a larger pool has all of a smaller one. */
export function drawnPool(pool: Pool, offers: number, seed: number): Pool {
  if (offers > pool.types.length) {
    throw new Error(`the catalogue has ${pool.types.length} offers, ${offers} are asked for`);
  }
  const random = createRandom(seed);
  const types = [...pool.types];
  // Fisher and Yates: each order is as likely as any other.
  for (let last = types.length - 1; last > 0; last--) {
    const other = drawIndex(random, last + 1);
    [types[last], types[other]] = [types[other]!, types[last]!];
  }
  const drawn = types.slice(0, offers).sort((a, b) => a.position - b.position);
  return createPool(drawn);
}

/** The first so many levels are searched. */
function withLevels(request: SolveRequest, levels: number): SolveRequest {
  const mostSequences = CONCURRENCY_LEVELS[levels - 1]!;
  return { ...request, nodeRules: { ...request.nodeRules!, mostSequences } };
}

/** The library's model, or a config.json of it with another number of layers. */
function modelOf(layers: number, scratch: string): string {
  if (layers === GROWTH_BASE.layers) return MODEL;
  const { config } = JSON.parse(readFileSync(libraryPath(MODEL), "utf8")) as {
    readonly config: Readonly<Record<string, unknown>>;
  };
  const directory = join(scratch, `layers-${layers}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, "config.json"),
    JSON.stringify({ ...config, num_hidden_layers: layers }),
  );
  return directory;
}
