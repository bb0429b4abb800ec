import { createReferenceModel } from "../../src/cost/reference/reference-model.ts";
import type { Pool } from "../../src/hardware/pool.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { NO_LIMITS, type OperatingPoint, PHASES } from "../../src/workload/workload.ts";
import { frontierOf } from "./best-outcome.ts";
import { bruteForce, type Outcome, TooManyError } from "./brute-force.ts";
import {
  FLAVOURS,
  type Flavour,
  MESSAGE_FLAVOURS,
  SERVING_FLAVOURS,
  TINY,
  TINY_MESSAGES,
  TINY_SERVED,
  TINY_SERVED_MESSAGES,
} from "./flavours.ts";
import { createPrng, type Prng } from "./prng.ts";
import { drawMessages, drawModel, drawServing, drawTableModel, withEnds } from "./random-model.ts";
import { drawMatrix, drawPool, drawTypes } from "./random-pool.ts";

/** A problem with everything that is asked of it but the objective and the limits, and all that can be had from it. */
export interface Drawn {
  readonly seed: number;
  readonly problem: Problem;
  readonly request: SolveRequest;
  readonly outcomes: readonly Outcome[];
  /** For further choices that belong to this problem. */
  readonly prng: Prng;
}

/** Orderings of seats a brute force may visit; some hundredths of a second. */
const MOST_ORDERINGS = 100_000;
const MOST_ORDERINGS_TINY = 400;
/** With latencies limited each ordering takes longer. */
const MOST_ORDERINGS_SERVING = 4000;

/** After so many attempts a little less is wanted. */
const PATIENCE = 20;
const MOST_ATTEMPTS = 1000;

/**
 * Draws the problem of a seed. Draws are repeated until the brute force is small enough, and as a rule until the frontier has
 * several points and one of them needs several stages. Some of the problems have no solution.
 */
export function drawProblem(seed: number): Drawn {
  const prng = createPrng(seed * 7919 + 17);
  const wanted = {
    points: prng.pick([0, 1, 2, 2, 3, 4]),
    stages: prng.pick([0, 1, 2, 2, 3, 4, 5]),
    nothing: prng.chance(0.05),
  };
  return drawUntil(prng, seed, prng.pick(FLAVOURS), MOST_ORDERINGS, wanted);
}

/** Draws a problem of a cost model that predicts latencies; none of them is limited yet. */
export function drawServingProblem(seed: number): Drawn {
  const prng = createPrng(seed * 15_485_863 + 29);
  const wanted = {
    points: prng.pick([0, 1, 2, 2, 3]),
    stages: prng.pick([0, 1, 2, 2, 3, 4]),
    nothing: prng.chance(0.03),
  };
  return drawUntil(prng, seed, prng.pick(SERVING_FLAVOURS), MOST_ORDERINGS_SERVING, wanted);
}

/** Draws a problem of which every placement can be evaluated. */
export function drawTinyProblem(seed: number): Drawn {
  return drawTiny(createPrng(seed * 104_729 + 5), seed, TINY);
}

/** The same of a cost model that predicts latencies. */
export function drawTinyServingProblem(seed: number): Drawn {
  return drawTiny(createPrng(seed * 86_028_121 + 3), seed, TINY_SERVED);
}

/** Draws a problem of a cost model that looks at where the next stage stands; no latency is limited yet. */
export function drawMessageProblem(seed: number): Drawn {
  const prng = createPrng(seed * 32_452_843 + 41);
  const flavour = MESSAGE_FLAVOURS[seed % MESSAGE_FLAVOURS.length]!;
  const wanted = {
    points: prng.pick([0, 1, 2, 2, 3]),
    stages: prng.pick([0, 2, 2, 3, 4]),
    nothing: prng.chance(0.03),
  };
  return drawUntil(prng, seed, flavour, MOST_ORDERINGS_SERVING, wanted);
}

/** Such problems of which every placement can be evaluated. */
export function drawTinyMessageProblem(seed: number): Drawn {
  const flavour = seed % 2 === 0 ? TINY_MESSAGES : TINY_SERVED_MESSAGES;
  return drawTiny(createPrng(seed * 49_979_687 + 7), seed, flavour);
}

/** Draws a problem of one flavour, as a rule with several stages on its frontier. */
export function drawFlavoured(seed: number, flavour: Flavour): Drawn {
  const prng = createPrng(seed * 22_801_763 + 37);
  const wanted = { points: prng.pick([1, 2, 3]), stages: prng.pick([2, 2, 3]), nothing: false };
  return drawUntil(prng, seed, flavour, MOST_ORDERINGS_SERVING, wanted);
}

/** Draws a problem without looking at what can be had from it. */
export function drawUnseen(prng: Prng, flavour: Flavour): Pick<Drawn, "problem" | "request"> {
  return drawAttempt(prng, flavour);
}

function drawTiny(prng: Prng, seed: number, flavour: Flavour): Drawn {
  const wanted = { points: 0, stages: prng.pick([0, 1, 2, 3]), nothing: false };
  return drawUntil(prng, seed, flavour, MOST_ORDERINGS_TINY, wanted);
}

interface Wanted {
  readonly points: number;
  readonly stages: number;
  readonly nothing: boolean;
}

