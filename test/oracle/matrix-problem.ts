import type { CostModel } from "../../src/cost/cost-model.ts";
import { tpGroup } from "../../src/cost/cost-model.ts";
import type { MatrixNetwork } from "../../src/hardware/network.ts";
import { createPool, type Pool } from "../../src/hardware/pool.ts";
import { layerCount } from "../../src/model/model.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { NodeRules } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import type { Limits } from "../../src/workload/workload.ts";
import { frontierOf } from "./best-outcome.ts";
import { bruteForce, type Outcome, TooManyError } from "./brute-force.ts";
import { type Flavour, TINY } from "./flavours.ts";
import { createPrng, type Prng } from "./prng.ts";
import { drawLimits } from "./random-limits.ts";
import { type Drawn, drawUnseen } from "./random-problem.ts";

/** Few layers and GPUs, so that every set of GPUs can be tried on every matrix. */
const SMALL: Flavour = {
  ...TINY,
  name: "small matrix",
  maxStages: (prng) => prng.int(1, 4),
  layers: (prng) => prng.int(2, 14),
  types: (prng) => prng.int(1, 3),
  gpus: (prng) => prng.pick([1, 2, 3, 3, 4, 4]),
  mostInstances: 2,
  tpDegrees: [[2], [2], [1, 2], [1, 2, 4], [2, 3], [1, 3], [2, 4], [3]],
  matrixChance: 0,
  unevenChance: 0.15,
};

const MOST_ORDERINGS = 20_000;
const MOST_ATTEMPTS = 1000;

/** After so many attempts less is wanted. */
const PATIENCE = 150;

/**
 * Draws the problem of a seed: mostly an explicit matrix on which groups of one instance differ widely, links that are faster
 * than stages as often as not, and what makes slow groups worth forming (a percentile of the links, rules on nodes); prices
 * that nearly tie; few instances allowed. Most problems have a best placement with such a slow group, or at least with links.
 */
