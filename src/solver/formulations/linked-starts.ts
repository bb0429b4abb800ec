import { Builder } from "../../milp/builder.ts";
import { instanceName, type Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { NodeShape } from "../deployable/node-rules.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import { type StartsAtRate, sizesAfter } from "../stages/starts-at-rate.ts";
import type { Unit } from "./concrete-groups.ts";
import { addGroupRows } from "./group-rows.ts";
import { addStateRows, type Node } from "./holder-rows.ts";
import { addLatencyRows, type Run } from "./latency-rows.ts";
import { addFirstNode } from "./node-slot-rows.ts";
import { partitionRows } from "./partition-rows.ts";
import {
  type CaseCosts,
  type CaseLimit,
  type CaseModel,
  countsLinks,
  type RentalRules,
} from "./rental-rows.ts";

/**
 * The starts formulation over concrete TP groups, for layers that are not alike where the order of the stages decides which
 * links there are: links that bind, or links between instances that are paid for. It has a column for every group and start
 * and a state for every lowest GPU and layer, so it is for small cases.
 * @param shape when given, stages stand on nodes of this shape. Whether nodes use their GPUs in the same order is not looked at.
 */
export function linkedStartsModel(
  units: readonly Unit[],
  allows: (source: number, target: number) => boolean,
  stages: number,
  layers: number,
  allowedCuts: readonly number[] | null,
  budget: LatencyBudget | null,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
  rules: RentalRules,
  shape: NodeShape | null,
): CaseModel {
  const build = new Builder();
  const partition = partitionRows(build, layers, allowedCuts, budget);
  const chosen: { readonly column: number; readonly before: number; readonly unit: Unit }[] = [];
  const runs: Run[] = [];
  const addStarts = (
    before: number,
    unit: Unit,
    u: number,
    starts: StartsAtRate | null,
    prefix: string,
  ): number[] => {
    const sizes = starts
      ? sizesAfter(starts, before)
      : unit.sizes.filter((size) => before + size <= layers);
    return partition.rangesOf(before, sizes).map(({ least, most }) => {
      const column = build.column(`${prefix}.a${before}.u${u}.e${least}_${most}`, 0, 1);
      partition.add(column, before, least, most);
      const latencies = starts?.table.latencies ?? null;
      runs.push({ column, before, layers: most - before, latencies });
      chosen.push({ column, before, unit });
      return column;
    });
  };
  const eachStart = Array.from({ length: layers }, (_, before) => before);
  const leaving = eachStart.map((before) =>
    units.map((unit, u) => addStarts(before, unit, u, unit.starts, "x")),
  );
  const staying = eachStart.map((before) =>
    units.map((unit, u) =>
      unit.stays === null ? [] : addStarts(before, unit, u, unit.stays, "x.stays"),
    ),
  );
  const columns = leaving.map((position, before) =>
    position.map((own, u) => [...own, ...staying[before]![u]!]),
  );
  build.row(
    "stages",
    stages,
    stages,
    chosen.map(({ column }) => ({ column, coefficient: 1 })),
  );
  const s = partition.finish();
  addLatencyRows(build, budget, runs);
  const nodes = [
    ...nodesOf(units, leaving, "leaves"),
    ...nodesOf(
      units.filter(({ stays }) => stays !== null),
      staying.map((position) => position.filter((_, u) => units[u]!.stays !== null)),
      "stays",
    ),
  ];
  const gpus = nodes.map(({ lowestGpu }) => lowestGpu);
  const crossings = addStateRows(
    build,
    nodes,
    s,
    // No GPU serves two stages, which is a row of its own.
    (source, target) => gpus[source] === gpus[target] || allows(gpus[source]!, gpus[target]!),
    countsLinks(costs, limits) ? costs.perLink : null,
    shape !== null,
  );
  addGroupRows(build, units, columns, crossings, costs, limits, rules);
  if (shape) addFirstNode(build, units, columns, shape);
  return {
    name: "linked-starts",
    milp: build.model(),
    choices: runs.map(({ column }) => column),
    placement: (values, point) =>
      place(
        chosen.filter(({ column }) => Math.round(values[column]!) === 1),
        layers,
        point,
      ),
  };
}

/** One node for every lowest GPU. Where it matters what a stage sends to, those that stay and those that leave have one each. */
function nodesOf(
  units: readonly Unit[],
  columns: readonly (readonly (readonly number[])[])[],
  kind: "leaves" | "stays",
): (Node & { readonly lowestGpu: number })[] {
  const byGpu = new Map<number, number[]>();
  for (const [u, { lowestGpu }] of units.entries()) {
    const list = byGpu.get(lowestGpu);
    if (list) list.push(u);
    else byGpu.set(lowestGpu, [u]);
  }
  return [...byGpu].map(([lowestGpu, members]) => {
    const { instanceClass, instanceIndex, stays } = units[members[0]!]!;
    const leavesTo = stays === null ? "any" : "other";
    return {
      lowestGpu,
      sendsTo: kind === "stays" ? "same" : leavesTo,
      label: kind === "stays" ? `stays.g${lowestGpu}` : `g${lowestGpu}`,
      instance: `i${instanceClass.type.firstGpu + instanceIndex * instanceClass.type.instance.gpuCount}`,
      starts: columns.map((position) => members.flatMap((u) => position[u]!)),
    };
  });
}

function place(
  chosen: readonly { readonly before: number; readonly unit: Unit }[],
  layers: number,
  point: OperatingPoint,
): Placement {
  const sorted = [...chosen].sort((a, b) => a.before - b.before);
  return {
    batch_size: point.batch,
    sequence_length: point.inputTokens,
    output_length: point.outputTokens,
    workload_phase: point.phase,
    stages: sorted.map(({ before, unit }, i) => ({
      gpu_type: instanceName(unit.instanceClass.type.instance.name, unit.instanceIndex),
      tp_degree: unit.gpuIds.length,
      gpu_ids: unit.gpuIds,
      start_layer: before + 1,
      end_layer: sorted[i + 1]?.before ?? layers,
    })),
  };
}
