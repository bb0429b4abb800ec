/**
 * Bounds on blocks, which drop most of a search before any stage is tabulated, against every placement of tiny problems: none is cheaper
 * than the bound at its own rate, and none is faster than the fastest that its block is said to hold.
 */
import { describe, expect, it } from "vitest";
import { startableRequest } from "../../src/export/deployable.ts";
import { launcherOf } from "../../src/export/startable.ts";
import { createPool } from "../../src/hardware/pool.ts";
import { parseInstanceName } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { brokenNodeRule } from "../../src/solver/deployable/node-rules.ts";
import { instanceClasses } from "../../src/solver/instances/instance-classes.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import { priceUnits } from "../../src/solver/search/costs.ts";
import { priceScale } from "../../src/solver/search/objectives.ts";
import { requestedPoints } from "../../src/solver/search/operating-points.ts";
import { type Block, SearchSpace } from "../../src/solver/search/space.ts";
import { maxStagesOf } from "../../src/solver/search/subproblems.ts";
import { TableCache } from "../../src/solver/stages/table-cache.ts";
import { drawTinyCalibratedProblem } from "./calibrated-problem.ts";
import { visitPlacements } from "./exhaustive.ts";
import { collected, type Judged } from "./exportable.ts";
import { drawLatencyLimits } from "./random-limits.ts";
import { oracleSeeds } from "./seeds.ts";

const counts = { placements: 0, tight: 0, several: 0, limited: 0, excluded: 0 };

/** The machines of a problem at two sites, every second one dearer at the other. */
function atTwoSites(problem: Problem): Problem {
  const entries = problem.pool.types.flatMap(({ position, firstGpu: _, ...entry }) =>
    ["east", "west"].map((site, place) => ({
      ...entry,
      instance: {
        ...entry.instance,
        site,
        typeName: entry.instance.name,
        name: `${entry.instance.name}@${site}`,
      },
      price: {
        ...entry.price,
        microUsdPerHour: entry.price.microUsdPerHour * (1 + ((place + position) % 2)),
      },
    })),
  );
  return { ...problem, pool: createPool(entries) };
}

function within(problem: Problem, request: SolveRequest): readonly Judged[] {
  const { nodeRules, uniformTp } = request;
  return collected((visit) =>
    visitPlacements(problem, request, requestedPoints(problem), visit),
  ).filter(
    ({ placement, metrics }) =>
      metrics.meets_cost_threshold &&
      (nodeRules === null || brokenNodeRule(problem, nodeRules, placement, metrics) === null) &&
      (!uniformTp || new Set(placement.stages.map(({ tp_degree }) => tp_degree)).size === 1),
  );
}

function check(problem: Problem, request: SolveRequest): void {
  const classes = instanceClasses(problem, request);
  const scale = priceScale(priceUnits(classes), classes, maxStagesOf(problem));
  const space = new SearchSpace(
    { problem, request, points: requestedPoints(problem) },
    { classes, minOutsideGBytesPerSecond: 0, scale, tables: new TableCache() },
  );
  const blocks = [...space.blocks(), ...space.leaves()];
  const sites = new Set(space.leaves().map((leaf) => leaf.site.classes[0]!.type.instance.site));
  const used = new Set<Block>();
  for (const { placement, metrics, point } of within(problem, request)) {
    const { stages } = placement;
    const instances = new Set(stages.map(({ gpu_type }) => gpu_type));
    const ownClasses = [...instances].map((name) => {
      const { typeName, index } = parseInstanceName(name)!;
      return classes.find(
        ({ type, instances: own }) => type.instance.name === typeName && own.includes(index),
      )!;
    });
    // A pipeline stays inside one site, which `evaluate` does not know; a site that another one covers is not searched.
    const [site, other] = [...new Set(ownClasses.map(({ type }) => type.instance.site))];
    if (other !== undefined || !sites.has(site)) continue;
    const cost = ownClasses.reduce((sum, { position }) => sum + scale.perInstance(position), 0);
    const raw = metrics.raw_throughput_tokens_per_sec;
    const own = blocks.filter(
      (block) =>
        block.setting.point.batch === point.batch &&
        block.numbers.includes(stages.length) &&
        (block.groupGpus === null || block.groupGpus === stages[0]!.tp_degree) &&
        ownClasses.every((one) => block.site.classes.includes(one)),
    );
    expect(own.length).toBeGreaterThan(0);
    counts.placements++;
    counts.several += Number(stages.length > 1);
    for (const block of own) {
      used.add(block);
      expect(block.tokensPerSecond(raw)).toBeCloseTo(metrics.throughput_tokens_per_sec, 6);
      const bound = block.bound!;
      expect(bound.mostTokensPerSecond).toBeGreaterThanOrEqual(raw);
      expect(bound.cost(raw)).toBeLessThanOrEqual(cost);
      expect(bound.cost(bound.leastTokensPerSecond)).toBe(bound.cost(1e-300));
      counts.tight += Number(bound.cost(raw) === cost && block.size === 1);
    }
  }
  for (const block of blocks) {
    const { mostTokensPerSecond: most, leastTokensPerSecond: least } = block.bound!;
    if (!used.has(block) && (most === 0 || block.bound!.cost(least) === Number.POSITIVE_INFINITY)) {
      counts.excluded++;
    }
  }
}

describe("no placement is better than the bound of its block", { timeout: 120_000 }, () => {
  const seeds = oracleSeeds(24);
  for (const seed of seeds) {
    it(`on tiny problem ${seed}`, () => {
      const { problem, request, outcomes, prng } = drawTinyCalibratedProblem(seed);
      check(problem, request);
      if (problem.network.kind === "derived") check(atTwoSites(problem), request);
      const form = launcherOf(problem);
      if (form !== null) {
        const launched = startableRequest(form, problem, request);
        check(problem, launched);
        check(problem, { ...launched, maxInstances: 1 });
        check(problem, { ...launched, noIdleGpus: true });
      }
      if (problem.workload.phase !== "aggregated" || outcomes.length === 0) return;
      const limits = drawLatencyLimits(prng, problem, request, outcomes);
      counts.limited++;
      check({ ...problem, limits }, request);
    });
  }

  it.skipIf(seeds.length < 16)("among which many are as good as their bound", () => {
    expect(counts.several).toBeGreaterThan(counts.placements / 10);
    expect(counts.tight).toBeGreaterThan(seeds.length);
    expect(counts.limited).toBeGreaterThan(seeds.length / 8);
    expect(counts.excluded).toBeGreaterThan(seeds.length);
  });
});