export function drawMatrixProblem(seed: number): Drawn {
  const prng = createPrng(seed * 49_979_687 + 31);
  const wanted = prng.pick(["slow groups", "slow groups", "slow groups", "links", "anything"]);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { problem, request } = drawAttempt(prng);
    try {
      const outcomes = bruteForce(problem, request, requestedPoints(problem), MOST_ORDERINGS);
      const isWanted =
        wanted === "anything" ||
        (wanted === "slow groups" && attempt < PATIENCE
          ? usesSlowGroup(problem, outcomes)
          : outcomes.some(({ stages }) => stages > 1));
      if (isWanted) return { seed, problem, request, outcomes, prng };
    } catch (error) {
      if (!(error instanceof TooManyError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no problem is as wanted`);
}

/** Several small instances whose layers are alike, so that any stage may stand anywhere if links let it. */
const SINGLE_LINKS: Flavour = {
  ...SMALL,
  name: "single links",
  maxStages: (prng) => prng.int(3, 4),
  layers: (prng) => prng.int(4, 14),
  types: (prng) => prng.int(2, 3),
  gpus: (prng) => prng.pick([1, 1, 2]),
  tpDegrees: [[1], [1, 2]],
  slowLinks: "always",
  insidePerShare: [0.2, 0.7, 1, 3],
  matrixChance: 1,
  unevenChance: 0,
};

/**
 * Draws a problem on a matrix in which each link, in each direction, has a bandwidth of its own: orders of stages with links that are fast
 * enough are few. Its best placements have several stages.
 */
export function drawSingleLinksProblem(seed: number): Drawn {
  const prng = createPrng(seed * 86_028_157 + 43);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { problem, request } = drawUnseen(prng, SINGLE_LINKS);
    if (problem.network.kind === "derived") continue;
    const network: MatrixNetwork = {
      ...problem.network,
      gBytesPerSecond: problem.network.gBytesPerSecond.map(
        (bandwidth) => bandwidth * prng.pick([0.1, 0.3, 1, 2]) * (1 + prng.next()),
      ),
    };
    const linked = { ...problem, network };
    try {
      const outcomes = bruteForce(linked, request, requestedPoints(linked), MOST_ORDERINGS);
      const [fastest] = frontierOf(outcomes).slice(-1);
      const isWanted = outcomes.some(
        ({ stages, tokensPerSecond }) => stages > 2 && tokensPerSecond === fastest?.tokensPerSecond,
      );
      if (isWanted) return { seed, problem: linked, request, outcomes, prng };
    } catch (error) {
      if (!(error instanceof TooManyError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no problem is as wanted`);
}

/**
 * Whether a pair on the frontier needs a TP group that is slower than others of its instance and limits the whole pipeline: a rate that
 * only such a group has.
 */
function usesSlowGroup(
  { costModel, network, pool }: Problem,
  outcomes: readonly Outcome[],
): boolean {
  if (network.kind === "derived") return false;
  return frontierOf(outcomes).some((pair) => {
    const attaining = outcomes.filter(
      (o) =>
        o.microUsdPerHour === pair.microUsdPerHour && o.tokensPerSecond === pair.tokensPerSecond,
    );
    return attaining.some(({ point, stages, tokensPerSecond, seats }) => {
      const efficiency =
        costModel.pipelineEfficiency(point, stages) * costModel.realWorldEfficiency;
      return (
        stages > 1 &&
        seats.some(({ machine, gpuIds, kind }) => {
          if (gpuIds.length === 1) return false;
          const { gpuCount } = pool.byName.get(machine.type.instance.name)!.instance;
          const first = machine.type.firstGpu + machine.index * gpuCount;
          const isBeaten = Array.from({ length: gpuCount }, (_, gpu) => gpu).some((gpu) =>
            gpuIds.every(
              (own) =>
                own === gpu ||
                network.gBytesPerSecond[(first + own) * network.gpuCount + first + gpu]! >
                  kind.group.gBytesPerSecond,
            ),
          );
          const limits = Object.values(kind.speeds).some(({ rates }) =>
            rates.some((row) =>
              row.some(
                (rate) => Math.abs(rate * efficiency - tokensPerSecond) < 1e-9 * tokensPerSecond,
              ),
            ),
          );
          return isBeaten && limits;
        })
      );
    });
  });
}

function drawAttempt(prng: Prng): Pick<Drawn, "problem" | "request"> {
  const drawn = drawUnseen(prng, SMALL);
  const pool = prng.chance(0.5) ? nearlyTied(prng, drawn.problem.pool) : drawn.problem.pool;
  const costModel = prng.chance(0.7)
    ? withFasterLinks(drawn.problem.costModel, prng.pick([10, 100, 1000]))
    : drawn.problem.costModel;
  const priced = { ...drawn.problem, pool, costModel };
  const problem: Problem = prng.chance(0.85)
    ? { ...priced, network: drawGroupMatrix(prng, priced) }
    : priced;
  const nodeRules = prng.chance(0.4) ? drawNodeRules(prng, problem) : null;
  const needsUniform = nodeRules !== null && nodeRules.stagesPerNode !== "any";
  return {
    problem,
    request: {
      ...drawn.request,
      bandwidthPercentile: prng.chance(0.5) ? prng.pick([0, 0.3, 0.5, 0.7, 0.9, 1, 1]) : null,
      maxInstances: prng.chance(0.35) ? prng.int(1, 3) : null,
      nodeRules,
      uniformTp: drawn.request.uniformTp || needsUniform,
    },
  };
}

/** Links count for less, so that of the bandwidths of a matrix those inside TP groups decide. */
export function withFasterLinks(model: CostModel, factor: number): CostModel {
  return {
    ...model,
    link: (...ends) => {
      const estimate = model.link(...ends);
      return { ...estimate, tokensPerSecond: estimate.tokensPerSecond * factor };
    },
  };
}

/** Prices whose sums differ by a few micro-dollars, or not at all. */
function nearlyTied(prng: Prng, pool: Pool): Pool {
  const perGpu = prng.pick([500_000, 1_250_000, 3_420_000, 28_248_968]);
  const apart = prng.pick([1, 1, 2, 40]);
  return createPool(
    pool.types.map((type) => ({
      ...type,
      price: {
        ...type.price,
        microUsdPerHour: Math.max(
          0,
          type.instance.gpuCount * perGpu + apart * prng.pick([-1, 0, 0, 1]),
        ),
      },
    })),
  );
}

/**
 * A matrix in terms of the fastest stage: a link of 1 is just as fast. Between instances few bandwidths, so that a percentile
 * cuts between them; inside, bandwidths that make some groups much slower than others, with links that bind or do not.
 */
export function drawGroupMatrix(
  prng: Prng,
  { pool, costModel, workload, model }: Problem,
): MatrixNetwork {
  const point = {
    phase: workload.phase!,
    batch: workload.maxBatch!,
    inputTokens: workload.inputTokens!,
    outputTokens: workload.outputTokens!,
  };
  const alone = tpGroup(1);
  const perGByte = costModel.link(alone, alone, 1, point).tokensPerSecond;
  const fastest = Math.max(
    ...pool.types.map(
      ({ instance }) =>
        costModel.stage(
          {
            ...alone,
            instance,
            startLayer: 1,
            layers: prng.int(1, layerCount(model)),
            pipelineStages: 1,
            next: "none",
          },
          point,
        ).tokensPerSecond,
    ),
  );
  const unit = Number(((fastest * prng.pick([1, 2, 8])) / perGByte).toPrecision(4));
  const binds = prng.chance(0.25);
  const insides = prng.shuffle(binds ? [0.01, 0.1, 0.5, 1, 4] : [1.1, 2, 5, 20, 100]);
  const inside = insides.slice(0, prng.int(1, 3));
  const outside = prng
    .shuffle(binds ? [0.2, 0.6, 1, 2] : [1.01, 1.2, 1.5, 2])
    .slice(0, prng.int(1, 3));
  const owner = pool.types.flatMap((type) =>
    Array.from(
      { length: type.count * type.instance.gpuCount },
      (_, gpu) => type.firstGpu + Math.floor(gpu / type.instance.gpuCount),
    ),
  );
  const size = pool.gpuCount;
  const gBytesPerSecond = new Float64Array(size * size);
  const isSymmetric = prng.chance(0.5);
  // As measured, no two pairs inside an instance are alike, and so hardly any two groups.
  const isMeasured = prng.chance(0.6);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const mirrored = isSymmetric && a > b ? gBytesPerSecond[b * size + a]! : null;
      const isInside = owner[a] === owner[b];
      const noise = isInside && isMeasured ? 1 + prng.next() : 1;
      const drawn = unit * noise * prng.pick(isInside ? inside : outside);
      gBytesPerSecond[a * size + b] = a === b ? 10_000 : (mirrored ?? drawn);
    }
  }
  return { kind: "matrix", gpuCount: size, gBytesPerSecond };
}

