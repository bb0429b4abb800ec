/**
 * What the calibrated cost model takes to say something of a group for the first time, as a search of a whole catalogue asks: every
 * different machine × TP degree × level of concurrency × number of stages, one size of stage each, in microseconds of processor time.
 *
 *   npx tsc -p bench && node bench.tmp/bench/cost-groups.bench.js
 *
 * "times": a group's times and one stage. "lines": bounds on the rates of all of its stages instead. "memory": the memory of that
 * stage. "range": all sizes from the first layer on. A new cost model for every round, so that nothing is remembered from the
 * last one.
 */
import { type OpenShape, type StageShape, tpGroup } from "../src/cost/cost-model.ts";
import { readServedProblem } from "../src/files/read-problem.ts";
import { type InstanceType, servingKey } from "../src/hardware/instance.ts";
import { layerCount } from "../src/model/model.ts";
import type { Problem } from "../src/placement/problem.ts";
import { CONCURRENCY_LEVELS } from "../src/workload/load.ts";
import type { OperatingPoint } from "../src/workload/workload.ts";
import { linkShippedFiles } from "./catalogue-problems.ts";

const MODELS = [
  ["llama-3.3-70b", "fp8"],
  ["llama-3.3-70b", "16bit"],
  ["deepseek-r1", null],
  ["gpt-oss-120b", null],
] as const;

const TP_DEGREES = [1, 2, 4, 8];
const MOST_STAGES = 8;
const ROUNDS = 5;
const LENGTHS = { inputTokens: 1024, outputTokens: 256 };

const POINTS: readonly OperatingPoint[] = CONCURRENCY_LEVELS.map((batch) => ({
  phase: "aggregated",
  batch,
  ...LENGTHS,
}));

function problemOf(model: string, weightFormat: "fp8" | "16bit" | null): Problem {
  linkShippedFiles();
  return readServedProblem({
    model,
    ...(weightFormat && { weightFormat }),
    ...LENGTHS,
    today: "2026-12-01",
  });
}

function machinesOf({ pool }: Problem): InstanceType[] {
  return [...new Map(pool.types.map(({ instance }) => [servingKey(instance), instance])).values()];
}

/** A stage of every group, as long as an even split has them; on the last one of some of them stands the LM head. */
function shapesOf(problem: Problem): StageShape[] {
  const layers = layerCount(problem.model);
  return Array.from({ length: MOST_STAGES }, (_, i) => i + 1).flatMap((pipelineStages) =>
    machinesOf(problem).flatMap((instance) =>
      TP_DEGREES.filter((tp) => tp <= instance.gpuCount).map(
        (tp): StageShape => ({
          instance,
          ...tpGroup(tp, tp === 1 ? Number.POSITIVE_INFINITY : instance.insideGBytesPerSecond),
          startLayer: 1,
          layers: Math.floor(layers / pipelineStages),
          pipelineStages,
          next: pipelineStages === 1 ? "none" : "other_instance",
        }),
      ),
    ),
  );
}

/** Microseconds of processor time of each call over all points and shapes: the median of the rounds. */
function microseconds(
  name: string,
  problem: Problem,
  shapes: readonly StageShape[],
  ask: (shape: StageShape, point: OperatingPoint, problem: Problem) => number,
): string {
  const times: number[] = [];
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Another limit and back: a cost model of its own that has been asked nothing.
    const costModel = problem.costModel.withMaxModelLen!(problem.engine!.maxModelLenTokens);
    const asked = { ...problem, costModel };
    const before = process.cpuUsage();
    for (const point of POINTS) {
      for (const shape of shapes) sum += ask(shape, point, asked);
    }
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / POINTS.length / shapes.length);
  }
  times.sort((a, b) => a - b);
  if (!(sum > 0)) throw new Error(`${name}: ${sum}`);
  return `${name} ${times[Math.floor(ROUNDS / 2)]!.toFixed(2)}`;
}

for (const [model, weightFormat] of MODELS) {
  const problem = problemOf(model, weightFormat);
  const shapes = shapesOf(problem);
  const cells = [
    microseconds(
      "times",
      problem,
      shapes,
      (shape, point, { costModel }) => costModel.stage(shape, point).tokensPerSecond,
    ),
    microseconds(
      "lines",
      problem,
      shapes,
      (shape, point, { costModel }) => costModel.lines!(shape, point, false).token.head,
    ),
    microseconds(
      "memory",
      problem,
      shapes,
      (shape, point, { costModel }) => costModel.memory(shape, point).totalGib,
    ),
    microseconds("range", problem, shapes, (shape: OpenShape, point, { costModel, rules }) => {
      return costModel.segmentRange(shape, point, rules.minMemoryUtilization).largest;
    }),
  ];
  process.stdout.write(
    `${model}${weightFormat ? ` ${weightFormat}` : ""}, ${POINTS.length * shapes.length} groups, µs each: ${cells.join(", ")}\n`,
  );
}
