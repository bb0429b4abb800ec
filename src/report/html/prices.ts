import type { PoolType } from "../../hardware/pool.ts";
import { microUsdToUsd } from "../../hardware/price.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { isAllowed } from "../../solver/instances/instance-classes.ts";
import type { SolveRequest } from "../../solver/request.ts";
import { shortGpu, usd } from "../format.ts";
import type { Column } from "../layout.ts";
import { trimmed } from "../terminal-placement.ts";
import { html, type Markup } from "./markup.ts";
import { type Cell, type Row, tableMarkup } from "./table.ts";

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
  const columns = COLUMNS.filter(
    ({ isOptional, cell }) => !isOptional || types.some((type) => cell(type) !== ""),
  );
  const missing = COLUMNS.filter((column) => !columns.includes(column)).map(({ head }) => head);
  const usedCell = (type: PoolType): Cell => {
    const number = usedOf(type);
    const text = number > 0 ? String(number) : isAllowed(type, request) ? "no" : "excluded";
    return { content: text, sortBy: number };
  };
  return html`<p>Prices used for this ${placement ? "answer" : "verdict"}.${
    missing.length > 0 ? ` Missing from their source: ${missing.join(", ")}.` : ""
  }</p>
${tableMarkup({
  caption: `Instance types of the pool (${types.length})`,
  isSortable: true,
  isLong: true,
  columns: [columns[0]!, { head: "used", align: "right" }, ...columns.slice(1)],
  rows: types.map((type): Row => {
    const [name, ...rest] = columns.map(({ cell }) => cell(type));
    return { isMarked: usedOf(type) > 0, cells: [name!, usedCell(type), ...rest] };
  }),
})}`;
}

/** A column of the price table. */
interface PriceColumn extends Column {
  /** Left out when nothing stands in it. */
  readonly isOptional?: true;
  readonly cell: (type: PoolType) => Cell;
}

const COLUMNS: readonly PriceColumn[] = [
  { head: "instance type", cell: ({ instance }) => instance.name },
  {
    head: "GPUs",
    cell: ({ instance: { gpuCount, gpuModel, gpuMemoryGib } }) => ({
      content: `${gpuCount} × ${shortGpu(gpuModel)} ${trimmed(gpuMemoryGib)} GiB`,
      sortBy: `${gpuModel} ${String(gpuCount).padStart(6, "0")}`,
    }),
  },
  { head: "in pool", align: "right", cell: ({ count }) => String(count) },
  { head: "owned", align: "right", cell: ({ ownedCount = 0 }) => String(ownedCount) },
  { head: "$/hour", align: "right", cell: (type) => usdCell(hourUsd(type)) },
  {
    head: "$/GPU-hour",
    align: "right",
    cell: (type) => usdCell(hourUsd(type) / type.instance.gpuCount),
  },
  { head: "kind", cell: ({ price }) => price.kind },
  { head: "provider", cell: ({ price }) => price.provider },
  { head: "region", isOptional: true, cell: ({ price }) => price.region ?? "" },
  { head: "as of", isOptional: true, cell: ({ price }) => price.asOf ?? "" },
  { head: "source", flexible: true, cell: ({ price }) => price.source },
];

function hourUsd({ price }: PoolType): number {
  return microUsdToUsd(price.microUsdPerHour);
}

function usdCell(value: number): Cell {
  return { content: usd(value), sortBy: value };
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
