import { instanceName, type Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { CaseCosts, CaseLimit, CaseModel, RentalRules } from "../case-terms.ts";
import { Builder } from "../milp/builder.ts";
import { addUnitRows } from "../slots/unit-rows.ts";
import type { Unit } from "../slots/units.ts";
import { BoundaryRows } from "./boundary-rows.ts";
import { addStateRows, type Node } from "./state-rows.ts";

/**
 * The starts formulation over concrete TP groups, for layers that are not alike where the order of the stages decides which
 * links there are: links that bind, or links between instances that are paid for. It has a column for every group and start
 * and a state for every lowest GPU and layer, so it is for small cases.
 */
export function linkedStartsModel(
  units: readonly Unit[],
  allows: (source: number, target: number) => boolean,
  stages: number,
  layers: number,
  allowedCuts: readonly number[] | null,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
  rules: RentalRules,
): CaseModel {
  const build = new Builder();
  const boundaries = new BoundaryRows(build, layers, allowedCuts);
  const chosen: { readonly column: number; readonly before: number; readonly unit: Unit }[] = [];
  const columns = Array.from({ length: layers }, (_, before) =>
    units.map((unit, u) => {
      const sizes = unit.byStart?.[before] ?? unit.sizes.filter((size) => before + size <= layers);
      return boundaries.runsOf(before, sizes).map(({ least, most }) => {
        const column = build.column(`x.a${before}.u${u}.e${least}_${most}`, 0, 1);
        boundaries.add(column, before, least, most);
        chosen.push({ column, before, unit });
        return column;
      });
    }),
  );
  build.row(
    "stages",
    stages,
    stages,
    chosen.map(({ column }) => ({ column, coefficient: 1 })),
  );
  addUnitRows(build, units, columns, costs, limits, rules);
  const s = boundaries.finish();
  const nodes = nodesOf(units, columns);
  const gpus = nodes.map(({ lowestGpu }) => lowestGpu);
  addStateRows(
    build,
    nodes,
    s,
    (source, target) => source !== target && allows(gpus[source]!, gpus[target]!),
    costs.perLink,
  );
  return {
    milp: build.model(),
    placement: (values, point) =>
      place(
        chosen.filter(({ column }) => Math.round(values[column]!) === 1),
        layers,
        point,
      ),
  };
}

/** One node for every lowest GPU. */
function nodesOf(
  units: readonly Unit[],
  columns: readonly (readonly (readonly number[])[])[],
): (Node & { readonly lowestGpu: number })[] {
  const byGpu = new Map<number, number[]>();
  for (const [u, { lowestGpu }] of units.entries()) {
    const list = byGpu.get(lowestGpu);
    if (list) list.push(u);
    else byGpu.set(lowestGpu, [u]);
  }
  return [...byGpu].map(([lowestGpu, members]) => {
    const { host, instanceIndex } = units[members[0]!]!;
    return {
      lowestGpu,
      label: `g${lowestGpu}`,
      instance: `i${host.type.firstGpu + instanceIndex * host.type.instance.gpuCount}`,
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
      gpu_type: instanceName(unit.host.type.instance.name, unit.instanceIndex),
      tp_degree: unit.gpuIds.length,
      gpu_ids: unit.gpuIds,
      start_layer: before + 1,
      end_layer: sorted[i + 1]?.before ?? layers,
    })),
  };
}
