/**
 * The order of placements that are equal by the objective, on problems so small that `evaluate` can be asked about every
 * placement: the answer has to be the first of all of them. Types come twice under other names, so that there are many ties.
 */
import { describe, expect, it } from "vitest";
import { createPool, type PoolEntry } from "../../src/hardware/pool.ts";
import type { Metrics } from "../../src/placement/evaluation.ts";
import { type Placement, parseInstanceName } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { instanceClasses } from "../../src/solver/instances/instance-classes.ts";
import type { ObjectiveName, SolveRequest } from "../../src/solver/request.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { weightedValue } from "./best-outcome.ts";
import { expectAnswer } from "./check-solution.ts";
import { solve } from "./counted-solve.ts";
import { visitPlacements } from "./exhaustive.ts";
import type { Prng } from "./prng.ts";
import { drawTinyProblem } from "./random-problem.ts";
import { oracleSeeds } from "./seeds.ts";

/** Numbers this close, relative to their size, are one. */
const SAME = 1e-12;
const MOST_PLACEMENTS = 60_000;

class TooManyError extends Error {}

/** A pool of one or two of the types, one of them under two names, with few instances and hardly different prices. */
function withTwins(prng: Prng, problem: Problem): Problem {
  const drawn = prng.shuffle(problem.pool.types).slice(0, prng.int(1, 2));
  const entries = drawn.map(({ position, firstGpu, ownedCount, ...entry }): PoolEntry => {
    const count = prng.int(1, 2);
    const owned = prng.chance(0.25) ? prng.int(1, count) : 0;
    return { ...entry, count, ...(owned > 0 && { ownedCount: owned }) };
  });
  const [first] = entries;
  const { instance, price } = first!;
  const step = prng.pick([0, 0, 0, 1, -1, 2]);
  const twin: PoolEntry = {
    instance: { ...instance, name: prng.pick([`${instance.name}-twin`, `0-${instance.name}`]) },
    count: prng.int(1, 2),
    price: { ...price, microUsdPerHour: Math.max(1, price.microUsdPerHour + step) },
  };
  return { ...problem, network: { kind: "derived" }, pool: createPool([...entries, twin]) };
}

interface Asked {
  readonly objective: ObjectiveName;
  readonly weight: number | null;
  readonly servesRate: boolean;
}

/** What the rule says of a placement: the smaller number first, one after the other. */
function orderOf(
  problem: Problem,
  { objective, weight, servesRate }: Asked,
  positions: ReadonlyMap<string, number>,
  metrics: Metrics,
  { batch_size, stages }: Placement,
): number[] {
  const usd = metrics.cost_per_hour;
  const tokens = metrics.throughput_tokens_per_sec;
  const latency = batch_size / tokens;
  const gpus = metrics.num_gpus_rented;
  // At a rate what costs nothing goes by the GPUs in use, then by those of the instances.
  const ofFree = servesRate ? [metrics.num_gpus, gpus] : [-tokens, 0];
  const afterPrice = usd === 0 ? ofFree : [servesRate ? latency : -tokens, 0];
  const names = [...new Set(stages.map(({ gpu_type }) => gpu_type))];
  const byObjective = (): number[] => {
    switch (objective) {
      case "throughput":
        return [-tokens, usd];
      case "cost":
        return [usd, ...afterPrice];
      case "cost-per-token":
        return [usd / tokens, ...(usd === 0 ? ofFree : [0, 0])];
      case "weighted": {
        if (weight === 1) return [usd, ...afterPrice];
        const score = weightedValue(
          {
            tokensPerSecond: tokens,
            microUsdPerHour: Math.round(usd * 1e6),
            crossings: metrics.links.filter((link) => link.crosses_instances).length,
          },
          weight!,
          problem.weights,
        );
        return [-score, weight === 0 ? usd : 0];
      }
    }
  };
  return [
    ...byObjective(),
    latency,
    gpus,
    stages.length,
    batch_size,
    names.length,
    names.reduce((sum, name) => sum + positions.get(name)!, 0),
  ];
}

/** Below 0 where `a` comes first. `size`: what rounding of the first number is measured by. */
function compareOrders(a: readonly number[], b: readonly number[], size: number): number {
  for (const [i, one] of a.entries()) {
    const other = b[i]!;
    const room = SAME * (i === 0 ? size : Math.max(Math.abs(one), Math.abs(other)));
    if (Math.abs(one - other) > room) return one - other;
  }
  return 0;
}

function drawAsked(prng: Prng): Asked {
  const servesRate = prng.chance(0.3);
  const objective = prng.pick(["cost-per-token", "throughput", "cost", "weighted", "weighted"]);
  return {
    objective: objective as ObjectiveName,
    weight: objective === "weighted" ? prng.pick([0, 0.3, 0.7, 1]) : null,
    servesRate,
  };
}