/** What some launcher can say of nodes. */
function drawNodeRules(prng: Prng, { pool, network, workload }: Problem): NodeRules {
  const stagesPerNode = prng.pick(["any", "equal", "equal", "equal", "one"] as const);
  const names = prng.shuffle(pool.types.map(({ instance }) => instance.name));
  const cut = prng.int(1, Math.max(1, names.length - 1));
  return {
    stagesPerNode,
    nodeKinds:
      stagesPerNode === "any" ? "any" : prng.pick(["one", "first_and_rest", "any"] as const),
    wholeInstances: stagesPerNode !== "any" && network.kind === "matrix" && prng.chance(0.4),
    typeGroups:
      names.length > 1 && prng.chance(0.15) ? [names.slice(0, cut), names.slice(cut)] : null,
    rentedOnly: prng.chance(0.15),
    mostSequences: prng.chance(0.1) ? workload.minBatch : null,
  };
}

/** Limits near what placements have; an hourly budget a fraction of a micro-dollar beside a price as often as not. */
export function drawNearLimits(prng: Prng, problem: Problem, outcomes: readonly Outcome[]): Limits {
  const limits = drawLimits(prng, problem, outcomes);
  if (prng.chance(0.5)) return limits;
  const usd = prng.pick(outcomes).microUsdPerHour / 1e6;
  const beside = prng.pick([0, 4e-8, -4e-8, 3e-7, -3e-7, 6e-7, -6e-7, 1e-6, -1e-6]);
  return { ...limits, maxHourlyCostUsd: Math.max(0, usd + beside) };
}
