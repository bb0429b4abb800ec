import type { PoolType } from "../../hardware/pool.ts";
import { microUsdToUsd } from "../../hardware/price.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { isAllowed } from "../../solver/hosts/hosts.ts";
import type { SolveRequest } from "../../solver/request.ts";
import { figure, shortGpu, usdColumn } from "../format.ts";
import { html, type Markup } from "./markup.ts";
import { type Row, tableMarkup } from "./table.ts";

/** Every type of the pool with its price and where that comes from, the used ones first. */
export function pricesMarkup(
  { pool }: Problem,
  request: SolveRequest,
  placement: Placement | null,
): Markup {
  const used = usedByType(placement);
  const usedOf = ({ instance }: PoolType): number => used.get(instance.name) ?? 0;
  const types = [...pool.types].sort(
    (a, b) => Math.sign(usedOf(b)) - Math.sign(usedOf(a)) || a.position - b.position,
  );
  return html`<p>All instance types that could be rented, with the prices that this answer was computed with.</p>
${tableMarkup({
  caption: `Instance types of the pool (${types.length})`,
  isSortable: true,
  isLong: true,
  columns: [
    { head: "instance type" },
    { head: "GPUs" },
    { head: "used", align: "right" },
    { head: "in pool", align: "right" },
    { head: "owned", align: "right" },
    { head: "$/hour", align: "right" },
    { head: "$/GPU-hour", align: "right" },
    { head: "kind" },
    { head: "provider" },
    { head: "region" },
    { head: "as of" },
    { head: "source" },
  ],
  rows: types.map((type) => priceRow(type, usedOf(type), isAllowed(type, request))),
})}`;
}

function priceRow(type: PoolType, used: number, allowed: boolean): Row {
  const { instance, count, ownedCount = 0, price } = type;
  const perHourUsd = microUsdToUsd(price.microUsdPerHour);
  const perGpuUsd = perHourUsd / instance.gpuCount;
  return {
    isMarked: used > 0,
    cells: [
      instance.name,
      {
        content: `${instance.gpuCount} × ${shortGpu(instance.gpuModel)} ${figure(instance.gpuMemoryGib)} GiB`,
        sortBy: `${instance.gpuModel} ${String(instance.gpuCount).padStart(6, "0")}`,
      },
      { content: used > 0 ? String(used) : allowed ? "no" : "excluded", sortBy: used },
      String(count),
      String(ownedCount),
      { content: usdColumn(perHourUsd), sortBy: perHourUsd },
      { content: usdColumn(perGpuUsd), sortBy: perGpuUsd },
      price.kind,
      price.provider,
      price.region ?? "",
      price.asOf ?? "",
      price.source,
    ],
  };
}

/** How many instances of each type a placement uses. */
function usedByType(placement: Placement | null): Map<string, number> {
  const used = new Map<string, number>();
  for (const instance of new Set(placement?.stages.map(({ gpu_type }) => gpu_type))) {
    const name = parseInstanceName(instance)?.typeName ?? instance;
    used.set(name, (used.get(name) ?? 0) + 1);
  }
  return used;
}
