import { InputError } from "../../errors.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import type { ObjectiveWeights, Problem } from "../../placement/problem.ts";
import type { CaseCosts } from "../formulations/rental-rows.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { LinearObjective, SolveRequest } from "../request.ts";
import { greatestCommonDivisor, type PriceUnits, unitsToUsd } from "./costs.ts";
import type { CostScale } from "./goal.ts";
import type { Objective } from "./single-goal.ts";
import { latencyOf } from "./ties.ts";

/**
 * A search cost of which links between instances are a part:
 *
 *   cost = perUnit · price units + perLink · links
 */
interface LinkedCost {
  /** Cost of one price unit; 0 where the price has no say. */
  readonly perUnit: number;
  readonly perLink: number;
  /** Price, then GPUs, in whole numbers. */
  readonly price: CaseCosts;
}

/** An objective ready for the search, and how its first key becomes the value that is reported. */
export interface SearchObjective extends Objective {
  readonly scale: CostScale;
  readonly unit: string;
  /** Reported value of a first key; bounds go through it too. */
  readonly value: (key: number) => number;
  /** What the search cost is made of where links have a part in it; null where it is the price (then the GPUs). */
  readonly linked: LinkedCost | null;
}

const SECONDS_PER_HOUR = 3600;
const MILLION = 1e6;

/**
 * Cost = price units · K + GPUs of all instances, K larger than their number can be: the cheapest plan, among those the one with
 * fewest GPUs. GPUs are counted in the largest number of them that every instance has a multiple of. Integers, so a gap below 1
 * proves a MILP.
 */
export function priceScale(
  units: PriceUnits,
  classes: readonly InstanceClass[],
  mostInstances: number,
): CostScale {
  const counts = classes.map(({ type }) => type.instance.gpuCount);
  const gpusPerUnit = counts.reduce(greatestCommonDivisor, 0) || 1;
  const mostGpus = Math.max(gpusPerUnit, ...counts);
  const k = (mostInstances * mostGpus) / gpusPerUnit + 1;
  return {
    perInstance: (position) => units.perInstance[position]! * k + counts[position]! / gpusPerUnit,
    perLink: 0,
    absoluteGap: 0.5,
    priceUnits: (cost) => Math.floor(cost / k),
    gpus: (cost) => (cost % k) * gpusPerUnit,
    mostGpus,
  };
}

/** The search's form of what a request asks for. */
export function searchObjective(
  problem: Problem,
  request: SolveRequest,
  units: PriceUnits,
  classes: readonly InstanceClass[],
  maxStages: number,
): SearchObjective {
  const mostInstances = Math.min(maxStages, request.maxInstances ?? maxStages);
  const scale = priceScale(units, classes, mostInstances);
  const servesRate = problem.workload.load?.kind === "request_rate";
  const usd = (cost: number): number => unitsToUsd(units, scale.priceUnits(cost));
  // More throughput for the same price is better, unless a rate is to be served: what is above it is worth nothing. Then the
  // lower latency is, or where nothing is paid the fewer GPUs.
  const afterPrice = (
    usdPerHour: number,
    cost: number,
    tokensPerSecond: number,
    batch: number,
  ): number => {
    if (!servesRate) return -tokensPerSecond;
    return usdPerHour === 0 ? scale.gpus(cost) : latencyOf(batch, tokensPerSecond);
  };
  const costObjective: SearchObjective = {
    scale,
    linked: null,
    unit: "USD per hour",
    key: (cost, tokensPerSecond, _priceUnits, batch) => [
      usd(cost),
      afterPrice(usd(cost), cost, tokensPerSecond, batch),
    ],
    value: (key) => key,
  };
  switch (request.objective) {
    case "cost-per-token":
      return {
        scale,
        linked: null,
        unit: "USD per million tokens",
        // Where nothing is paid all tokens cost the same, and the most of them are the best, unless a rate says how many.
        key: (cost, tokensPerSecond) => {
          const usdPerHour = usd(cost);
          if (usdPerHour > 0) return [usdPerHour / tokensPerSecond, 0];
          return [0, servesRate ? scale.gpus(cost) : -tokensPerSecond];
        },
        value: (key) => (key / SECONDS_PER_HOUR) * MILLION,
      };
    case "throughput":
      return {
        scale,
        linked: null,
        unit: "tokens/s",
        key: (cost, tokensPerSecond) => [-tokensPerSecond, scale.priceUnits(cost)],
        value: (key) => -key,
      };
    case "cost":
      return costObjective;
    case "weighted": {
      const linear = linearOf(problem, request);
      return linear === null
        ? { ...costObjective, unit: "USD per hour (weight 1)" }
        : linearObjective(linear, units, scale);
    }
  }
}

