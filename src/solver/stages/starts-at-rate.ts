import { sizesAtRate } from "./size-rates.ts";
import type { StartTable } from "./start-table.ts";

/** A start table at a rate threshold: the sizes that are fast enough. */
export interface StartsAtRate {
  readonly table: StartTable;
  /** tokens/s. */
  readonly minRate: number;
  /** By the table's lists: as there, sizes that reach the model's end or more have to be passed over. */
  readonly sizes: readonly (readonly number[])[];
}

/** What is left of a table at a rate threshold. */
export function startsAtRate(table: StartTable, minRate: number): StartsAtRate {
  return { table, minRate, sizes: table.lists.map((list) => sizesAtRate(list, minRate)) };
}

/** The stages of a table that end the model. */
export function endingOnly(starts: StartsAtRate): StartsAtRate {
  return { ...starts, sizes: starts.sizes.map(() => []) };
}

/** Sizes of a stage after some layers that does not end the model; those that reach its end or more do not count. */
export function innerSizes({ table, sizes }: StartsAtRate, before: number): readonly number[] {
  return sizes[table.listOf[before]!]!;
}

/** Whether a stage may hold all layers behind the first `before`. */
export function mayEndModel({ table: { toEnd }, minRate }: StartsAtRate, before: number): boolean {
  return toEnd[before]! > 0 && toEnd[before]! >= minRate;
}

/** Every size that a stage may have after some layers, rising. */
export function sizesAfter(starts: StartsAtRate, before: number): number[] {
  const rest = starts.table.toEnd.length - before;
  const sizes = innerSizes(starts, before).filter((size) => size < rest);
  if (mayEndModel(starts, before)) sizes.push(rest);
  return sizes;
}

/** Where in the pipeline a stage stands: that decides whether it starts or ends the model. */
export const POSITIONS = ["first", "middle", "last", "only"] as const;
export type Position = (typeof POSITIONS)[number];

/** The positions that a pipeline of some stages has. */
export function positionsOf(stages: number): readonly Position[] {
  if (stages === 1) return ["only"];
  return stages === 2 ? ["first", "last"] : ["first", "middle", "last"];
}

/** The position of a stage, counted from 0. */
export function positionAt(stage: number, stages: number): Position {
  if (stages === 1) return "only";
  if (stage === 0) return "first";
  return stage === stages - 1 ? "last" : "middle";
}

/**
 * Visits the runs of layers that a stage may hold at a position, as the layers before it and its own. Of runs that are alike
 * because their starts share a list only the first is visited.
 */
export function forEachRun(
  starts: StartsAtRate,
  position: Position,
  visit: (before: number, size: number) => void,
): void {
  const { lists, toEnd } = starts.table;
  const layers = toEnd.length;
  switch (position) {
    case "only":
      if (mayEndModel(starts, 0)) visit(0, layers);
      return;
    case "first":
      for (const size of innerSizes(starts, 0)) if (size < layers) visit(0, size);
      return;
    case "last":
      for (let before = 1; before < layers; before++) {
        if (mayEndModel(starts, before)) visit(before, layers - before);
      }
      return;
    case "middle":
      for (let list = 0; list < lists.length; list++) {
        const { before } = lists[list]!;
        // Starts behind a first layer are never like the one before it.
        if (before === 0) continue;
        for (const size of starts.sizes[list]!) if (before + size < layers) visit(before, size);
      }
  }
}

/** Every size that a stage may have somewhere, rising. */
export function sizesOf(starts: StartsAtRate): number[] {
  const sizes = new Set<number>();
  for (const position of POSITIONS)
    forEachRun(starts, position, (_before, size) => sizes.add(size));
  return [...sizes].sort((a, b) => a - b);
}
