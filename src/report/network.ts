import type { MatrixNetwork } from "../hardware/network.ts";
import type { Pool } from "../hardware/pool.ts";
import { figure, plural } from "./format.ts";
import { joinBlocks, renderPairs, writtenTo } from "./layout.ts";

/** Slowest and fastest pair of GPUs of a kind, GB/s; null when there is no pair. */
type Range = { readonly min: number; readonly max: number } | null;

/** What there is to say of a bandwidth matrix. */
export interface NetworkFacts {
  readonly path: string;
  readonly num_gpus: number;
  readonly num_instances: number;
  readonly inside_gb_per_sec: Range;
  readonly between_gb_per_sec: Range;
}

/** Measures a matrix: its size, and the bandwidths inside and between instances. */
export function networkFacts(pool: Pool, matrix: MatrixNetwork, path: string): NetworkFacts {
  const owners = pool.types.flatMap((type) =>
    Array.from({ length: type.count }, (_, index) =>
      new Array<string>(type.instance.gpuCount).fill(`${type.instance.name}#${index}`),
    ).flat(),
  );
  const inside = new Extremes();
  const between = new Extremes();
  const { gpuCount, gBytesPerSecond } = matrix;
  for (let source = 0; source < gpuCount; source++) {
    for (let target = 0; target < gpuCount; target++) {
      if (source === target) continue;
      const extremes = owners[source] === owners[target] ? inside : between;
      extremes.add(gBytesPerSecond[source * gpuCount + target]!);
    }
  }
  return {
    path,
    num_gpus: gpuCount,
    num_instances: new Set(owners).size,
    inside_gb_per_sec: inside.range(),
    between_gb_per_sec: between.range(),
  };
}

/** The facts for people. */
export function renderNetwork(facts: NetworkFacts): string {
  return joinBlocks([
    renderPairs([
      ["Size", `${plural(facts.num_gpus, "GPU")} of ${plural(facts.num_instances, "instance")}`],
      ["Inside an instance", rangeText(facts.inside_gb_per_sec)],
      ["Between instances", rangeText(facts.between_gb_per_sec)],
    ]),
    writtenTo(facts.path),
  ]);
}

class Extremes {
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  range(): Range {
    return this.#min <= this.#max ? { min: this.#min, max: this.#max } : null;
  }
}

function rangeText(range: Range): string {
  if (range === null) return "no pair of GPUs";
  return range.min === range.max
    ? `${figure(range.min)} GB/s`
    : `${figure(range.min)} to ${figure(range.max)} GB/s`;
}
