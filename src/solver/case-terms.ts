import type { Placement } from "../placement/placement.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { type Builder, ones } from "./milp/builder.ts";
import type { MilpModel } from "./milp/model.ts";

/** What renting costs in the objective of one MILP. */
export interface CaseCosts {
  /** Cost of one instance of a host class, by the class's position. */
  readonly perInstance: (hostPosition: number) => number;
  /** Cost of one link between instances; 0 for none. */
  readonly perLink: number;
}

/** least ≤ Σ perInstance over the rented instances ≤ most; becomes a row. */
export interface CaseLimit {
  readonly name: string;
  readonly perInstance: (hostPosition: number) => number;
  readonly least?: number;
  readonly most?: number;
}

/** The bounds of a limit's row. */
export function limitBounds({ least, most }: CaseLimit): readonly [number, number] {
  return [least ?? Number.NEGATIVE_INFINITY, most ?? Number.POSITIVE_INFINITY];
}

/** A MILP and how to read its solution as a placement. */
export interface CaseModel {
  readonly milp: MilpModel;
  readonly placement: (values: ArrayLike<number>, point: OperatingPoint) => Placement;
}

/** Rules a user states about what is rented; null and empty mean none. */
export interface RentalRules {
  /** Every GPU of a rented instance has to be used. */
  readonly noIdleGpus: boolean;
  readonly maxInstanceTypes: number | null;
  readonly maxInstances: number | null;
  /** Most stages on a type, by name. */
  readonly maxStagesByType: ReadonlyMap<string, number>;
}

/** Rules on what is rented, as rows over all classes. */
export class RentalRows {
  private readonly byType = new Map<
    string,
    {
      readonly prefix: string;
      most: number;
      readonly stages: number[];
      readonly instances: number[];
    }
  >();

  constructor(
    private readonly build: Builder,
    private readonly rules: RentalRules,
  ) {}

  add(
    typeName: string,
    prefix: string,
    most: number,
    stages: readonly number[],
    instances: readonly number[],
  ): void {
    const known = this.byType.get(typeName);
    if (known) {
      known.most += most;
      known.stages.push(...stages);
      known.instances.push(...instances);
    } else {
      this.byType.set(typeName, { prefix, most, stages: [...stages], instances: [...instances] });
    }
  }

  finish(): void {
    const { maxInstances, maxInstanceTypes, maxStagesByType } = this.rules;
    const types = [...this.byType];
    if (maxInstances !== null) {
      const all = types.flatMap(([, { instances }]) => instances);
      this.build.row("max_instances", Number.NEGATIVE_INFINITY, maxInstances, ones(all));
    }
    if (maxInstanceTypes !== null && maxInstanceTypes < types.length) {
      const used = types.map(([, { prefix, most, instances }]) => {
        const column = this.build.column(`used_type.${prefix}`, 0, 1);
        this.build.row(`${prefix}.used_type`, Number.NEGATIVE_INFINITY, 0, [
          ...ones(instances),
          { column, coefficient: -most },
        ]);
        return column;
      });
      this.build.row("max_types", Number.NEGATIVE_INFINITY, maxInstanceTypes, ones(used));
    }
    for (const [name, { prefix, stages }] of types) {
      const most = maxStagesByType.get(name);
      if (most === undefined) continue;
      this.build.row(`${prefix}.max_stages`, Number.NEGATIVE_INFINITY, most, ones(stages));
    }
  }
}