function drawUntil(
  prng: Prng,
  seed: number,
  flavour: Flavour,
  mostOrderings: number,
  wanted: Wanted,
): Drawn {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { problem, request } = drawAttempt(prng, flavour);
    try {
      const outcomes = bruteForce(problem, request, requestedPoints(problem), mostOrderings);
      if (isWanted(outcomes, wanted, Math.floor(attempt / PATIENCE))) {
        return { seed, problem, request, outcomes, prng };
      }
    } catch (error) {
      if (!(error instanceof TooManyError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no ${flavour.name} problem is as wanted`);
}

/** Whether the frontier has so many points, less some, and one of them needs so many stages, less some. */
function isWanted(outcomes: readonly Outcome[], wanted: Wanted, less: number): boolean {
  if (wanted.nothing) return outcomes.length === 0;
  const frontier = frontierOf(outcomes);
  if (frontier.length < wanted.points - less) return false;
  const stagesNeeded = frontier.map((point) =>
    outcomes
      .filter((o) => o.microUsdPerHour <= point.microUsdPerHour)
      .filter((o) => o.tokensPerSecond >= point.tokensPerSecond)
      .reduce((fewest, o) => Math.min(fewest, o.stages), Number.POSITIVE_INFINITY),
  );
  return Math.max(0, ...stagesNeeded) >= wanted.stages - less;
}

function drawAttempt(prng: Prng, flavour: Flavour): Pick<Drawn, "problem" | "request"> {
  const maxPipelineStages = flavour.maxStages(prng);
  const numLayers = flavour.layers(prng);
  const drafts = drawTypes(prng, flavour, maxPipelineStages);
  const tpDegrees = prng.pick(flavour.tpDegrees);
  const { point, maxBatch } = drawWorkload(prng);

  // Weights so heavy that a stage holds something between a fraction and several times its even share.
  const meanGib = drafts.reduce((sum, draft) => sum + draft.memoryGib, 0) / drafts.length;
  const share = Math.max(1, numLayers / prng.int(1, Math.min(6, maxPipelineStages + 1)));
  const layerWeightGib = Number(((meanGib / share) * (0.3 + 1.5 * prng.next())).toPrecision(3));
  const isUneven = prng.chance(flavour.unevenChance);
  const drawn = drawModel(prng, numLayers, layerWeightGib, isUneven);
  const model = isUneven && flavour.plan === "ends" ? withEnds(prng, drawn) : drawn;
  const messages = flavour.hasMessages ? drawMessages(prng) : null;
  const costModel =
    flavour.hasLatencies || messages
      ? drawTableModel(prng, model, flavour.hasLatencies ? drawServing(prng) : null, messages)
      : prng.chance(0.5)
        ? createReferenceModel(model.architecture, {
            realWorldEfficiency: prng.pick([0.3, 1]),
            microBatchSize: prng.pick([1, 4, 8]),
            interferenceFactor: prng.pick([0.8, 0.65]),
          })
        : drawTableModel(prng, model);
  const pool = drawPool(prng, flavour, drafts, { costModel, point, numLayers, tpDegrees });
  const problem: Problem = {
    model,
    pool,
    network: prng.chance(flavour.matrixChance)
      ? drawMatrix(prng, pool, flavour)
      : { kind: "derived" },
    costModel,
    rules: {
      maxPipelineStages,
      minLayersPerStage: prng.pick([1, 1, 1, 2, 3, 5]),
      minMemoryUtilization: prng.pick([0, 0, 0, 0.3, 0.5, 0.7]),
      quantizeSegments: prng.chance(0.35),
      // Heads are made up; shapes.test.ts draws those that forbid something.
      anyShape: true,
    },
    workload: {
      phase: point.phase,
      inputTokens: point.inputTokens,
      outputTokens: point.outputTokens,
      minBatch: point.batch,
      maxBatch,
    },
    limits: NO_LIMITS,
    weights: {
      costWeight: prng.pick([0.1, 0.5, 0.9]),
      throughputNormalization: prng.pick([100, 1000, 10_000]),
      costNormalization: prng.pick([1, 10, 7.3]),
      crossInstancePenalty: prng.pick([0, 0.01, 0.05, 0.3, 2]),
    },
    totalTokensToProcess: prng.pick([1_000_000, 5_000_000_000]),
    timeLimitSeconds: null,
    warnings: [],
  };
  return { problem, request: drawRequest(prng, pool, tpDegrees) };
}

function drawWorkload(prng: Prng): { readonly point: OperatingPoint; readonly maxBatch: number } {
  const batch = prng.pick([1, 2, 4, 8, 8, 16, 32]);
  const phase = prng.pick(PHASES);
  return {
    point: {
      phase,
      batch,
      inputTokens: prng.pick([64, 512, 2048]),
      outputTokens: prng.pick(phase === "aggregated" ? [1, 128, 512] : [0, 1, 512]),
    },
    maxBatch: batch * prng.pick([1, 1, 1, 2, 3]),
  };
}

/** Mostly what everyone asks for, now and then one restriction or another. */
export function drawRequest(prng: Prng, pool: Pool, tpDegrees: readonly number[]): SolveRequest {
  const names = pool.types.map(({ instance }) => instance.name);
  const some = (chance: number): string[] => names.filter(() => prng.chance(chance));
  const limitsOf = (chance: number, limits: readonly number[]): Map<string, number> =>
    new Map(some(chance).map((name) => [name, prng.pick(limits)]));
  const included = prng.chance(0.05) ? names.slice(1) : [];
  return {
    ...DEFAULT_REQUEST,
    tpDegrees,
    maxTpByType: limitsOf(0.12, [1, 2, 3, 4]),
    uniformTp: prng.chance(0.2),
    bandwidthPercentile: prng.chance(0.12) ? prng.pick([0.1, 0.3, 0.5, 0.9, 1]) : null,
    includeTypes: included.length > 0 ? included : null,
    excludeTypes: included.length > 0 ? [] : some(0.03),
    noIdleGpus: prng.chance(0.12),
    maxInstanceTypes: prng.chance(0.08) ? prng.int(1, 2) : null,
    maxInstances: prng.chance(0.08) ? prng.int(1, 3) : null,
    maxStagesByType: limitsOf(0.06, [1, 2]),
  };
}
