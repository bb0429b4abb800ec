import type { CostModel, StageEstimate } from "../../src/cost/cost-model.ts";
import type { InstanceType } from "../../src/hardware/instance.ts";
import { createPool } from "../../src/hardware/pool.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { withAttention } from "../support/models.ts";
import {
  type Flavour,
  TINY,
  TINY_MESSAGES,
  TINY_SERVED,
  TINY_SERVED_MESSAGES,
} from "./flavours.ts";
import { drawGroupMatrix, withFasterLinks } from "./matrix-problem.ts";
import type { Prng } from "./prng.ts";
import { drawUnseen } from "./random-problem.ts";

/** Pipelines of several nodes with several stages each; few layers, so that all cuts can be tried. */
const NODES: Flavour = {
  ...TINY,
  name: "nodes",
  maxStages: (prng) => prng.int(3, 6),
  layers: (prng) => prng.int(4, 8),
  types: (prng) => prng.int(1, 3),
  gpus: (prng) => prng.pick([1, 2, 2, 2, 3, 4]),
  mostInstances: 3,
  tpDegrees: [[1], [1], [1, 2], [2], [1, 3], [1, 2, 4]],
  matrixChance: 0,
  unevenChance: 0,
};

/** So few instances that every GPU is wanted, and latencies that may be limited: a node's layers can be cut in several ways. */
export const FULL_NODES: Flavour = {
  ...NODES,
  name: "full nodes, served",
  maxStages: (prng) => prng.int(4, 6),
  layers: (prng) => prng.int(6, 10),
  types: () => 1,
  gpus: (prng) => prng.pick([2, 2, 3]),
  mostInstances: 2,
  tpDegrees: [[1]],
  hasLatencies: true,
};

/** Such problems on derived networks. */
export const NODE_FLAVOURS: readonly Flavour[] = [
  NODES,
  { ...NODES, name: "nodes, slow links", slowLinks: "always", insidePerShare: [0.2, 0.7, 1, 3] },
  { ...NODES, name: "nodes, uneven", unevenChance: 1 },
  { ...NODES, name: "nodes, served", hasLatencies: true },
  { ...NODES, name: "nodes, served, ends", hasLatencies: true, unevenChance: 1, plan: "ends" },
  { ...NODES, name: "nodes, served, uneven", hasLatencies: true, unevenChance: 1 },
  FULL_NODES,
  { ...FULL_NODES, unevenChance: 0.7 },
  { ...NODES, name: "nodes, messages", hasMessages: true },
  { ...NODES, name: "nodes, messages, uneven", hasMessages: true, unevenChance: 1 },
  {
    ...FULL_NODES,
    name: "full nodes, messages, ends",
    hasMessages: true,
    unevenChance: 0.7,
    plan: "ends",
  },
];

/** No two groups of an instance alike, and as often as not a percentile of the links between instances. */
const MEASURED_TINY: Flavour = {
  ...TINY,
  name: "tiny, measured matrix",
  maxStages: (prng) => prng.int(2, 3),
  layers: (prng) => prng.int(2, 4),
  types: (prng) => prng.int(1, 2),
  gpus: (prng) => prng.pick([2, 3, 3]),
  tpDegrees: [[2], [2], [1, 2], [1, 3]],
  unevenChance: 0.1,
};

/** Problems of which every placement can be evaluated. */
export const TINY_FLAVOURS: readonly Flavour[] = [
  TINY,
  { ...TINY, name: "tiny, matrix", matrixChance: 1, slowLinks: "always" },
  { ...TINY, name: "tiny, even matrix", matrixChance: 1, slowLinks: "always", unevenChance: 0 },
  TINY_SERVED,
  { ...TINY_SERVED, name: "tiny, served, matrix", matrixChance: 1 },
  MEASURED_TINY,
  TINY_MESSAGES,
  { ...TINY_SERVED_MESSAGES, name: "tiny, served, messages, matrix", matrixChance: 1 },
];

const AMD = "AMD ";

