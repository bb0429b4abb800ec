import type { PlanMetrics } from "../compare/plan.ts";
import { instanceMicroUsdPerHour, type Pool } from "../hardware/pool.ts";
import type { Bottleneck, Metrics } from "../placement/evaluation.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import { figure, percent, plural, printable } from "./format.ts";

/** The instances a placement uses, by type in the order of their names: "2 × g6e.12xlarge + 1 × g6e.4xlarge (owned)". */
function instancesText(pool: Pool, placement: Placement): string {
  const { owned, rented } = countInstances(pool, placement);
  return [...listTypes(rented), ...listTypes(owned).map((words) => `${words} (owned)`)].join(" + ");
}

/** A placement in short: "2 × g5.12xlarge: 2 stages of 40 layers, TP 4". */
export function placementText(pool: Pool, placement: Placement): string {
  return `${instancesText(pool, placement)}: ${splitText(placement)}`;
}

/** What is to be done to get the instances of a placement: "Rent 2 × g5.12xlarge of AWS (us-east-1) and use 1 × g5.4xlarge (owned)". */
export function rentText(pool: Pool, placement: Placement): string {
  const { owned, rented } = countInstances(pool, placement);
  const rent = rented.size > 0 ? `rent ${offersText(pool, rented)}` : null;
  const use = owned.size > 0 ? `use ${listTypes(owned).join(" + ")} (owned)` : null;
  const words = [rent, use].filter((part) => part !== null).join(" and ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Rented types with whose they are and where: "2 × g5.12xlarge of AWS (us-east-1)"; said once where it is the same of all. */
function offersText(pool: Pool, rented: TypeCounts): string {
  const types = [...rented].sort(([a], [b]) => (a < b ? -1 : 1));
  const sellers = types.map(([type]) => sellerText(pool, type));
  if (new Set(sellers).size === 1) return `${listTypes(rented).join(" + ")}${sellers[0]}`;
  return types
    .map(([type, number], index) => `${number} × ${printable(type)}${sellers[index]}`)
    .join(" + ");
}

/** " of AWS (us-east-1, spot)", as far as it is known; on-demand prices go without saying. */
function sellerText(pool: Pool, typeName: string): string {
  const type = pool.byName.get(typeName);
  if (!type || type.price.provider === "") return "";
  const { provider, region, kind } = type.price;
  const details = [
    ...(region === null ? [] : [region]),
    ...(kind === "on-demand" || kind === "unspecified" ? [] : [kind]),
  ].map(printable);
  return ` of ${printable(provider)}${details.length === 0 ? "" : ` (${details.join(", ")})`}`;
}

/** An instance as tables name it, with a word when it is owned. */
export function instanceText(pool: Pool, instance: string): string {
  return `${printable(instance)}${isOwned(pool, instance) ? " (owned)" : ""}`;
}

/** How many of the instances a placement uses are owned. */
export function ownedInstances(pool: Pool, placement: Placement): number {
  return [...countInstances(pool, placement).owned.values()].reduce((sum, each) => sum + each, 0);
}

/** Instances by type. */
type TypeCounts = ReadonlyMap<string, number>;

function countInstances(
  pool: Pool,
  placement: Placement,
): { readonly owned: TypeCounts; readonly rented: TypeCounts } {
  const owned = new Map<string, number>();
  const rented = new Map<string, number>();
  for (const instance of new Set(placement.stages.map((stage) => stage.gpu_type))) {
    const counts = isOwned(pool, instance) ? owned : rented;
    const type = typeName(instance);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return { owned, rented };
}

function listTypes(counts: TypeCounts): string[] {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, number]) => `${number} × ${printable(type)}`);
}

/** Whether an instance costs nothing: it is owned, by --own or by a price of 0 in the pool. */
function isOwned(pool: Pool, instance: string): boolean {
  const parsed = parseInstanceName(instance);
  const type = parsed && pool.byName.get(parsed.typeName);
  return type ? instanceMicroUsdPerHour(type, parsed.index) === 0 : false;
}

