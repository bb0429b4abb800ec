import { instanceMicroUsdPerHour } from "../../hardware/pool.ts";
import { microUsdToUsd } from "../../hardware/price.ts";
import type { LinkMetrics, Metrics, StageMetrics } from "../../placement/evaluation.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { atAskedRate } from "../../placement/rate-service.ts";
import { type TimeShares, timeShares } from "../../placement/time-shares.ts";
import { count, figure, percent, shortGpu, usd } from "../format.ts";
import { inFlightText } from "../load-text.ts";
import { bottleneckText, slackText } from "../placement-text.ts";
import { gibCell, MEMORY_ITEMS } from "../terminal-memory.ts";
import { trimmed } from "../terminal-placement.ts";
import { type BarItem, barLegend, dividedBar } from "./bars.ts";
import { html, type Markup } from "./markup.ts";
import { tableMarkup } from "./table.ts";

/** A stage with what its bars show. */
interface DrawnStage {
  readonly index: number;
  readonly stage: StageMetrics;
  readonly memory: readonly BarItem[];
  /** Null when the cost model does not say. */
  readonly time: readonly BarItem[] | null;
  readonly isBottleneck: boolean;
}

const MEMORY_COLOURS = ["blue", "sky", "yellow", "green", "orange", "pink", "grey", "none"];

const TIME_ITEMS: readonly (readonly [name: keyof TimeShares, label: string, colour: string])[] = [
  ["compute", "compute", "blue"],
  ["memory", "memory", "green"],
  ["collectives", "collectives", "pink"],
  ["links", "links", "orange"],
  ["overhead", "overhead", "sky"],
  ["waiting", "waiting for a slower part", "none"],
  ["bubble", "bubble", "red"],
  ["realWorld", "flat real-world factor", "grey"],
];

/** The pipeline, machine by machine and stage by stage, with what takes each stage's memory and time. */
export function pipelineMarkup(
  problem: Problem,
  answer: { readonly placement: Placement; readonly metrics: Metrics },
): Markup {
  const { placement, metrics } = atAskedRate(problem, answer);
  const stages = drawnStages(problem, placement, metrics);
  const slack = slackText(metrics);
  const times = stages.flatMap(({ time }) => (time ? [time] : []));
  const load =
    problem.workload.load?.kind === "request_rate"
      ? html`<p class="dim">Speeds, memory and times with ${inFlightText(placement)}.</p>
`
      : null;
  return html`${load}<p><b>Limited by ${bottleneckText(placement, metrics)}</b>${slack === "" ? "" : `; ${slack}`}.</p>
${barLegend(
  "Memory of each GPU",
  stages.map(({ memory }) => memory),
)}${
  times.length > 0
    ? html`${barLegend("Time per token", times)}`
    : html`<p class="dim">The cost model gives no breakdown of stage times.</p>`
}
<ol class="pipeline">
${nodesOf(stages).map((node, position, nodes) => {
  const next = nodes[position + 1];
  return html`${nodeMarkup(problem, node, metrics)}${next ? linkMarkup(metrics, next[0]!.index - 1) : null}`;
})}</ol>
${memoryTable(stages)}${times.length > 0 ? timeTable(stages) : null}`;
}

function drawnStages(problem: Problem, placement: Placement, metrics: Metrics): DrawnStage[] {
  const shares = timeShares(problem, placement, metrics);
  const { kind, index: slowest } = metrics.bottleneck;
  return metrics.stages.map((stage, index) => ({
    index,
    stage,
    memory: MEMORY_ITEMS.map(([label, gib], position) => ({
      label,
      colour: MEMORY_COLOURS[position]!,
      share: Math.max(gib(stage), 0) / stage.memory_capacity_gb,
      text: `${gibCell(gib(stage))} GiB`,
    })),
    time: shares
      ? TIME_ITEMS.map(([name, label, colour]) => {
          const share = Math.max(shares[index]![name], 0);
          return { label, colour, share: share < ROUNDING ? 0 : share, text: shareText(share) };
        })
      : null,
    isBottleneck: kind === "stage" && index === slowest,
  }));
}

/** Smaller shares are differences of equal times. */
const ROUNDING = 1e-9;

function shareText(share: number): string {
  return share < ROUNDING
    ? "0"
    : share < 0.001
      ? "<0.1 %"
      : percent(Math.round(share * 1000) / 1000);
}

/** Consecutive stages of one instance. */
function nodesOf(stages: readonly DrawnStage[]): DrawnStage[][] {
  const nodes: DrawnStage[][] = [];
  for (const drawn of stages) {
    const last = nodes.at(-1);
    if (last && last[0]!.stage.instance === drawn.stage.instance) last.push(drawn);
    else nodes.push([drawn]);
  }
  return nodes;
}

