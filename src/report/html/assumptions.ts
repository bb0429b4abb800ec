import { knownArchitecture } from "../../model/model.ts";
import type { Metrics } from "../../placement/evaluation.ts";
import type { Problem } from "../../placement/problem.ts";
import { rateService } from "../../placement/rate-service.ts";
import { forbiddenTp } from "../../placement/tp-shape.ts";
import { setLimits } from "../../solver/explain/limits.ts";
import { DEFAULT_TP_DEGREES, type SolveRequest } from "../../solver/request.ts";
import type { Answer, Solution } from "../../solver/solution.ts";
import { count, figure, percent, plural } from "../format.ts";
import { limitText } from "../limit-text.ts";
import { rateTargetText } from "../load-text.ts";
import { costModelPair, modelPair, workloadPairs } from "../terminal-workload.ts";
import { type Range, rangePlot } from "./bars.ts";
import { html, type Markup } from "./markup.ts";
import { pairsMarkup } from "./page.ts";

type Pair = readonly [label: string, text: string];

/** What the answer rests on: the workload, the models, the rules and limits, what is not modelled, and how sure the figures are. */
export function assumptionsMarkup(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
): Markup {
  const pairs: Pair[] = [
    ...servedPairs(problem, solution),
    ...formatPairs(problem),
    ...askedPairs(problem, request),
    ...rulePairs(problem, request),
  ];
  return html`${"placement" in solution ? rangesMarkup(problem, solution) : null}
${pairsMarkup(pairs)}
<h3>Not modelled</h3>
<ul class="plain">${notModelled(problem).map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** The 80 % intervals, drawn; nothing when the cost model does not say how sure it is. */
function rangesMarkup(problem: Problem, { placement, metrics }: Answer): Markup | null {
  // Latencies are those of the rate, where one is asked for; the throughput is what can be served.
  const service = rateService(problem, placement);
  const ranges = rangesOf(
    problem,
    service?.atCapacity.metrics ?? metrics,
    service?.atRate.metrics ?? metrics,
  );
  if (ranges.length === 0) return null;
  return html`<h3>Confidence in the figures</h3>
<div class="ranges">${ranges.map(rangePlot)}</div>
`;
}

const MS_PER_SECOND = 1000;

function rangesOf({ limits }: Problem, served: Metrics, waited: Metrics): Range[] {
  const { throughput_tokens_per_sec } = served;
  const { ttft_ms, tpot_ms, uncertainty } = waited;
  if (!served.uncertainty || !uncertainty) return [];
  const least = limits.minTokensPerSecond;
  const latency = (
    label: string,
    ms: number | null,
    interval: Range["interval"] | null,
    limitSeconds: number | null,
  ): Range[] =>
    ms === null || interval === null
      ? []
      : [
          {
            label,
            value: ms,
            interval,
            limit:
              limitSeconds === null ? null : { value: limitSeconds * MS_PER_SECOND, isMost: true },
            words: (value) => `${figure(value)} ms`,
          },
        ];
  return [
    {
      label: served === waited ? "Throughput" : "Throughput at capacity",
      value: throughput_tokens_per_sec,
      interval: served.uncertainty.throughput_tokens_per_sec,
      limit: least === null ? null : { value: least, isMost: false },
      words: (value) => `${figure(value)} tokens/s`,
    },
    ...latency("Time to first token (TTFT)", ttft_ms, uncertainty.ttft_ms, limits.maxTtftSeconds),
    ...latency("Time per output token (TPOT)", tpot_ms, uncertainty.tpot_ms, limits.maxTpotSeconds),
  ];
}

function servedPairs(problem: Problem, solution: Solution): Pair[] {
  if ("placement" in solution) {
    return workloadPairs(problem, solution.placement, solution.metrics, "solve");
  }
  const { workload } = problem;
  const { phase, inputTokens, outputTokens, minBatch, maxBatch } = workload;
  const batches =
    minBatch === null
      ? ""
      : `, batch ${minBatch === maxBatch ? minBatch : `${minBatch} to ${maxBatch}`}`;
  const rate = rateTargetText(workload);
  return [
    modelPair(problem),
    ["Workload", `${phase}, ${inputTokens} input + ${outputTokens} output tokens${batches}`],
    ...(rate === "" ? [] : [["Load", rate] as const]),
    costModelPair(problem),
  ];
}

function formatPairs({ model, network, totalTokensToProcess }: Problem): Pair[] {
  const architecture = knownArchitecture(model);
  const bandwidths =
    network.kind === "derived"
      ? "bandwidths derived from the instance table"
      : "as given for every pair of GPUs";
  return [
    ...(architecture
      ? ([
          [
            "Formats",
            `weights ${architecture.weightFormat} (${architecture.weightBytes} bytes per parameter), KV cache ${architecture.kvBytes} bytes per element`,
          ],
        ] as const)
      : ([["Formats", `${model.architecture.weightBytes} bytes per element`]] as const)),
    ["Network", bandwidths],
    ["Whole job", `${count(totalTokensToProcess)} tokens, for run time and total cost`],
  ];
}

function askedPairs({ limits, workload }: Problem, request: SolveRequest): Pair[] {
  const set = setLimits(limits, workload);
  const hasLatency = limits.maxTtftSeconds !== null || limits.maxTpotSeconds !== null;
  return [
    ["Objective", request.objective],
    [
      "Limits",
      set.length === 0
        ? "none"
        : set.map(({ name, value }) => `${name} ${limitText(name, value)}`).join(", "),
    ],
    ...(hasLatency
      ? ([
          ["Safety margin", `${percent(limits.latencySafetyMargin)} on predicted latencies`],
        ] as const)
      : []),
  ];
}

/** Which of the TP degrees the model's shape forbids. */
function shapeText(problem: Problem, tpDegrees: readonly number[]): string {
  if (problem.rules.anyShape)
    return ", including those at which the engine does not start the model";
  const out = tpDegrees.flatMap((degree) => {
    const breach = forbiddenTp(problem, degree);
    return breach ? [`not ${degree}, which ${breach.words}`] : [];
  });
  return out.length === 0 ? "" : `, but ${out.join(", ")}`;
}

function rulePairs(problem: Problem, request: SolveRequest): Pair[] {
  const { rules } = problem;
  const list = (names: readonly string[]): string => names.join(", ");
  const byType = (numbers: ReadonlyMap<string, number>): string =>
    [...numbers].map(([name, number]) => `${name}=${number}`).join(", ");
  const asked = [
    `at most ${plural(rules.maxPipelineStages, "pipeline stage")}`,
    `at least ${plural(rules.minLayersPerStage, "layer")} per stage`,
    `at least ${percent(rules.minMemoryUtilization)} of a GPU's memory used`,
    ...(rules.quantizeSegments ? ["quantised stage sizes only"] : []),
    `TP degrees ${request.tpDegrees.join(", ")}${request.tpDegrees === DEFAULT_TP_DEGREES ? " (default)" : ""}${shapeText(problem, request.tpDegrees)}`,
    ...(request.uniformTp ? ["one TP degree for all stages"] : []),
    ...(request.maxTpByType.size > 0 ? [`max TP degree ${byType(request.maxTpByType)}`] : []),
    ...(request.maxStagesByType.size > 0 ? [`max stages ${byType(request.maxStagesByType)}`] : []),
    ...(request.includeTypes ? [`only ${list(request.includeTypes)}`] : []),
    ...(request.excludeTypes.length > 0 ? [`without ${list(request.excludeTypes)}`] : []),
    ...(request.noIdleGpus ? ["no idle GPU on a rented instance"] : []),
    ...(request.maxInstanceTypes === null
      ? []
      : [`at most ${plural(request.maxInstanceTypes, "instance type")}`]),
    ...(request.maxInstances === null
      ? []
      : [`at most ${plural(request.maxInstances, "instance")}`]),
    ...(request.bandwidthPercentile === null
      ? []
      : [
          `links between instances below the ${percent(request.bandwidthPercentile)} percentile of bandwidth are left out`,
        ]),
  ];
  return [["Rules", asked.join("; ")]];
}

/** What a reader must not take the figures for. */
function notModelled({ costModel }: Problem): string[] {
  return [
    costModel.predictsLatency
      ? "Latencies are means under a steady load: no percentiles, no bursts, no overload."
      : "This cost model predicts no latency and gives no intervals.",
    "Cost is the price of the instances: no traffic, storage, start-up time or discounts.",
    "One pipeline: replicas behind a load balancer are not searched.",
    "No failures and no interruptions, not even of spot instances.",
    "No prefix caching, speculative decoding or separate prefill and decode pools.",
  ];
}
