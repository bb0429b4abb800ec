import { type InstanceType, servingKey } from "../../hardware/instance.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { GroupKind } from "../instances/instance-class.ts";
import type { StartTables } from "./start-table.ts";
import { tabulateStarts } from "./tabulate.ts";

/**
 * Start tables that are made once for all searches of one solve. The searches may differ in limits, counts, prices and rules,
 * but not in the model, the cost model and the lengths that are served.
 */
export class TableCache {
  /** By what instances can do: types that differ in name or site only share their tables. */
  private readonly known = new Map<string, Map<string, StartTables>>();

  of(
    problem: Problem,
    instance: InstanceType,
    group: GroupKind,
    sizes: readonly number[],
    point: OperatingPoint,
    pipelineStages: number,
  ): StartTables {
    const like = servingKey(instance);
    let tables = this.known.get(like);
    if (!tables) {
      tables = new Map();
      this.known.set(like, tables);
    }
    const key = [
      group.tpDegree,
      group.groupGBytesPerSecond,
      point.batch,
      pipelineStages,
      problem.rules.minMemoryUtilization,
      // Of one model, all sizes of a range or all quantised ones: the ends and the number say which.
      sizes[0],
      sizes.at(-1),
      sizes.length,
    ].join();
    let table = tables.get(key);
    if (!table) {
      table = tabulateStarts(problem, instance, group, sizes, point, pipelineStages);
      tables.set(key, table);
    }
    return table;
  }
}
