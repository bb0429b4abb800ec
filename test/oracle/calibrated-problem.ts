import { costModelOf } from "../../src/cost/origin.ts";
import type { EngineSettings } from "../../src/engines/engine-settings.ts";
import type { Pool } from "../../src/hardware/pool.ts";
import { limitsAtRate } from "../../src/input/problem/merge-flags.ts";
import type { Model } from "../../src/model/model.ts";
import { outlineOf } from "../../src/model/outline.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_TP_DEGREES, type SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { lengthMoments } from "../../src/workload/lengths.ts";
import { tokensPerRequest } from "../../src/workload/load.ts";
import { NO_LIMITS, type Workload } from "../../src/workload/workload.ts";
import { defaultSettings } from "../support/calibrated.ts";
import { bruteForce, TooManyError } from "./brute-force.ts";
import { drawMachines } from "./catalogue-machines.ts";
import { drawCutDownModel } from "./library-models.ts";
import { createPrng, type Prng } from "./prng.ts";
import { type Drawn, drawRequest } from "./random-problem.ts";

const ENGINES = ["vllm", "vllm", "vllm", "vllm-eager", "tensorrt-llm", "llama.cpp"] as const;
const MOST_ATTEMPTS = 400;

/** After so many attempts less is wanted. */
const PATIENCE = 60;

/** What a load leaves to enumerate: a load that is open has 63 operating points. */
interface Size {
  readonly layers: number;
  readonly types: number;
  readonly instances: number;
  readonly stages: number;
  /** Orderings of groups over all operating points. */
  readonly mostOrderings: number;
}

const GIVEN: Size = { layers: 9, types: 3, instances: 2, stages: 4, mostOrderings: 2500 };
const OPEN: Size = { layers: 6, types: 2, instances: 2, stages: 2, mostOrderings: 4000 };

const LARGER: Omit<Size, "mostOrderings"> = { layers: 24, types: 7, instances: 4, stages: 6 };

/** So few placements that `evaluate` can be asked about each. */
const TINY: Size = { layers: 4, types: 2, instances: 2, stages: 3, mostOrderings: 60 };

/**
 * A problem as `solve` makes it of a command line, but so small that it can be enumerated: the calibrated cost model with the shipped
 * constants, a model of the library cut down to a few layers, machines of the catalogue, any load. Most have an answer of several stages.
 */
export function drawCalibratedProblem(seed: number): Drawn {
  const prng = createPrng(seed * 67_867_967 + 13);
  const load = prng.pick(["batches", "batches", "concurrency", "max", "request_rate"] as const);
  const isOpen = load === "max" || load === "request_rate";
  return drawUntil(seed, prng, load, isOpen ? OPEN : GIVEN);
}

/** Such a problem with hardly any placements; batches are given. */
export function drawTinyCalibratedProblem(seed: number): Drawn {
  const prng = createPrng(seed * 86_028_157 + 19);
  return drawUntil(seed, prng, prng.pick(["batches", "concurrency"] as const), TINY);
}

/** A problem that is too large to be enumerated, with limits that may forbid everything. */
export function drawLargerProblem(seed: number): Omit<Drawn, "outcomes"> {
  const prng = createPrng(seed * 49_979_687 + 7);
  const load = prng.pick(["batches", "concurrency", "max", "max", "request_rate"] as const);
  const { problem, request } = drawOnce(prng, load, LARGER);
  const limits = {
    ...problem.limits,
    latencySafetyMargin: prng.pick([0, 0.1]),
    maxHourlyCostUsd: prng.chance(0.3) ? prng.pick([1, 5, 20, 60]) : null,
    ...(problem.workload.phase === "aggregated" && {
      maxTtftSeconds: prng.chance(0.3) ? prng.pick([0.05, 0.3, 2, 10]) : null,
      maxTpotSeconds: prng.chance(0.3) ? prng.pick([0.003, 0.01, 0.03, 0.1]) : null,
    }),
  };
  const requestsPerSecond = prng.pick([0.01, 0.3, 3, 20]);
  const workload: Workload =
    load === "request_rate"
      ? { ...problem.workload, load: { kind: load, requestsPerSecond } }
      : problem.workload;
  return {
    seed,
    prng,
    request,
    // A matrix of so many GPUs takes thousands of MILPs.
    problem: {
      ...problem,
      network: { kind: "derived" },
      workload,
      limits: limitsAtRate(limits, workload),
    },
  };
}

type LoadKind = "batches" | NonNullable<Workload["load"]>["kind"];

