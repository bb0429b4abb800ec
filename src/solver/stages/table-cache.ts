import type { CostModel } from "../../cost/cost-model.ts";
import { type InstanceType, servingKey } from "../../hardware/instance.ts";
import type { GroupKind } from "../../hardware/network.ts";
import type { Model } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import { pointKey } from "../../workload/workload.ts";
import { ReachCache } from "./reach-cache.ts";
import type { StartTables } from "./start-table.ts";
import { type TableSetting, tabulateStarts } from "./tabulate.ts";

/**
 * Start tables that are made once for all searches of a solve, and of all solves that are handed the cache. Searches that differ in
 * limits, counts and prices only, and types that differ in name or site only, share them.
 */
export class TableCache {
  readonly reaches: ReachCache = new ReachCache();
  private readonly known = new WeakMap<CostModel, WeakMap<Model, Map<string, StartTables>>>();

  of(
    problem: Problem,
    instance: InstanceType,
    group: GroupKind,
    setting: TableSetting,
  ): StartTables {
    const tables = this.tablesOf(problem);
    const { point, pipelineStages, sizes } = setting;
    const key = [
      servingKey(instance),
      group.gpus,
      group.gBytesPerSecond,
      pointKey(point),
      pipelineStages,
      problem.rules.minMemoryUtilization,
      ...sizes,
    ].join();
    let table = tables.get(key);
    if (!table) {
      table = tabulateStarts(problem, instance, group, setting);
      tables.set(key, table);
    }
    return table;
  }

  private tablesOf({ costModel, model }: Problem): Map<string, StartTables> {
    const byModel = this.known.get(costModel) ?? new WeakMap<Model, Map<string, StartTables>>();
    this.known.set(costModel, byModel);
    const tables = byModel.get(model) ?? new Map<string, StartTables>();
    byModel.set(model, tables);
    return tables;
  }
}
