import { groupBy } from "../../lists.ts";
import { Builder, ones } from "../../milp/builder.ts";
import { layerCount } from "../../model/model.ts";
import type { Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { placementOf } from "../order/placement-of.ts";
import { type StartsAtRate, sizesAfter } from "../stages/starts-at-rate.ts";
import { isOrderFree, linksCount } from "./case.ts";
import { type ConcreteGroup, concreteGroups, instanceOf } from "./concrete-groups.ts";
import type { Formulation } from "./formulation.ts";
import { addGroupRows } from "./group-rows.ts";
import { addStateRows, type Node } from "./holder-rows.ts";
import { addLatencyRows, type Run } from "./latency-rows.ts";
import { addFirstNode } from "./node-slot-rows.ts";
import { partitionRows } from "./partition-rows.ts";

/**
 * The starts formulation over concrete TP groups, for layers that are not alike where the order of the stages decides which
 * links there are: links that bind, or links between instances that are paid for. It has a column for every group and start
 * and a state for every lowest GPU and layer, so it is for small cases. Where stages stand on nodes of a shape, it is not looked at
 * whether nodes use their GPUs in the same order.
 */
export const LINKED_STARTS: Formulation = {
  name: "linked-starts",
  covers: (of) => (isOrderFree(of) ? null : "exact"),
  build: (of) => {
    const { stages, shape, costs, batch } = of;
    const { latency, point } = batch.setting;
    const { groups, allows } = concreteGroups(of);
    const layers = layerCount(of.problem.model);
    const build = new Builder();
    const partition = partitionRows(build, of);
    const chosen: ChosenStart[] = [];
    const runs: Run[] = [];
    const addStarts = (
      before: number,
      group: ConcreteGroup,
      label: string,
      starts: StartsAtRate | null,
    ): number[] =>
      starts === null
        ? []
        : partition.rangesOf(before, sizesAfter(starts, before)).map(({ least, most }) => {
            const column = build.column(`${label}.e${least}_${most}`, 0, 1);
            partition.add(column, before, least, most);
            const { latencies } = starts.table;
            runs.push({ column, before, layers: most - before, latencies });
            chosen.push({ column, before, group });
            return column;
          });
    const eachStart = Array.from({ length: layers }, (_, before) => before);
    const leaving = eachStart.map((before) =>
      groups.map((group, u) => addStarts(before, group, `x.a${before}.u${u}`, group.starts)),
    );
    const staying = eachStart.map((before) =>
      groups.map((group, u) => addStarts(before, group, `x.stays.a${before}.u${u}`, group.stays)),
    );
    const columns = leaving.map((position, before) =>
      position.map((own, u) => [...own, ...staying[before]![u]!]),
    );
    build.row("stages", stages, stages, ones(chosen.map(({ column }) => column)));
    const s = partition.finish();
    addLatencyRows(build, latency, runs);
    const nodes = [
      ...nodesOf(groups, leaving, "leaves"),
      ...nodesOf(
        groups.filter(({ stays }) => stays !== null),
        staying.map((position) => position.filter((_, u) => groups[u]!.stays !== null)),
        "stays",
      ),
    ];
    const gpus = nodes.map(({ lowestGpu }) => lowestGpu);
    const crossings = addStateRows(build, nodes, s, {
      // No GPU serves two stages, which is a row of its own.
      allows: (source, target) =>
        gpus[source] === gpus[target] || allows(gpus[source]!, gpus[target]!),
      perLink: linksCount(of) ? costs.perLink : null,
      oneRun: shape !== null,
    });
    addGroupRows(build, groups, columns, crossings, of);
    if (shape) addFirstNode(build, groups, columns, shape);
    return {
      milp: build.model(),
      constant: 0,
      choices: runs.map(({ column }) => column),
      placement: (values) =>
        place(
          chosen.filter(({ column }) => Math.round(values[column]!) === 1),
          layers,
          point,
        ),
    };
  },
};

/** A stage that starts after some layers on a concrete group. */
interface ChosenStart {
  readonly column: number;
  readonly before: number;
  readonly group: ConcreteGroup;
}

/** One node for every lowest GPU. Where it matters what a stage sends to, those that stay and those that leave have one each. */
function nodesOf(
  groups: readonly ConcreteGroup[],
  columns: readonly (readonly (readonly number[])[])[],
  kind: "leaves" | "stays",
): (Node & { readonly lowestGpu: number })[] {
  const byGpu = groupBy(groups.keys(), (u) => groups[u]!.lowestGpu);
  return [...byGpu].map(([lowestGpu, members]) => {
    const { instanceClass, instanceIndex, stays } = groups[members[0]!]!;
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

function place(chosen: readonly ChosenStart[], layers: number, point: OperatingPoint): Placement {
  const sorted = [...chosen].sort((a, b) => a.before - b.before);
  const stages = sorted.map(({ before, group }) => ({
    instance: instanceOf(group),
    gpuIds: group.gpuIds,
    before,
  }));
  return placementOf(stages, layers, point);
}
