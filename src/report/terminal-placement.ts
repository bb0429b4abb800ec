import { microUsdToUsd } from "../hardware/price.ts";
import type { Metrics } from "../placement/evaluation.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { type RateService, rateService } from "../placement/rate-service.ts";
import type { Colours } from "./colours.ts";
import { count, duration, figure, hourlyText, percent, plural, shortGpu, usd } from "./format.ts";
import { renderPairs, renderTable } from "./layout.ts";
import { inFlightText, rateText } from "./load-text.ts";
import { bottleneckText, instanceText, ownedInstances, slackText } from "./placement-text.ts";
import { memoryBar, memoryLegend } from "./terminal-memory.ts";
import {
  confidencePairs,
  intervalText,
  kvCachePairs,
  latencyPairs,
  shareOfInterval,
} from "./terminal-serving.ts";

/** One row a stage: where it runs, what it holds, how fast and how busy it is. */
export function renderStages(
  { pool, workload }: Problem,
  placement: Placement,
  metrics: Metrics,
  colours: Colours,
): string {
  const table = renderTable(
    [
      { head: "stage", align: "right" },
      { head: "instance", flexible: true },
      { head: "GPU", flexible: true },
      { head: "TP", align: "right" },
      { head: "layers" },
      { head: "tokens/s", align: "right" },
      { head: "memory of each GPU, GiB" },
      { head: "busy", align: "right" },
    ],
    metrics.stages.map((stage, index) => {
      const isBottleneck =
        metrics.bottleneck.kind === "stage" && metrics.bottleneck.index === index;
      const busy = percent(Math.round(stage.utilization * 100) / 100);
      return [
        String(index),
        instanceText(pool, stage.instance),
        shortGpu(stage.gpu_model),
        String(stage.tp_degree),
        `${stage.start_layer}-${stage.end_layer} (${stage.layers})`,
        figure(stage.throughput_tokens_per_sec),
        `${memoryBar(stage, colours)} ${figure(stage.memory_total_gb)} of ${trimmed(stage.memory_capacity_gb)}`,
        isBottleneck ? colours.bold(busy) : busy,
      ];
    }),
  );
  const legend = `  ${memoryLegend(metrics, colours)}`;
  const title =
    workload.load?.kind === "request_rate" ? `Stages with ${inFlightText(placement)}` : "Stages";
  return `${colours.bold(title)}\n${table}\n${colours.dim(legend)}`;
}

/** Figures under a title. */
export interface MetricsBlock {
  readonly title: string;
  readonly pairs: readonly Pair[];
}

/** Throughput, cost and what limits them. */
export function renderMetrics(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
  colours: Colours,
): string {
  return metricsBlocks(problem, placement, metrics)
    .map(({ title, pairs }) => `${colours.bold(title)}\n${renderPairs(pairs)}`)
    .join("\n\n");
}

/** The same as blocks of pairs; where a rate is to be served, what is so at that rate and then what is so at capacity. */
export function metricsBlocks(
  problem: Problem,
  placement: Placement,
  metrics: Metrics,
): readonly MetricsBlock[] {
  const service = rateService(problem, placement);
  if (service) return rateBlocks(problem, service);
  return [
    {
      title: "Metrics",
      pairs: [
        ...throughputPairs(problem, metrics),
        ...latencyPairs(problem, metrics),
        ...confidencePairs(metrics),
        ...kvCachePairs(problem, metrics, placement.sequence_length + placement.output_length),
        ...costPairs(problem, placement, metrics),
        ["Per token", `${usd(metrics.dollar_per_million_token)} per million tokens`],
        ["Whole job", jobText(problem, metrics)],
        ["Limited by", limitedByText(placement, metrics)],
      ],
    },
  ];
}

function rateBlocks(problem: Problem, service: RateService): readonly MetricsBlock[] {
  const { atRate, atCapacity, tokensPerSecond, used, usdPerMillionTokens } = service;
  const { placement, metrics } = atCapacity;
  return [
    {
      title: `At ${rateText(service.requestsPerSecond)}`,
      pairs: [
        [
          "In flight",
          `${plural(atRate.placement.batch_size, "sequence")}: the fewest that serve the rate`,
        ],
        ["Throughput", `${figure(tokensPerSecond)} tokens/s, as requested`],
        ["In use", `${percent(used)} of the capacity`],
        ...latencyPairs(problem, atRate.metrics),
        ...confidencePairs(atRate.metrics),
        ...costPairs(problem, placement, metrics),
        ["Per token", `${usd(usdPerMillionTokens)} per million tokens`],
      ],
    },
    {
      title: `At capacity, ${figure(service.capacityRequestsPerSecond)} requests/s`,
      pairs: [
        ["In flight", plural(placement.batch_size, "sequence")],
        ...throughputPairs(problem, metrics),
        ...latencyPairs(problem, metrics),
        ...kvCachePairs(problem, metrics, placement.sequence_length + placement.output_length),
        ["Per token", `${usd(metrics.dollar_per_million_token)} per million tokens`],
        ["Whole job", jobText(problem, metrics)],
        ["Limited by", limitedByText(placement, metrics)],
      ],
    },
  ];
}