function nodeMarkup({ pool }: Problem, node: readonly DrawnStage[], metrics: Metrics): Markup {
  const { instance, gpu_model, memory_capacity_gb } = node[0]!.stage;
  const { typeName, index } = parseInstanceName(instance)!;
  const type = pool.byName.get(typeName)!;
  const microUsd = instanceMicroUsdPerHour(type, index);
  const price = microUsd === 0 ? "owned" : `${usd(microUsdToUsd(microUsd))} per hour`;
  return html`<li class="node"><h3>${instance}</h3>
<p class="dim">${count(type.instance.gpuCount)} × ${shortGpu(gpu_model)} of ${trimmed(memory_capacity_gb)} GiB, ${price}, ${figure(type.instance.externalGbitsPerSecond)} Gbit/s network</p>
<ol class="stages">${node.map(
    (drawn, position) =>
      html`${position > 0 ? linkMarkup(metrics, drawn.index - 1) : null}${stageMarkup(drawn, type.instance.gpuCount)}`,
  )}</ol></li>
`;
}

function stageMarkup(
  { index, stage, memory, time, isBottleneck }: DrawnStage,
  gpus: number,
): Markup {
  const used = new Set(stage.gpu_ids);
  const ids = Array.from(
    { length: gpus },
    (_, id) => html`<li${used.has(id) ? html` class="used"` : null}>${id}</li>`,
  );
  return html`<li class="stage${isBottleneck ? " limits" : ""}"><div>
<h4>Stage ${index}: layers ${stage.start_layer}–${stage.end_layer}${isBottleneck ? html` <span class="bad">(the slowest)</span>` : null}</h4>
<p>${count(stage.layers)} layers, TP ${stage.tp_degree}, GPUs ${stage.gpu_ids.join(", ")}</p>
<p class="dim">${figure(stage.throughput_tokens_per_sec)} tokens/s, ${percent(Math.round(stage.utilization * 100) / 100)} busy</p>
<ul class="gpus" aria-hidden="true">${ids}</ul></div>
<div><p>Memory: ${figure(stage.memory_total_gb)} of ${trimmed(stage.memory_capacity_gb)} GiB, ${figure(stage.memory_headroom_gb)} headroom</p>
${dividedBar(`Memory of each GPU of stage ${index}`, memory)}${
  time === null
    ? null
    : html`<p>Time: ${largest(time)}</p>
${dividedBar(`Time of stage ${index}`, time)}`
}</div></li>
`;
}

/** The largest items of a bar, in words. */
function largest(items: readonly BarItem[]): string {
  return [...items]
    .sort((a, b) => b.share - a.share)
    .filter(({ share }) => share >= 0.05)
    .slice(0, 3)
    .map(({ label, text }) => `${label} ${text}`)
    .join(", ");
}

function linkMarkup({ links, bottleneck }: Metrics, index: number): Markup {
  const link = links[index]!;
  const isBottleneck = bottleneck.kind === "link" && bottleneck.index === index;
  return html`<li class="link${isBottleneck ? " limits" : ""}">↓ ${linkText(link)}${isBottleneck ? ", the slowest part" : ""}</li>
`;
}

function linkText(link: LinkMetrics): string {
  const where = link.crosses_instances ? "between instances" : "inside the instance";
  return `${where}, ${figure(link.bandwidth_gb_per_sec)} GB/s, ${figure(link.throughput_tokens_per_sec)} tokens/s`;
}

function memoryTable(stages: readonly DrawnStage[]): Markup {
  return tableMarkup({
    caption: "Memory of each GPU, GiB",
    columns: [
      { head: "stage" },
      ...MEMORY_ITEMS.map(([head]) => ({ head, align: "right" as const })),
      { head: "all", align: "right" },
    ],
    rows: stages.map(({ index, stage }) => ({
      cells: [
        String(index),
        ...MEMORY_ITEMS.map(([, gib]) => gibCell(gib(stage))),
        gibCell(stage.memory_capacity_gb),
      ],
    })),
  });
}

function timeTable(stages: readonly DrawnStage[]): Markup {
  return tableMarkup({
    caption: "Time of each stage, share of the time per token",
    columns: [
      { head: "stage" },
      ...TIME_ITEMS.map(([, head]) => ({ head, align: "right" as const })),
    ],
    rows: stages.map(({ index, time }) => ({
      cells: [String(index), ...time!.map(({ text }) => text)],
    })),
  });
}
