import { BOUNDS, type Bounds } from "../bounds.ts";
import { InputError, InternalError } from "../errors.ts";
import { microUsdToUsd } from "../hardware/price.ts";
import { headWidth } from "../model/attention.ts";
import { outlineOf } from "../model/outline.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import type { Metrics } from "./evaluation.ts";
import type { Problem } from "./problem.ts";

/**
 * An answer holds no figure that is none: every number is finite, every rate above 0.
 * @throws InputError that names the quantity of the problem that lies beyond its bounds; InternalError where none does
 */
export function checkMetrics(problem: Problem, point: OperatingPoint, metrics: Metrics): void {
  const wrong = notFinite(metrics, "") ?? stoodStill(metrics);
  if (wrong !== null) throw noFigures(problem, point, wrong);
}

/**
 * The error where a cost model gives a placement figures that are none: an InputError at the quantity of the problem that lies beyond
 * its bounds, else an InternalError.
 * @param wrong the figure: "a throughput of 0 tokens/s"
 */
export function noFigures(problem: Problem, point: OperatingPoint, wrong: string): Error {
  const cause = implausible(problem, point);
  if (cause === null) return new InternalError(`the cost model gives a placement ${wrong}.`);
  const { where, value, bounds } = cause;
  return new InputError(
    where,
    `${value} is not plausible, and gives a placement ${wrong}.`,
    `Give a number from ${bounds.least} to ${bounds.most}.`,
  );
}

/** The first number that is none, by its path. */
function notFinite(value: unknown, path: string): string | null {
  if (typeof value === "number") {
    return Number.isFinite(value) ? null : `the ${path.slice(1)} ${value}`;
  }
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = notFinite(inner, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function stoodStill(metrics: Metrics): string | null {
  const rates = [metrics, ...metrics.stages, ...metrics.links];
  return rates.every((part) => part.throughput_tokens_per_sec > 0)
    ? null
    : "a throughput of 0 tokens/s";
}

interface Quantity {
  readonly where: string;
  readonly value: number;
  readonly bounds: Bounds;
}

/** The first quantity of a problem that lies beyond its bounds; null when none does. */
function implausible(problem: Problem, point: OperatingPoint): Quantity | null {
  for (const [where, value, bounds] of quantities(problem, point)) {
    // What is none of, such as a job of no tokens or a machine that is owned, is 0.
    if (value !== 0 && !(value >= bounds.least && value <= bounds.most)) {
      return { where, value, bounds };
    }
  }
  return null;
}

function* quantities(
  problem: Problem,
  point: OperatingPoint,
): Generator<readonly [string, number, Bounds]> {
  const { model, pool, network, costModel, engine } = problem;
  const outline = outlineOf(model.architecture);
  yield ["layers of the model", outline.numLayers, BOUNDS.layers];
  yield ["width of the model (d_model)", outline.dModel, BOUNDS.elements];
  yield ["width of the feed-forward network (d_hidden)", outline.dHidden, BOUNDS.elements];
  yield ["vocabulary of the model (vocab_size)", outline.vocabSize, BOUNDS.elements];
  yield ["bytes of an element of the model", outline.bytesPerElement, BOUNDS.bytesPerElement];
  yield ["weights of a layer, GiB", outline.layerWeightGib, BOUNDS.layerGib];
  for (const kind of outline.layers?.kinds ?? []) {
    yield ["weights of a layer, GiB", kind.weightGib, BOUNDS.layerGib];
    yield ["width of the feed-forward network of a layer", kind.dHidden, BOUNDS.elements];
  }
  const { weightBytes, kvBytes, kinds } = model.architecture;
  yield ["bytes of a weight of the model", weightBytes, BOUNDS.bytesPerElement];
  yield ["bytes of a KV cache element", kvBytes, BOUNDS.bytesPerElement];
  for (const { attention } of kinds) {
    yield ["width of a head", headWidth(attention), BOUNDS.elements];
  }
  for (const { instance, price } of pool.types) {
    const { name, gpu } = instance;
    yield [
      `price of ${name}, USD per hour`,
      microUsdToUsd(price.microUsdPerHour),
      BOUNDS.usdPerHour,
    ];
    yield [`GPUs of ${name}`, instance.gpuCount, BOUNDS.gpusPerInstance];
    yield [`GPU memory of ${name}, GiB`, instance.gpuMemoryGib, BOUNDS.gpuMemoryGib];
    yield [
      `bandwidth inside of ${name}, GB/s`,
      instance.insideGBytesPerSecond,
      BOUNDS.gBytesPerSecond,
    ];
    yield [`network of ${name}, Gbit/s`, instance.externalGbitsPerSecond, BOUNDS.gbitsPerSecond];
    if (gpu) {
      yield [`16-bit TFLOPS of ${gpu.name}`, gpu.tflops16, BOUNDS.tflops];
      yield [
        `memory bandwidth of ${gpu.name}, GB/s`,
        gpu.memoryGBytesPerSecond,
        BOUNDS.gBytesPerSecond,
      ];
      yield [`usable memory of ${gpu.name}, GiB`, gpu.usableMemoryGib, BOUNDS.memoryGib];
    }
  }
  if (network.kind === "matrix") {
    for (const value of network.gBytesPerSecond) {
      yield ["bandwidth matrix, GB/s", value, BOUNDS.gBytesPerSecond];
    }
  }
  yield ["real-world efficiency", costModel.realWorldEfficiency, BOUNDS.efficiency];
  if (engine) yield ["share of the GPU memory", engine.gpuMemoryUtilization, BOUNDS.efficiency];
  yield ["sequences in flight", point.batch, BOUNDS.sequences];
  yield ["input length, tokens", point.inputTokens, BOUNDS.tokens];
  yield ["output length, tokens", point.outputTokens, BOUNDS.tokens];
  yield ["tokens of the job", problem.totalTokensToProcess, JOB_TOKENS];
}

/** Whole numbers that are exact. */
const JOB_TOKENS: Bounds = { least: 1, most: Number.MAX_SAFE_INTEGER };
