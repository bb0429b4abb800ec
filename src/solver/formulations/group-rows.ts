import { type Builder, ones, SafeNames } from "../../milp/builder.ts";
import type { Case } from "./case.ts";
import { type ConcreteGroup, instanceOf } from "./concrete-groups.ts";
import { addLimitRows, RentalRows } from "./rental-rows.ts";

/** The groups of one concrete instance. */
export interface InstanceGroups {
  readonly group: ConcreteGroup;
  readonly label: string;
  /** Positions of its groups. */
  readonly members: readonly number[];
}

/** Units by instance. */
export function groupsByInstance(groups: readonly ConcreteGroup[]): InstanceGroups[] {
  const names = new SafeNames();
  const byName = new Map<string, { group: ConcreteGroup; label: string; members: number[] }>();
  for (const [u, group] of groups.entries()) {
    const name = instanceOf(group);
    const known = byName.get(name);
    if (known) known.members.push(u);
    else byName.set(name, { group, label: names.of(name), members: [u] });
  }
  return [...byName.values()];
}

/**
 * What formulations over concrete groups share: every GPU in at most one chosen group, instances rented, rules and budgets.
 *
 * @param columns columns[position][group]: the group's columns at one position of the pipeline, of which at most one over all
 *   groups is chosen
 * @param crossings columns that add up to the links between instances; empty where nothing depends on them
 */
export function addGroupRows(
  build: Builder,
  groups: readonly ConcreteGroup[],
  columns: readonly (readonly (readonly number[])[])[],
  crossings: readonly number[],
  { costs, limits, rules }: Case,
): void {
  const all = (u: number): number[] => columns.flatMap((position) => position[u]!);
  const byGpu = new Map<number, number[]>();
  for (const [u, { gpuIds, lowestGpu }] of groups.entries()) {
    for (const id of gpuIds) {
      const gpu = lowestGpu - gpuIds[0]! + id;
      const list = byGpu.get(gpu);
      if (list) list.push(u);
      else byGpu.set(gpu, [u]);
    }
  }
  for (const [gpu, members] of byGpu) {
    build.row(`gpu${gpu}`, Number.NEGATIVE_INFINITY, 1, ones(members.flatMap(all)));
  }
  const rental = new RentalRows(build, rules);
  const instances = groupsByInstance(groups);
  const y = instances.map(({ group, label, members }) => {
    const column = build.column(`y.${label}`, costs.perInstance(group.instanceClass.position), 1);
    for (const [k, position] of columns.entries()) {
      const here = members.flatMap((u) => position[u]!);
      if (here.length === 0) continue;
      build.row(`${label}.rented${k}`, Number.NEGATIVE_INFINITY, 0, [
        ...ones(here),
        { column, coefficient: -1 },
      ]);
    }
    const { gpuCount, name } = group.instanceClass.type.instance;
    const gpus = members.flatMap((u) =>
      all(u).map((x) => ({ column: x, coefficient: groups[u]!.gpuIds.length })),
    );
    if (rules.noIdleGpus) {
      build.row(`${label}.no_idle`, 0, 0, [...gpus, { column, coefficient: -gpuCount }]);
    }
    if (rules.stagesPerInstance !== undefined) {
      build.row(`${label}.equal`, 0, 0, [
        ...ones(members.flatMap(all)),
        { column, coefficient: -rules.stagesPerInstance },
      ]);
    }
    rental.add(name, {
      prefix: label,
      most: 1,
      stages: members.flatMap(all),
      instances: [column],
      gpus,
    });
    return column;
  });
  rental.finish();
  addLimitRows(
    build,
    limits,
    instances.map(({ group }, h) => ({ column: y[h]!, position: group.instanceClass.position })),
    ones(crossings),
    0,
  );
}
