import { type Builder, ones, SafeNames } from "../../milp/builder.ts";
import type { Case } from "./case.ts";
import { instanceOf, type Unit } from "./concrete-groups.ts";
import { addLimitRows, RentalRows } from "./rental-rows.ts";

/** The units of one concrete instance. */
export interface InstanceGroups {
  readonly unit: Unit;
  readonly label: string;
  /** Positions of its units. */
  readonly members: readonly number[];
}

/** Units by instance. */
export function groupsByInstance(units: readonly Unit[]): InstanceGroups[] {
  const names = new SafeNames();
  const byName = new Map<string, { unit: Unit; label: string; members: number[] }>();
  for (const [u, unit] of units.entries()) {
    const name = instanceOf(unit);
    const known = byName.get(name);
    if (known) known.members.push(u);
    else byName.set(name, { unit, label: names.of(name), members: [u] });
  }
  return [...byName.values()];
}

/**
 * What formulations over concrete units share: every GPU in at most one chosen unit, instances rented, rules and budgets.
 *
 * @param columns columns[position][unit]: the unit's columns at one position of the pipeline, of which at most one over all
 *   units is chosen
 * @param crossings columns that add up to the links between instances; empty where nothing depends on them
 */
export function addGroupRows(
  build: Builder,
  units: readonly Unit[],
  columns: readonly (readonly (readonly number[])[])[],
  crossings: readonly number[],
  { costs, limits, rules }: Case,
): void {
  const all = (u: number): number[] => columns.flatMap((position) => position[u]!);
  const byGpu = new Map<number, number[]>();
  for (const [u, { gpuIds, lowestGpu }] of units.entries()) {
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
  const instances = groupsByInstance(units);
  const y = instances.map(({ unit, label, members }) => {
    const column = build.column(`y.${label}`, costs.perInstance(unit.instanceClass.position), 1);
    for (const [k, position] of columns.entries()) {
      const here = members.flatMap((u) => position[u]!);
      if (here.length === 0) continue;
      build.row(`${label}.rented${k}`, Number.NEGATIVE_INFINITY, 0, [
        ...ones(here),
        { column, coefficient: -1 },
      ]);
    }
    const { gpuCount, name } = unit.instanceClass.type.instance;
    const gpus = members.flatMap((u) =>
      all(u).map((x) => ({ column: x, coefficient: units[u]!.gpuIds.length })),
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
    instances.map(({ unit }, h) => ({ column: y[h]!, position: unit.instanceClass.position })),
    ones(crossings),
    0,
  );
}