/** Maximises a sum of throughput, price and links; of equal sums the lower price where the price has no part in it. */
function linearObjective(
  { perTokensPerSecond, perUsdPerHour, perLink }: LinearObjective,
  units: PriceUnits,
  scale: CostScale,
): SearchObjective {
  const usd = (cost: number): number => unitsToUsd(units, scale.priceUnits(cost));
  const score = { unit: "weighted score", value: (key: number) => -key };
  // Where links cost nothing, the cheapest placement of a level is the best one, as for the other objectives.
  if (perLink === 0) {
    return {
      ...score,
      scale,
      linked: null,
      key: (cost, tokensPerSecond) => [
        perUsdPerHour * usd(cost) - perTokensPerSecond * tokensPerSecond,
        perUsdPerHour === 0 ? scale.priceUnits(cost) : 0,
      ],
    };
  }
  return {
    ...score,
    scale: {
      perInstance: (position) => perUsdPerHour * unitsToUsd(units, units.perInstance[position]!),
      perLink,
      absoluteGap: 0,
      // A weighted cost bounds neither the price nor the GPUs from below; 0 claims nothing.
      priceUnits: () => 0,
      gpus: () => 0,
      mostGpus: scale.mostGpus,
    },
    linked: { perUnit: perUsdPerHour * unitsToUsd(units, 1), perLink, price: scale },
    key: (cost, tokensPerSecond, priceUnits) => [
      cost - perTokensPerSecond * tokensPerSecond,
      perUsdPerHour === 0 ? priceUnits : 0,
    ],
  };
}

/** The coefficients of the weighted objective; null where it is the price alone. */
function linearOf(problem: Problem, request: SolveRequest): LinearObjective | null {
  if (request.linear !== null) return request.linear;
  const weight = objectiveWeight(problem, request);
  return weight === 1 ? null : weightedCoefficients(problem.weights, weight);
}

/**
 * T/throughput_normalization − w/(1 − w)·C/cost_normalization − cross_instance_penalty·X; w = 1 is the lowest cost, ties by
 * throughput. Source: the founding program's weighted objective.
 */
function weightedCoefficients(weights: ObjectiveWeights, weight: number): LinearObjective {
  return {
    perTokensPerSecond: 1 / weights.throughputNormalization,
    perUsdPerHour: weight / (1 - weight) / weights.costNormalization,
    perLink: weights.crossInstancePenalty,
  };
}

/** w of the weighted objective. @throws InputError when neither the request nor the configuration gives one. */
function objectiveWeight(problem: Problem, request: SolveRequest): number {
  const weight = request.weight ?? problem.weights.costWeight;
  if (weight === null) {
    throw new InputError(
      "--weight",
      "the weighted objective has no weight.",
      "Give --weight from 0 (throughput) to 1 (cost), or optimization_priority in config.csv.",
    );
  }
  return weight;
}

/** The reported value of a placement, from its metrics: where `evaluate` gives the number, that very number. */
export function objectiveValue(problem: Problem, request: SolveRequest, metrics: Metrics): number {
  switch (request.objective) {
    case "cost-per-token":
      return metrics.dollar_per_million_token;
    case "throughput":
      return metrics.throughput_tokens_per_sec;
    case "cost":
      return metrics.cost_per_hour;
    case "weighted": {
      const linear = linearOf(problem, request);
      if (linear === null) return metrics.cost_per_hour;
      const crossings = metrics.links.filter((link) => link.crosses_instances).length;
      return (
        linear.perTokensPerSecond * metrics.throughput_tokens_per_sec -
        linear.perUsdPerHour * metrics.cost_per_hour -
        linear.perLink * crossings
      );
    }
  }
}

/** Whether a larger reported value is better. */
export function isMaximised(problem: Problem, request: SolveRequest): boolean {
  return (
    request.objective === "throughput" ||
    (request.objective === "weighted" && linearOf(problem, request) !== null)
  );
}