/**
 * A problem in which targets differ: GPUs of two vendors, providers that SkyPilot does not know, heads that no 3 divides.
 * @param bends see `knowingBothVendors`; absent: drawn
 */
export function drawDeployable(
  prng: Prng,
  flavour: Flavour,
  bends?: boolean,
): { readonly problem: Problem; readonly request: SolveRequest } {
  const { problem, request } =
    flavour === MEASURED_TINY ? measured(prng) : drawUnseen(prng, flavour);
  const mixes = prng.chance(0.3);
  const types = problem.pool.types.map((type) => {
    const { instance } = type;
    const provider = prng.chance(0.15) ? "Basement" : instance.provider;
    const gpuModel = mixes && prng.chance(0.5) ? `${AMD}${instance.gpuModel}` : instance.gpuModel;
    return { ...type, instance: { ...instance, provider, gpuModel } };
  });
  return {
    request,
    problem: {
      ...problem,
      pool: createPool(types),
      costModel: knowingBothVendors(problem.costModel, bends ?? prng.chance(0.6)),
      rules: prng.chance(0.7)
        ? {
            ...problem.rules,
            minLayersPerStage: 1,
            minMemoryUtilization: 0,
            quantizeSegments: false,
          }
        : problem.rules,
      model: {
        ...problem.model,
        architecture: withAttention(problem.model.architecture, {
          heads: prng.pick([4, 8, 12]),
        }),
      },
      workload: {
        ...problem.workload,
        phase: "aggregated",
        outputTokens: Math.max(1, problem.workload.outputTokens!),
      },
    },
  };
}

function measured(prng: Prng): { readonly problem: Problem; readonly request: SolveRequest } {
  const { problem, request } = drawUnseen(prng, { ...MEASURED_TINY, matrixChance: 0 });
  const costModel = withFasterLinks(problem.costModel, prng.pick([1, 100, 1000]));
  const faster = { ...problem, costModel };
  return {
    problem: { ...faster, network: drawGroupMatrix(prng, faster) },
    request: {
      ...request,
      bandwidthPercentile: prng.chance(0.5) ? prng.pick([0.5, 0.7, 0.9, 1]) : null,
    },
  };
}

/**
 * A cost model to which GPUs are the same whoever made them.
 * @param bends whether TTFT grows faster and TPOT slower than a stage's work: of the cuts of a node's layers, even ones are then best
 *   for the one and uneven ones for the other
 */
function knowingBothVendors(model: CostModel, bends: boolean): CostModel {
  const bent = (estimate: StageEstimate): StageEstimate => ({
    ...estimate,
    limitedBy: estimate.limitedBy,
    // A message may take latency away, and a negative number has no such power.
    ttftSeconds: estimate.ttftSeconds === null ? null : Math.max(0, estimate.ttftSeconds) ** 1.5,
    tpotSeconds: estimate.tpotSeconds === null ? null : Math.max(0, estimate.tpotSeconds) ** 0.5,
  });
  const known = (instance: InstanceType): InstanceType => ({
    ...instance,
    gpuModel: instance.gpuModel.replace(AMD, ""),
  });
  return {
    name: model.name,
    predictsLatency: model.predictsLatency,
    dependsOnStages: model.dependsOnStages,
    dependsOnNext: model.dependsOnNext,
    realWorldEfficiency: model.realWorldEfficiency,
    stage: (shape, point) => {
      const estimate = model.stage({ ...shape, instance: known(shape.instance) }, point);
      return bends ? bent(estimate) : estimate;
    },
    memory: (shape, point) => model.memory({ ...shape, instance: known(shape.instance) }, point),
    segmentRange: (shape, ...rest) =>
      model.segmentRange({ ...shape, instance: known(shape.instance) }, ...rest),
    link: (...ends) => model.link(...ends),
    pipelineEfficiency: (point, stages) => model.pipelineEfficiency(point, stages),
    latencyFrame: (point, stages) => model.latencyFrame(point, stages),
    uncertainty: (shapes, point) => model.uncertainty(shapes, point),
    hardwareWarnings: () => [],
  };
}
