import { InternalError } from "../../errors.ts";
import { Builder } from "../../milp/builder.ts";
import { layerCount } from "../../model/model.ts";
import type { Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { InstancePlan } from "../order/instance-plan.ts";
import { packInstances } from "../order/pack.ts";
import { placeRuns, type SeatedStage } from "../order/place-runs.ts";
import { placementOf } from "../order/placement-of.ts";
import { asksForNext } from "../stages/candidates-at-rate.ts";
import type { SegmentLatencies } from "../stages/start-table.ts";
import { type StartsAtRate, sizesAfter } from "../stages/starts-at-rate.ts";
import { classesSuffice } from "./case.ts";
import type { Formulation } from "./formulation.ts";
import { addInstanceRows, type OptionColumns, runsLessLinks } from "./instance-rows.ts";
import { addLatencyRows, type Run } from "./latency-rows.ts";
import { type PartitionRows, partitionRows } from "./partition-rows.ts";

/**
 * The general formulation of one case over classes of instances: where each stage starts.
 *
 *   x_oi   a stage of option o starts after layer i                binary
 *   s_i    some stage starts after layer i                         (sum of the x there)
 *
 * A stage that starts after layer i may end after any layer of [least_o(i), most_o(i)]; where it ends is where the next one
 * starts. See boundary-rows.ts for the rows that say so, and instance-rows.ts for instances, packing and rules.
 * Sizes with gaps between them (quantised ones) get a column each, and so do all sizes where latencies are limited: then a
 * column stands for one run of layers, whose latencies are known, and Σ latency ≤ limit is a row.
 */
export const STARTS: Formulation = {
  name: "starts",
  covers: (of) => (classesSuffice(of) ? "exact" : "relaxation"),
  build: (of) => {
    const { latency, point } = of.batch.setting;
    const layers = layerCount(of.problem.model);
    const build = new Builder();
    const partition = partitionRows(build, of);
    const runs: Run[] = [];
    const staying = new Set<number>();
    const decode = addInstanceRows(build, of, (name, option) => {
      const leaves = addStarts(build, partition, name, option.starts, runs);
      if (!option.stays) return columnsOf(leaves);
      const stays = addStarts(build, partition, `${name}.stays`, option.stays, runs);
      for (const column of stays) staying.add(column);
      return { ...columnsOf([...leaves, ...stays]), leavingColumns: leaves };
    });
    partition.finish();
    addLatencyRows(build, latency, runs);
    const beforeOf = new Map(runs.map(({ column, before }) => [column, before]));
    return {
      milp: build.model(),
      constant: runsLessLinks(of),
      choices: runs.map(({ column }) => column),
      placement: (values) => {
        const plans = decode(values);
        const starts = plans.map((plan) => ({
          ...plan,
          stages: plan.stages.map((list) => list.map((column) => beforeOf.get(column)!)),
        }));
        const ordered = asksForNext(of.candidates) ? inOrder(plans, beforeOf, staying) : [];
        return of.ofStages(
          (ordered.length > 0 ? placeRuns(ordered, plans, layers, point) : null) ??
            placeByStart(starts, layers, point),
        );
      },
    };
  },
};

/** The stages of plans whose stages are identified by their columns, in the order of the pipeline; none with listed groups. */
function inOrder(
  plans: readonly InstancePlan[],
  beforeOf: ReadonlyMap<number, number>,
  staying: ReadonlySet<number>,
): SeatedStage[] {
  if (plans.some(({ atRate }) => atRate.instanceClass.partitions !== null)) return [];
  return plans
    .flatMap(({ atRate, stages }) =>
      stages.flatMap((list, option) =>
        list.map((column) => ({
          atRate,
          groupGpus: atRate.options[option]!.groupGpus,
          before: beforeOf.get(column)!,
          stays: staying.has(column),
        })),
      ),
    )
    .sort((a, b) => a.before - b.before);
}

/** Stages are identified by their columns. */
function columnsOf(columns: readonly number[]): OptionColumns {
  return {
    stageColumns: columns,
    decode: (values) => columns.filter((column) => Math.round(values[column]!) === 1),
  };
}

/** Adds a column for each start of an option, or several. @returns them */
function addStarts(
  build: Builder,
  partition: PartitionRows,
  name: string,
  starts: StartsAtRate,
  runs: Run[],
): number[] {
  const columns: number[] = [];
  const { latencies, toEnd } = starts.table;
  for (let before = 0; before < toEnd.length; before++) {
    for (const { least, most } of partition.rangesOf(before, sizesAfter(starts, before))) {
      const label = least === most ? `x.${name}.a${before}.e${most}` : `x.${name}.a${before}`;
      for (const [way, of] of waysOf(latencies, before, most - before).entries()) {
        const column = build.column(way === 0 ? label : `${label}.w${way}`, 0, 1);
        partition.add(column, before, least, most);
        columns.push(column);
        runs.push({ column, before, layers: most - before, latencies: of });
      }
    }
  }
  return columns;
}

/** The latencies of each way of serving a run. */
function waysOf(
  latencies: SegmentLatencies | null,
  before: number,
  layers: number,
): readonly (SegmentLatencies | null)[] {
  if (!latencies?.pairs) return [latencies];
  return latencies.pairs(before, layers).map(({ ttftSeconds, tpotSeconds }) => ({
    ttftSeconds: () => ttftSeconds,
    tpotSeconds: () => tpotSeconds,
  }));
}

/** The placement of plans whose stages are identified by the number of layers before them. */
export function placeByStart(
  plans: readonly InstancePlan[],
  layers: number,
  point: OperatingPoint,
): Placement {
  const placed = plans
    .flatMap(packInstances)
    .flatMap((instance) => instance.pieces.map((piece) => ({ instance, piece })))
    .sort((a, b) => a.piece.tag - b.piece.tag);
  if (placed[0]?.piece.tag !== 0) throw new InternalError("no stage starts at the first layer.");
  const stages = placed.map(({ instance, piece }) => ({
    instance: instance.name,
    gpuIds: piece.gpuIds,
    before: piece.tag,
  }));
  return placementOf(stages, layers, point);
}