/** How the layers are cut: "8 stages of 10 layers, TP 1", "4 stages of 3×16 + 32 layers, TP 3×4 + 8". */
export function splitText(placement: Placement): string {
  const sizes = placement.stages.map((stage) => stage.end_layer - stage.start_layer + 1);
  const degrees = placement.stages.map((stage) => stage.tp_degree);
  return `${plural(sizes.length, "stage")} of ${listOrOne(sizes)} layers, TP ${listOrOne(degrees)}`;
}

/** The type of an instance `type#index`, or the name as it stands. */
function typeName(instance: string): string {
  return parseInstanceName(instance)?.typeName ?? instance;
}

/** What keeps the throughput from being higher, in words. */
export function bottleneckText(
  placement: Placement,
  metrics: Pick<PlanMetrics, "bottleneck" | "links" | "stages">,
): string {
  const { bottleneck } = metrics;
  if (bottleneck.kind === "link") {
    const link = metrics.links[bottleneck.index]!;
    const source = placement.stages[bottleneck.index]!.gpu_type;
    const target = placement.stages[bottleneck.index + 1]!.gpu_type;
    const between = link.crosses_instances
      ? `between ${printable(source)} and ${printable(target)}`
      : `inside ${printable(source)}`;
    return `the link from stage ${bottleneck.index} to stage ${bottleneck.index + 1}: ${figure(link.bandwidth_gb_per_sec)} GB/s ${between}`;
  }
  const stage = metrics.stages[bottleneck.index]!;
  const where = `stage ${bottleneck.index} on ${printable(stage.instance)}`;
  return `${where}: ${resourceText(bottleneck, stage.tp_degree)}`;
}

/** How far the rest of the pipeline is from being the bottleneck; empty when there is no rest. */
export function slackText(metrics: Metrics): string {
  const { bottleneck, raw_throughput_tokens_per_sec: raw } = metrics;
  const others = [
    ...metrics.stages.map((stage, index) => ({
      name: `stage ${index}`,
      rate: stage.throughput_tokens_per_sec,
      isIt: bottleneck.kind === "stage" && bottleneck.index === index,
    })),
    ...metrics.links.map((link, index) => ({
      name: `link ${index}→${index + 1}`,
      rate: link.throughput_tokens_per_sec,
      isIt: bottleneck.kind === "link" && bottleneck.index === index,
    })),
  ].filter(({ isIt }) => !isIt);
  if (others.length === 0) return "";
  const next = others.reduce((best, other) => (other.rate < best.rate ? other : best));
  const slack = next.rate / raw - 1;
  return slack < 1e-9
    ? `${next.name} is just as slow`
    : `next is ${next.name}, ${percent(slack)} faster`;
}

function resourceText(bottleneck: Bottleneck, tpDegree: number): string {
  switch (bottleneck.limited_by) {
    case "compute":
      return "the compute of its GPUs";
    case "memory_bandwidth":
      return "the memory bandwidth of its GPUs";
    case "collectives":
      return `the collectives between the ${tpDegree} GPUs of its TP group`;
    case "links":
      return "the messages to the next stage";
    case "overhead":
      return "overhead: kernel launches, engine CPU time, batches too small to be efficient";
    case "bubble":
      return "the pipeline bubble: filling and draining takes longer than any other part";
    case "network":
      return "the network";
  }
}

/** "10" when all are alike, else the numbers in their order with repetitions counted: "3×16 + 32". */
export function listOrOne(numbers: readonly number[]): string {
  const runs: { value: number; times: number }[] = [];
  for (const value of numbers) {
    const last = runs.at(-1);
    if (last?.value === value) last.times++;
    else runs.push({ value, times: 1 });
  }
  if (runs.length === 1) return String(numbers[0]);
  return runs.map(({ value, times }) => (times === 1 ? value : `${times}×${value}`)).join(" + ");
}
