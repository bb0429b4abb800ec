import type { Metrics, StageMetrics } from "../placement/evaluation.ts";
import type { Problem } from "../placement/problem.ts";
import type { Colours } from "./colours.ts";
import { figure } from "./format.ts";
import { renderTable, wrap } from "./layout.ts";

const BAR_WIDTH = 12;

/** What the memory of a GPU is taken by, GiB; the items add up to its capacity. */
export const MEMORY_ITEMS: readonly (readonly [
  head: string,
  gib: (stage: StageMetrics) => number,
])[] = [
  [
    "layers",
    (stage) => stage.memory_weights_gb - stage.memory_embedding_gb - stage.memory_lm_head_gb,
  ],
  ["embedding", (stage) => stage.memory_embedding_gb],
  ["LM head", (stage) => stage.memory_lm_head_gb],
  ["KV cache", (stage) => stage.memory_kv_cache_gb],
  ["activations", (stage) => stage.memory_activations_gb],
  ["runtime", (stage) => stage.memory_runtime_gb],
  ["reserve", (stage) => stage.memory_reserve_gb],
  ["headroom", (stage) => stage.memory_headroom_gb],
];

/** The memory of a GPU as a bar: weights, KV cache, activations, runtime and reserve, what is free. */
export function memoryBar(stage: StageMetrics, colours: Colours): string {
  const cells = (gib: number): number =>
    Math.min(BAR_WIDTH, Math.round((gib / stage.memory_capacity_gb) * BAR_WIDTH));
  const kept = stage.memory_weights_gb + stage.memory_kv_cache_gb;
  const weights = cells(stage.memory_weights_gb);
  const kvCache = cells(kept);
  const activations = cells(kept + stage.memory_activations_gb);
  const all = cells(stage.memory_total_gb);
  return (
    colours.blue("█".repeat(weights)) +
    colours.cyan("▓".repeat(kvCache - weights)) +
    colours.magenta("▒".repeat(activations - kvCache)) +
    "░".repeat(all - activations) +
    "·".repeat(BAR_WIDTH - all)
  );
}

/** What the signs of the bars mean. */
export function memoryLegend({ stages }: Metrics, colours: Colours): string {
  const hasMore = stages.some(
    (stage) => stage.memory_runtime_gb > 0 || stage.memory_reserve_gb > 0,
  );
  return `memory: ${colours.blue("█")} weights ${colours.cyan("▓")} KV cache ${colours.magenta("▒")} activations${hasMore ? " ░ runtime, reserve" : ""} · free`;
}

/**
 * What the memory of each GPU is taken by, item by item, a row a stage; the items add up to the GPU's memory. Empty for cost
 * models that predict no KV cache capacity: they have no such items.
 */
export function renderMemory({ engine }: Problem, metrics: Metrics, colours: Colours): string {
  if (metrics.kv_cache_tokens === null) return "";
  const items = [
    ...MEMORY_ITEMS,
    ["all", (stage: StageMetrics) => stage.memory_capacity_gb],
  ] as const;
  const table = renderTable(
    [
      { head: "stage", align: "right" },
      ...items.map(([head]) => ({ head, align: "right" as const })),
    ],
    metrics.stages.map((stage, index) => [
      String(index),
      ...items.map(([, gib]) => gibCell(gib(stage))),
    ]),
  );
  const reserve = engine
    ? `what a GPU memory utilization of ${figure(engine.gpuMemoryUtilization)} leaves`
    : "what the engine leaves free";
  const legend = wrap(
    `runtime: CUDA graphs, collective buffers, all outside PyTorch; reserve: ${reserve}; headroom: room for more KV cache`,
    98,
  );
  return [
    colours.bold("Memory of each GPU, GiB"),
    table,
    colours.dim(legend.replace(/^/gm, "  ")),
  ].join("\n");
}

/** Two decimals; what rounds to nothing but is there is told apart from nothing. */
export function gibCell(gib: number): string {
  if (gib === 0) return "0";
  return gib > 0 && gib < 0.005 ? "<0.01" : gib.toFixed(2);
}
