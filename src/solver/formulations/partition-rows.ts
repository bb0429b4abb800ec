import type { Builder } from "../../milp/builder.ts";
import { layerCount } from "../../model/model.ts";
import { BoundaryRows } from "./boundary-rows.ts";
import type { Case } from "./case.ts";
import { PathRows } from "./path-rows.ts";

/** Rows that make chosen starts a partition of the layers. */
export interface PartitionRows {
  /** The columns that a start after `before` layers needs for its sizes, each as the ends it may have. */
  rangesOf(
    before: number,
    sizes: readonly number[],
  ): { readonly least: number; readonly most: number }[];
  add(column: number, before: number, least: number, most: number): void;
  /** @returns columns that count the starts after each layer; entry 0 is not used */
  finish(): readonly number[];
}

/** Where latencies are limited a column has to say where its stage ends; elsewhere where it starts is enough. */
export function partitionRows(build: Builder, { problem: { model }, batch }: Case): PartitionRows {
  const layers = layerCount(model);
  return batch.setting.latency
    ? new PathRows(build, layers)
    : new BoundaryRows(build, layers, model.allowedCuts);
}