function drawUntil(seed: number, prng: Prng, load: LoadKind, size: Size): Drawn {
  const wantsStages = Math.min(size.stages, prng.pick([0, 2, 2, 3]));
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { problem, request } = drawOnce(prng, load, size);
    try {
      const points = requestedPoints(problem);
      const outcomes = bruteForce(problem, request, points, size.mostOrderings);
      const most = Math.max(0, ...outcomes.map(({ stages }) => stages));
      if (most < wantsStages - Math.floor(attempt / PATIENCE)) continue;
      const served = load === "request_rate" ? atRate(prng, problem, outcomes) : problem;
      return { seed, problem: served, request, outcomes, prng };
    } catch (error) {
      if (!(error instanceof TooManyError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no calibrated problem can be enumerated`);
}

function drawOnce(
  prng: Prng,
  load: LoadKind,
  size: Omit<Size, "mostOrderings">,
): { readonly problem: Problem; readonly request: SolveRequest } {
  const pool = drawMachines(prng, size.types, size.instances);
  const gpuGib = prng.pick(pool.types).instance.gpuMemoryGib;
  const wantedGib = gpuGib * prng.pick([0.2, 0.6, 0.6, 1.2, 1.2, 2.5]);
  const model = drawCutDownModel(prng, wantedGib, prng.int(3, size.layers));
  const workload = drawWorkload(prng, load);
  const { layerWeightGib, numLayers } = outlineOf(model.architecture);
  const settings = drawSettings(prng, workload, layerWeightGib * numLayers, wantedGib);
  const problem: Problem = {
    model,
    pool,
    network: prng.chance(0.1) ? drawMatrix(prng, pool) : { kind: "derived" },
    costModel: costModelOf({ name: "calibrated", factors: {} }, model.architecture, settings),
    engine: settings,
    rules: {
      maxPipelineStages: prng.int(2, size.stages),
      minLayersPerStage: 1,
      minMemoryUtilization: 0,
      quantizeSegments: false,
      ...((prng.chance(0.5) || !hasPlainShape(model, settings)) && { anyShape: true }),
    },
    workload,
    limits: NO_LIMITS,
    weights: {
      costWeight: 0.5,
      throughputNormalization: prng.pick([100, 10_000]),
      costNormalization: prng.pick([1, 10]),
      crossInstancePenalty: prng.pick([0, 0.01, 0.3, 2]),
    },
    totalTokensToProcess: 1_000_000,
    timeLimitSeconds: null,
    warnings: [],
  };
  const tpDegrees = prng.pick([
    DEFAULT_TP_DEGREES,
    DEFAULT_TP_DEGREES,
    [1],
    [1, 2],
    [2, 4],
    [1, 3],
  ]);
  return { problem, request: drawRequest(prng, pool, tpDegrees) };
}

/** Whether heads and widths alone forbid TP degrees, which is all that the brute force knows of shapes. */
function hasPlainShape({ architecture, weightGroups }: Model, { engine }: EngineSettings): boolean {
  return (
    architecture.kinds.every(({ attention }) => attention.kind === "grouped-query") &&
    weightGroups === undefined &&
    engine !== "llama.cpp"
  );
}

function drawWorkload(prng: Prng, load: LoadKind): Workload {
  const phase = prng.pick(["aggregated", "aggregated", "aggregated", "prefill", "decode"] as const);
  const inputTokens = prng.pick([64, 512, 2048, 16_384]);
  const outputTokens = phase === "prefill" ? 0 : prng.pick([32, 256, 1024]);
  const batch = prng.pick([1, 4, 16, 64]);
  const p95 = { meanTokens: inputTokens, p95Tokens: 2 * inputTokens };
  const spread = lengthMoments({ kind: "lognormal", ...p95 }, "oracle");
  const lengths = {
    phase,
    inputTokens,
    outputTokens,
    ...(prng.chance(0.15) && { inputLengths: spread }),
  };
  const open = { ...lengths, minBatch: null, maxBatch: null };
  switch (load) {
    case "batches":
      return { ...lengths, minBatch: batch, maxBatch: batch * prng.pick([1, 2, 3]) };
    case "concurrency": {
      const sequences = batch + prng.int(0, batch);
      return {
        ...lengths,
        minBatch: sequences,
        maxBatch: sequences,
        load: { kind: "concurrency", sequences },
      };
    }
    case "max":
      return { ...open, load: { kind: "max" } };
    case "request_rate":
      return { ...open, load: { kind: "request_rate", requestsPerSecond: 1 } };
  }
}

/**
 * The engine's settings. As often as not the memory it may use is cut down until the model fills GPUs as it was wanted to, which
 * so few layers seldom do.
 */
function drawSettings(
  prng: Prng,
  { phase, inputTokens, outputTokens }: Workload,
  weightsGib: number,
  wantedGib: number,
): EngineSettings {
  const engine = prng.pick(ENGINES);
  const served = inputTokens! + (phase === "prefill" ? 0 : outputTokens!);
  const settings = defaultSettings(engine);
  const usual = settings.gpuMemoryUtilization;
  const tight = Math.max(0.1, Math.min(usual, usual * (weightsGib / wantedGib)));
  return {
    ...settings,
    gpuMemoryUtilization: prng.chance(0.7) ? Number(tight.toPrecision(3)) : usual,
    maxModelLenTokens: prng.chance(0.25) ? served * prng.pick([1, 4, 40]) : null,
  };
}

function drawMatrix(prng: Prng, { gpuCount }: Pool): Problem["network"] {
  return {
    kind: "matrix",
    gpuCount,
    gBytesPerSecond: Float64Array.from({ length: gpuCount ** 2 }, () => prng.pick([0.05, 1, 20])),
  };
}

/** The problem at a rate of requests that some placement serves, or nearly so; as it is where there is none. */
function atRate(prng: Prng, problem: Problem, outcomes: Drawn["outcomes"]): Problem {
  if (outcomes.length === 0) return problem;
  const { point, tokensPerSecond } = prng.pick(outcomes);
  const requestsPerSecond =
    (tokensPerSecond * prng.pick([1, 0.999, 0.5, 1.01])) / tokensPerRequest(point.phase, point);
  const workload: Workload = {
    ...problem.workload,
    load: { kind: "request_rate", requestsPerSecond },
  };
  return { ...problem, workload, limits: limitsAtRate(problem.limits, workload) };
}
