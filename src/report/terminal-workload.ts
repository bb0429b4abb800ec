import type { WeightFormat } from "../model/architecture.ts";
import { knownArchitecture, layerCount, type Model } from "../model/model.ts";
import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { LengthMoments } from "../workload/lengths.ts";
import { count, printable } from "./format.ts";
import { renderPairs } from "./layout.ts";
import { batchText, type Chooser, loadText } from "./load-text.ts";

type Pair = readonly [label: string, text: string];

/** What is served and what predicts, on one line each. */
export function renderWorkload(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
  chooser: Chooser,
): string {
  return renderPairs(workloadPairs(problem, placement, metrics, chooser));
}

/** The same as pairs of a label and a text. */
export function workloadPairs(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
  chooser: Chooser,
): Pair[] {
  const { workload } = problem;
  const { workload_phase, sequence_length, output_length } = placement;
  const { inputTokens, outputTokens, inputLengths, outputLengths } = workload;
  const input = tokensText(sequence_length, "input", inputTokens, inputLengths);
  const output = tokensText(output_length, "output", outputTokens, outputLengths);
  const flightText = loadText(problem, placement, metrics, chooser);
  return [
    modelPair(problem),
    [
      "Workload",
      [
        `${workload_phase}, ${input} + ${output} tokens`,
        // At a rate the load says it: the placement's own batch is that of its capacity.
        ...(workload.load?.kind === "request_rate" ? [] : [batchText(workload, placement)]),
      ].join(", "),
    ],
    ...(flightText === null ? [] : [["Load", flightText] as const]),
    costModelPair(problem),
  ];
}

/** What is served. */
export function modelPair({ model }: Problem): Pair {
  const words = [`${printable(model.name)}, ${count(layerCount(model))} layers`];
  return ["Model", [...words, ...formatText(model)].join(", ")];
}

/** What predicts. */
export function costModelPair(problem: Problem): Pair {
  return ["Cost model", `${costModelText(problem)}: an estimate, not a measurement`];
}

/** How weights and KV cache are kept, which decides what is loaded and how much fits; nothing where the cost model does not ask. */
function formatText(model: Model): string[] {
  const architecture = knownArchitecture(model);
  if (!architecture) return [];
  const { weightFormat, kvBytes } = architecture;
  return [`${WEIGHT_FORMAT_WORDS[weightFormat]} weights`, `${count(kvBytes * 8)}-bit KV cache`];
}

const WEIGHT_FORMAT_WORDS: Readonly<Record<WeightFormat, string>> = {
  "16bit": "16-bit",
  fp8: "FP8",
  nvfp4: "NVFP4",
  mxfp4: "MXFP4",
  int4: "4-bit",
};

/** "2,048 input", or "2,048 input (mean, p95 4,000)" where the placement has the workload's lengths and they spread. */
function tokensText(
  tokens: number,
  word: string,
  mean: number | null,
  lengths: LengthMoments | undefined,
): string {
  const spread = lengths && tokens === mean ? ` (mean, p95 ${count(lengths.p95Tokens)})` : "";
  return `${count(tokens)} ${word}${spread}`;
}

/** The cost model with the settings of the engine that it stands for. */
export function costModelText({ costModel, engine }: Problem): string {
  if (!engine) return costModel.name;
  const { gpuMemoryUtilization, maxBatchedTokens, maxModelLenTokens } = engine;
  const length = maxModelLenTokens === null ? "" : `, max-model-len ${count(maxModelLenTokens)}`;
  return `${costModel.name} for ${engine.engine}, GPU memory utilization ${gpuMemoryUtilization}, max-num-batched-tokens ${count(maxBatchedTokens)}${length}`;
}
