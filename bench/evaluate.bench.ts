/**
 * How many placements a second `evaluate` answers on one core.
 *
 *   npx tsx bench/evaluate.bench.ts
 *
 * or, faster, compiled as it is shipped (tsx names functions at run time):
 *
 *   npx tsc --noEmit false --outDir bench.tmp && node bench.tmp/bench/evaluate.bench.js; rm -r bench.tmp
 *
 * The placements are the founding problem's even splits and random heterogeneous pipelines, drawn from a fixed seed. All
 * answers are checked before the clock starts: a fast wrong evaluator has no speed worth printing.
 */
import { evaluate } from "../src/placement/evaluate.ts";
import { evenSplit } from "../src/placement/even-split.ts";
import { instanceName, type Placement, type PlacementStage } from "../src/placement/placement.ts";
import type { Problem } from "../src/placement/problem.ts";
import { type OperatingPoint, PHASES } from "../src/workload/workload.ts";
import { foundingProblem, RELAXED_RULES } from "../test/support/founding.ts";

const SEED = 20_240_607;
const RANDOM_PLACEMENTS = 1200;
const MOST_STAGES = 10;
const BATCHES = [1, 8, 32, 64];
const LENGTHS = [
  [2048, 512],
  [512, 256],
] as const;
const TP_DEGREES = [1, 2, 4, 8];

/** Rounds before the clock starts (the compiler settles) and rounds that are timed. */
const WARM_UP_ROUNDS = 30;
const TIMED_ROUNDS = 60;

/**
 * What an evaluator written separately from the reference model's formulas (in another language) answers for the same
 * placements: how many keep the rules, and over those the sums of tokens/s and of $ per million tokens.
 */
interface Expected {
  readonly placements: number;
  readonly successes: number;
  readonly tokensPerSecond: number;
  readonly usdPerMillionTokens: number;
}

interface Workload {
  readonly name: string;
  readonly placements: readonly Placement[];
  readonly expected: Expected;
}

/** Seeded uniform numbers in [0, 1): the mulberry32 generator. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function operatingPoints(): OperatingPoint[] {
  return PHASES.flatMap((phase) =>
    BATCHES.flatMap((batch) =>
      LENGTHS.map(([inputTokens, outputTokens]) => ({ phase, batch, inputTokens, outputTokens })),
    ),
  );
}

function evenSplits(problem: Problem): Placement[] {
  const placements: Placement[] = [];
  for (const family of problem.pool.byName.keys()) {
    for (const tpDegree of TP_DEGREES) {
      for (const ppStages of [1, 2, 4]) {
        for (const point of operatingPoints()) {
          const split = evenSplit(problem, { family, tpDegree, ppStages }, point);
          if (split.status === "placement") placements.push(split.placement);
        }
      }
    }
  }
  return placements;
}

/** A TP group and the memory of its GPUs together. */
interface Group {
  readonly instance: string;
  readonly gpuIds: readonly number[];
  readonly memoryGib: number;
}

/** Pipelines of 1 to 10 stages on random GPUs, several on one instance now and then; about half of them fit. */
function randomPlacements(problem: Problem): Placement[] {
  const random = randomNumbers(SEED);
  const points = operatingPoints();
  const { numLayers, layerWeightGib } = problem.model;
  const enoughGib = 1.5 * numLayers * layerWeightGib;
  return Array.from({ length: RANDOM_PLACEMENTS }, () => {
    const point = points[Math.floor(random() * points.length)]!;
    const stages = 1 + Math.floor(random() * MOST_STAGES);
    let groups = randomGroups(problem, stages, random);
    while (sum(groups.map((group) => group.memoryGib)) < enoughGib) {
      groups = randomGroups(problem, stages, random);
    }
    return {
      batch_size: point.batch,
      sequence_length: point.inputTokens,
      output_length: point.outputTokens,
      workload_phase: point.phase,
      stages: layersByMemory(numLayers, groups, random),
    };
  });
}

function randomGroups(problem: Problem, count: number, random: () => number): Group[] {
  const draw = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const freeGpus = new Map<string, number[]>();
  const groups: Group[] = [];
  while (groups.length < count) {
    const type = draw(problem.pool.types);
    const { name, gpuCount, gpuMemoryGib } = type.instance;
    const instance = instanceName(name, Math.floor(random() * type.count));
    const free = freeGpus.get(instance) ?? Array.from({ length: gpuCount }, (_, id) => id);
    freeGpus.set(instance, free);
    const degrees = TP_DEGREES.filter((degree) => degree <= free.length);
    if (degrees.length === 0) continue;
    const tpDegree = draw(degrees);
    const gpuIds = Array.from(
      { length: tpDegree },
      () => free.splice(Math.floor(random() * free.length), 1)[0]!,
    ).sort((a, b) => a - b);
    groups.push({ instance, gpuIds, memoryGib: tpDegree * gpuMemoryGib });
  }
  return groups;
}

