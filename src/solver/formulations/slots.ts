import { groupBy } from "../../lists.ts";
import { Builder, ones, type Term } from "../../milp/builder.ts";
import { layerCount } from "../../model/model.ts";
import type { Placement } from "../../placement/placement.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { type PlacedStage, placementOf } from "../order/placement-of.ts";
import { isOrderFree, linksCount } from "./case.ts";
import { type ConcreteGroup, concreteGroups, instanceOf } from "./concrete-groups.ts";
import type { Formulation } from "./formulation.ts";
import { addGroupRows, groupsByInstance, type InstanceGroups } from "./group-rows.ts";
import { addNodeSlots } from "./node-slot-rows.ts";

/**
 * The slot formulation of one case, for explicit matrices whose links bind: which TP group stands in which of the S slots of
 * the pipeline, and how many layers it holds.
 *
 *   x_ku  group u (a set of GPUs of one instance) stands in slot k   binary
 *   z_k   layers of slot k, or q_kn: slot k holds n layers           integer, binary
 *   y_h   instance h is rented                                      binary
 *
 *   minimise Σ cost_h·y_h (+ cost of a link · links between instances)
 *   Σ_u x_ku = 1,  Σ_k z_k = L,  every GPU in at most one chosen group,  Σ_{u on h} x_ku ≤ y_h,
 *   z_k within the sizes of the chosen group,
 *   lowest GPU a in slot k ⇒ an allowed successor in slot k + 1:  X_ka ≤ Σ_{b: a→b allowed} X_{k+1,b}.
 *
 * Where stages stand on nodes of a shape, node-slot-rows.ts has the rows.
 */
export const SLOTS: Formulation = {
  name: "slots",
  covers: (of) => (isOrderFree(of) ? "exact" : null),
  build: (of) => {
    const { stages, shape, costs, batch } = of;
    const { groups, allows } = concreteGroups(of);
    const layers = layerCount(of.problem.model);
    const build = new Builder();
    const slots = Array.from({ length: stages }, (_, k) => k);
    const x = slots.map((k) => groups.map((_, u) => build.column(`x.s${k}.u${u}`, 0, 1)));
    const layersOf = addSizes(build, groups, batch.setting.sizes, x, layers);
    build.row(
      "layers",
      layers,
      layers,
      layersOf.flatMap(({ terms }) => terms),
    );
    for (const k of slots) build.row(`slot${k}`, 1, 1, ones(x[k]!));
    const crossings = linksCount(of)
      ? addCrossings(build, x, groupsByInstance(groups), costs.perLink)
      : [];
    const columns = x.map((slot) => slot.map((column) => [column]));
    addGroupRows(build, groups, columns, crossings, of);
    addLinks(build, groups, x, allows);
    if (shape) addNodeSlots(build, groups, x, shape);
    return {
      milp: build.model(),
      constant: 0,
      placement: (values) => place(groups, x, layersOf, values, batch.setting.point),
    };
  },
};

interface SlotLayers {
  readonly terms: readonly Term[];
  readonly read: (values: ArrayLike<number>) => number;
}

/** Layers of each slot, within the sizes of the group that stands there. */
function addSizes(
  build: Builder,
  groups: readonly ConcreteGroup[],
  allowedSizes: readonly number[],
  x: readonly (readonly number[])[],
  layers: number,
): SlotLayers[] {
  const usable = allowedSizes.filter((size) =>
    groups.some(({ sizes }) => size >= sizes[0]! && size <= sizes.at(-1)!),
  );
  const isContiguous = usable.length === (usable.at(-1) ?? 0) - (usable[0] ?? 0) + 1;
  return x.map((slot, k) => {
    let terms: readonly Term[];
    let read: SlotLayers["read"];
    if (isContiguous) {
      const z = build.column(`z.s${k}`, 0, layers);
      terms = [{ column: z, coefficient: 1 }];
      read = (values) => Math.round(values[z]!);
    } else {
      const q = usable.map((size) => build.column(`q.s${k}.n${size}`, 0, 1));
      build.row(`size.s${k}`, 1, 1, ones(q));
      terms = q.map((column, i) => ({ column, coefficient: usable[i]! }));
      read = (values) => usable[q.findIndex((column) => Math.round(values[column]!) === 1)]!;
    }
    build.row(`least.s${k}`, 0, Number.POSITIVE_INFINITY, [
      ...terms,
      ...slot.map((column, u) => ({ column, coefficient: -groups[u]!.sizes[0]! })),
    ]);
    build.row(`most.s${k}`, Number.NEGATIVE_INFINITY, 0, [
      ...terms,
      ...slot.map((column, u) => ({ column, coefficient: -groups[u]!.sizes.at(-1)! })),
    ]);
    return { terms, read };
  });
}

function addLinks(
  build: Builder,
  groups: readonly ConcreteGroup[],
  x: readonly (readonly number[])[],
  allows: (source: number, target: number) => boolean,
): void {
  const byLowest = groupBy(groups.keys(), (u) => groups[u]!.lowestGpu);
  for (let k = 0; k + 1 < x.length; k++) {
    for (const [source, members] of byLowest) {
      const successors = [...byLowest].filter(
        ([target]) => target !== source && allows(source, target),
      );
      if (successors.length === byLowest.size - 1) continue;
      build.row(`link.s${k}.g${source}`, Number.NEGATIVE_INFINITY, 0, [
        ...ones(members.map((u) => x[k]![u]!)),
        ...successors.flatMap(([, list]) =>
          list.map((u) => ({ column: x[k + 1]![u]!, coefficient: -1 })),
        ),
      ]);
    }
  }
}

/** c_k ≥ (instance h in slot k) − (h in slot k + 1): 1 when the link leaves the instance. @returns the columns c */
function addCrossings(
  build: Builder,
  x: readonly (readonly number[])[],
  instances: readonly InstanceGroups[],
  perLink: number,
): number[] {
  const columns: number[] = [];
  for (let k = 0; k + 1 < x.length; k++) {
    const column = build.column(`cross.s${k}`, perLink, 1, false);
    for (const { label, members } of instances) {
      build.row(`cross.${label}.s${k}`, 0, Number.POSITIVE_INFINITY, [
        { column, coefficient: 1 },
        ...members.map((u) => ({ column: x[k]![u]!, coefficient: -1 })),
        ...members.map((u) => ({ column: x[k + 1]![u]!, coefficient: 1 })),
      ]);
    }
    columns.push(column);
  }
  return columns;
}

function place(
  groups: readonly ConcreteGroup[],
  x: readonly (readonly number[])[],
  layersOf: readonly SlotLayers[],
  values: ArrayLike<number>,
  point: OperatingPoint,
): Placement {
  let before = 0;
  const stages = x.map((slot, k): PlacedStage => {
    const group = groups[slot.findIndex((column) => Math.round(values[column]!) === 1)]!;
    const size = layersOf[k]!.read(values);
    before += size;
    return { instance: instanceOf(group), gpuIds: group.gpuIds, before: before - size };
  });
  return placementOf(stages, before, point);
}