describe("the answer is the first of all placements", { timeout: 120_000 }, () => {
  let compared = 0;
  let ties = 0;
  const seeds = oracleSeeds(40);
  for (const seed of seeds) {
    it(`on twin problem ${seed}`, async (context) => {
      const drawn = drawTinyProblem(seed);
      const { prng } = drawn;
      const asked = drawAsked(prng);
      const base = withTwins(prng, drawn.problem);
      const { inputTokens, outputTokens, phase } = base.workload;
      let problem: Problem = {
        ...base,
        weights: { ...base.weights, crossInstancePenalty: prng.pick([0, 0, 0.05, 2]) },
      };
      if (asked.servesRate) {
        const workload = { phase, inputTokens, outputTokens, minBatch: null, maxBatch: null };
        const load = { kind: "request_rate", requestsPerSecond: 1 } as const;
        problem = { ...problem, workload: { ...workload, load } };
      }
      const request: SolveRequest = {
        ...drawn.request,
        includeTypes: null,
        excludeTypes: [],
        maxTpByType: new Map(),
        maxStagesByType: new Map(),
        bandwidthPercentile: null,
        maxInstances: prng.pick([null, null, 1, 2]),
        objective: asked.objective,
        weight: asked.weight,
      };
      const list = (of: Problem): { order: number[]; metrics: Metrics; placement: Placement }[] => {
        const all: { order: number[]; metrics: Metrics; placement: Placement }[] = [];
        const positions = new Map(
          instanceClasses(of, request).flatMap(({ position, instances, type }) =>
            instances.map((index) => [`${type.instance.name}#${index}`, position] as const),
          ),
        );
        let visited = 0;
        visitPlacements(of, request, requestedPoints(of), (metrics, _, placement) => {
          if (++visited > MOST_PLACEMENTS) throw new TooManyError();
          if (!metrics.meets_cost_threshold) return;
          all.push({
            order: orderOf(of, asked, positions, metrics, placement),
            metrics,
            placement,
          });
        });
        return all;
      };
      let all: ReturnType<typeof list>;
      try {
        all = list(problem);
        const fastest = Math.max(0, ...all.map(({ metrics }) => metrics.throughput_tokens_per_sec));
        if (asked.servesRate && fastest > 0) {
          const minTokensPerSecond = fastest * prng.pick([0.05, 0.3, 0.8, 1]);
          problem = { ...problem, limits: { ...problem.limits, minTokensPerSecond } };
          all = list(problem);
        } else if (all.length > 0 && prng.chance(0.4)) {
          // A budget that is a price, or next to one.
          const price = Math.round(prng.pick(all).metrics.cost_per_hour * 1e6);
          const maxHourlyCostUsd = Math.max(0, price - prng.pick([0, 1, 2])) / 1e6;
          problem = { ...problem, limits: { ...problem.limits, maxHourlyCostUsd } };
          all = list(problem);
        }
      } catch (error) {
        if (!(error instanceof TooManyError)) throw error;
        context.skip();
        return;
      }
      const solution = await solve(problem, request);
      if (all.length === 0) {
        expect(solution.status).toBe("infeasible");
        return;
      }
      const answer = expectAnswer(solution);
      const sizeOf = (order: readonly number[], metrics: Metrics): number =>
        asked.objective === "weighted" && asked.weight !== 1
          ? Math.abs(order[0]!) +
            metrics.throughput_tokens_per_sec / problem.weights.throughputNormalization
          : Math.abs(order[0]!);
      let first = all[0]!;
      for (const other of all) {
        const size = sizeOf(first.order, first.metrics);
        if (compareOrders(other.order, first.order, size) < 0) first = other;
      }
      const size = sizeOf(first.order, first.metrics);
      const equals = all.filter(
        ({ order }) => compareOrders(order.slice(0, 2), first.order.slice(0, 2), size) === 0,
      );
      if (equals.some(({ order }) => order.at(-1) !== first.order.at(-1))) ties++;
      compared++;
      const positions = new Map(
        instanceClasses(problem, request).flatMap(({ position, instances, type }) =>
          instances.map((index) => [`${type.instance.name}#${index}`, position] as const),
        ),
      );
      const own = orderOf(problem, asked, positions, answer.metrics, answer.placement);
      expect(
        compareOrders(own, first.order, size),
        `${JSON.stringify(asked)}: ${own} instead of ${first.order}, ${JSON.stringify(answer.placement.stages)} instead of ${JSON.stringify(first.placement.stages)}`,
      ).toBe(0);
      for (const { gpu_type } of answer.placement.stages) {
        expect(parseInstanceName(gpu_type)).not.toBeNull();
      }
    });
  }

  it("most problems were compared, many with ties that names decide", () => {
    expect(compared).toBeGreaterThan(seeds.length / 2);
    expect(ties).toBeGreaterThan(seeds.length / 8);
  });
});