/** Shares out the layers by memory, give or take a tenth; every group gets at least one. */
function layersByMemory(
  numLayers: number,
  groups: readonly Group[],
  random: () => number,
): PlacementStage[] {
  const weights = groups.map(({ memoryGib }) => memoryGib * (0.9 + 0.2 * random()));
  const total = sum(weights);
  let weightSoFar = 0;
  let start = 1;
  return groups.map(({ instance, gpuIds }, index) => {
    weightSoFar += weights[index]!;
    const fairEnd = Math.round((numLayers * weightSoFar) / total);
    const groupsAfter = groups.length - 1 - index;
    const stage = {
      gpu_type: instance,
      tp_degree: gpuIds.length,
      gpu_ids: gpuIds,
      start_layer: start,
      end_layer: Math.min(Math.max(start, fairEnd), numLayers - groupsAfter),
    };
    start = stage.end_layer + 1;
    return stage;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Throws unless the answers are the expected ones. */
function validate(problem: Problem, { name, placements, expected }: Workload): void {
  let successes = 0;
  let tokensPerSecond = 0;
  let usdPerMillionTokens = 0;
  for (const placement of placements) {
    const answer = evaluate(problem, placement);
    if (answer.status !== "SUCCESS") continue;
    successes++;
    tokensPerSecond += answer.metrics.throughput_tokens_per_sec;
    usdPerMillionTokens += answer.metrics.dollar_per_million_token;
  }
  const found = { placements: placements.length, successes, tokensPerSecond, usdPerMillionTokens };
  for (const key of Object.keys(expected) as (keyof Expected)[]) {
    if (!(Math.abs(found[key] - expected[key]) <= 1e-9 * expected[key])) {
      throw new Error(`${name}: ${key} is ${found[key]}, expected ${expected[key]}`);
    }
  }
}

/** Seconds of one round over all placements. The count of successes is used, so that no call can be left out. */
function timeRound(problem: Problem, { name, placements, expected }: Workload): number {
  const started = process.hrtime.bigint();
  let successes = 0;
  for (const placement of placements) {
    if (evaluate(problem, placement).status === "SUCCESS") successes++;
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (successes !== expected.successes) throw new Error(`${name}: ${successes} successes`);
  return seconds;
}

function report(problem: Problem, workload: Workload): void {
  validate(problem, workload);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) timeRound(problem, workload);
  const cpuBefore = process.cpuUsage();
  const rates = Array.from(
    { length: TIMED_ROUNDS },
    () => workload.placements.length / timeRound(problem, workload),
  ).sort((a, b) => a - b);
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuRate = (TIMED_ROUNDS * workload.placements.length) / ((user + system) / 1e6);
  const quantile = (share: number): string => text(rates[Math.floor(share * (rates.length - 1))]!);
  process.stdout.write(
    `${workload.name}: ${quantile(0.5)} placements/s (median of ${TIMED_ROUNDS} rounds of ${workload.placements.length}; slowest ${quantile(0)}, fastest ${quantile(1)}), ${text(cpuRate)} a second of processor time\n`,
  );
}

function text(rate: number): string {
  return Math.round(rate).toLocaleString("en-US");
}

const problem = foundingProblem({ rules: RELAXED_RULES });
const even: Workload = {
  name: "even splits",
  placements: evenSplits(problem),
  expected: {
    placements: 1896,
    successes: 922,
    tokensPerSecond: 442497.29460229835,
    usdPerMillionTokens: 838592.3096163132,
  },
};
const random: Workload = {
  name: "random pipelines",
  placements: randomPlacements(problem),
  expected: {
    placements: 1200,
    successes: 584,
    tokensPerSecond: 243447.49867611416,
    usdPerMillionTokens: 606054.9667456986,
  },
};
const mixed: Workload = {
  name: "both",
  placements: [...even.placements, ...random.placements],
  expected: {
    placements: even.expected.placements + random.expected.placements,
    successes: even.expected.successes + random.expected.successes,
    tokensPerSecond: even.expected.tokensPerSecond + random.expected.tokensPerSecond,
    usdPerMillionTokens: even.expected.usdPerMillionTokens + random.expected.usdPerMillionTokens,
  },
};
for (const workload of [even, random, mixed]) report(problem, workload);