type Pair = readonly [label: string, text: string];

function costPairs(problem: Problem, placement: Placement, metrics: Metrics): Pair[] {
  return [
    [
      "Cost",
      `${hourlyText(metrics.cost_per_hour)} for ${hiredText(problem, placement, metrics)} used`,
    ],
    ...pricePairs(problem, placement),
  ];
}

function jobText({ totalTokensToProcess }: Problem, metrics: Metrics): string {
  return `${count(totalTokensToProcess)} tokens in ${duration(metrics.total_runtime_hours)} for ${usd(metrics.total_cost)}`;
}

function limitedByText(placement: Placement, metrics: Metrics): string {
  const slack = slackText(metrics);
  return `${bottleneckText(placement, metrics)}${slack === "" ? "" : `; ${slack}`}`;
}

/** What the rented instances cost each and where that is from; nothing where the source of the prices says no more than a number. */
function pricePairs(
  { pool }: Problem,
  { stages }: Placement,
): (readonly [label: string, text: string])[] {
  const rented = stages
    .map(({ gpu_type }) => parseInstanceName(gpu_type)!)
    .filter(({ typeName, index }) => index >= (pool.byName.get(typeName)!.ownedCount ?? 0));
  return [...new Set(rented.map(({ typeName }) => typeName))]
    .map((name) => pool.byName.get(name)!)
    .filter(({ price }) => price.kind !== "unspecified" && price.microUsdPerHour > 0)
    .map(({ instance, price }, index) => [
      index === 0 ? "Prices" : "",
      [
        `${instance.name}: ${usd(microUsdToUsd(price.microUsdPerHour))} per hour, ${price.kind}`,
        [price.provider, price.region].filter((part) => part !== null).join(" "),
        ...(price.asOf === null ? [] : [`of ${price.asOf}`]),
        price.source,
      ].join(", "),
    ]);
}

/** Tokens/s in and out; with their intervals where the cost model says how sure it is. */
function throughputPairs({ costModel }: Problem, metrics: Metrics): (readonly [string, string])[] {
  const {
    throughput_tokens_per_sec: all,
    input_tokens_per_sec: input,
    output_tokens_per_sec: output,
    raw_throughput_tokens_per_sec: raw,
    uncertainty,
  } = metrics;
  const factors = [
    `= slowest part ${figure(raw)} × pipeline ${factor(metrics.pipeline_efficiency)}`,
    ...(uncertainty ? [] : [`real world ${factor(costModel.realWorldEfficiency)}`]),
  ].join(" × ");
  if (!uncertainty) {
    const parts = `(${figure(input)} input + ${figure(output)} output)`;
    return [
      ["Throughput", `${figure(all)} tokens/s ${parts}`],
      ["", factors],
    ];
  }
  const part = (word: string, rate: number): (readonly [string, string])[] =>
    rate === 0 || rate === all
      ? []
      : [[word, `${figure(rate)} tokens/s${intervalText(shareOfInterval(metrics, rate))}`]];
  return [
    ["Throughput", `${figure(all)} tokens/s${intervalText(uncertainty.throughput_tokens_per_sec)}`],
    ["", factors],
    ...part("- input", input),
    ...part("- output", output),
  ];
}

/** "3 instances, 1 of them owned; 8 of 12 GPUs". */
function hiredText({ pool }: Problem, placement: Placement, metrics: Metrics): string {
  const { num_instances: all, num_gpus: used, num_gpus_rented: gpus } = metrics;
  const owned = ownedInstances(pool, placement);
  if (owned === 0)
    return `${plural(all, "instance")}; ${count(used)} of ${plural(gpus, "rented GPU")}`;
  const instances =
    owned === all
      ? plural(all, "owned instance")
      : `${plural(all, "instance")}, ${count(owned)} of them owned`;
  return `${instances}; ${count(used)} of ${plural(gpus, "GPU")}`;
}

/** A factor from 0 to 1 as short as it is: 1, 0.3, 0.6545. */
function factor(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A capacity as short as it is: 24, 79.2. */
export function trimmed(gib: number): string {
  return Number.isInteger(gib) ? String(gib) : figure(gib);
}
