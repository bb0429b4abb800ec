import type { FlooredHost, FlooredOption } from "../floor.ts";
import {
  type CaseCosts,
  type CaseLimit,
  type CaseModel,
  RentalRows,
  type RentalRules,
} from "../case-terms.ts";
import { Builder, ones, SafeNames, type Term } from "../milp/builder.ts";
import { type Packing, packing } from "./packing.ts";
import type { HostPlan, PackedPattern } from "./plan.ts";
import { rebuildPlacement } from "./rebuild.ts";

/**
 * The count formulation of one case (batch, number of stages S, throughput floor): how many stages of each class and how
 * many instances of each host class, at the lowest cost.
 *
 *   x_k   stages of class k = (type, TP degree[, size])       integer
 *   z_o   layers on option o = (type, TP degree), free sizes  integer, smallest·x ≤ z ≤ largest·x
 *   y_τ   instances of host class τ (or of each pattern)      integer
 *
 *   minimise Σ cost_τ·y_τ
 *   Σ x = S,  Σ layers = L,  GPUs of a class's stages packed into its instances (see packing.ts),
 *   solo classes: stages = S·y, y ≤ 1; rules on what is rented as rows.
 *
 * There is no variable for a pair of stages and no big-M: the floor has removed every class and link that is too slow.
 */
export function countModel(
  hosts: readonly FlooredHost[],
  stages: number,
  layers: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
  rules: RentalRules,
): CaseModel {
  const build = new Builder();
  const names = new SafeNames();
  const stageTerms: Term[] = [];
  const layerTerms: Term[] = [];
  const limitTerms: Term[][] = limits.map(() => []);
  const runs = new RunCounter(build, costs.perLink);
  const rental = new RentalRows(build, rules);
  const decoders: ((values: ArrayLike<number>) => HostPlan)[] = [];

  for (const floored of hosts) {
    const { host, options } = floored;
    const { gpuCount, name } = host.type.instance;
    const prefix = names.of(name);
    const mostInstances = floored.solo ? 1 : Math.min(host.instances.length, stages);
    const countsRuns = costs.perLink > 0 && !floored.neighbours;
    const fit = packingOf(floored, countsRuns);
    const optionNames = new SafeNames();
    const optionColumns = options.map((option) => {
      const most = Math.min(stages, mostInstances * Math.floor(gpuCount / option.tpDegree));
      const label = optionNames.of(`${prefix}.tp${option.tpDegree}`);
      return addOption(build, label, option, most, layers);
    });
    const stageColumns = optionColumns.flatMap((columns) => columns.stageColumns);
    for (const column of stageColumns) stageTerms.push({ column, coefficient: 1 });
    for (const columns of optionColumns) layerTerms.push(...columns.layerTerms);
    const packed = options.map((option, i) => ({
      tpDegree: option.tpDegree,
      columns: optionColumns[i]!.stageColumns,
    }));
    const instanceCost = costs.perInstance(host.position) + (countsRuns ? 0 : costs.perLink);
    const instanceColumns = addInstances(
      build,
      prefix,
      fit,
      mostInstances,
      instanceCost,
      packed,
      rules.noIdleGpus ? gpuCount : null,
    );
    if (floored.solo) {
      build.row(`${prefix}.alone`, 0, 0, [
        ...ones(stageColumns),
        ...instanceColumns.map((column) => ({ column, coefficient: -stages })),
      ]);
    }
    if (instanceColumns.length > 1) {
      build.row(`${prefix}.pool`, 0, mostInstances, ones(instanceColumns));
    }
    runs.add(floored, fit, mostInstances, stageColumns, instanceColumns);
    rental.add(name, prefix, mostInstances, stageColumns, instanceColumns);
    for (const [i, limit] of limits.entries()) {
      const coefficient = limit.perInstance(host.position);
      if (coefficient === 0) continue;
      for (const column of instanceColumns) limitTerms[i]!.push({ column, coefficient });
    }
    decoders.push((values) => ({
      floored,
      instances: instanceColumns.reduce((sum, column) => sum + Math.round(values[column]!), 0),
      patterns:
        fit.kind === "levels"
          ? null
          : instanceColumns.flatMap((column, p) =>
              new Array<PackedPattern>(Math.round(values[column]!)).fill({
                counts: fit.patterns[p]!,
                partition: floored.patterns?.[p]!.partition ?? null,
              }),
            ),
      sizes: optionColumns.map(({ decode }) => decode(values)),
    }));
  }
  build.row("stages", stages, stages, stageTerms);
  build.row("layers", layers, layers, layerTerms);
  for (const [i, limit] of limits.entries()) {
    build.row(limit.name, Number.NEGATIVE_INFINITY, limit.most, limitTerms[i]!);
  }
  runs.finish();
  rental.finish();
  return {
    milp: build.model(),
    placement: (values, point) =>
      rebuildPlacement(
        decoders.map((decode) => decode(values)).filter((plan) => plan.instances > 0),
        point,
      ),
  };
}

/** How a class's groups are packed: by its listed patterns, or by number where GPUs are alike. */
function packingOf(floored: FlooredHost, everyPattern: boolean): Packing {
  if (floored.patterns) {
    return { kind: "patterns", patterns: floored.patterns.map(({ counts }) => counts) };
  }
  return packing(
    floored.host.type.instance.gpuCount,
    floored.options.map((option) => option.tpDegree),
    floored.maxStagesPerInstance,
    everyPattern,
  );
}

interface OptionColumns {
  readonly stageColumns: readonly number[];
  readonly layerTerms: readonly Term[];
  readonly decode: (values: ArrayLike<number>) => number[];
}

function addOption(
  build: Builder,
  name: string,
  option: FlooredOption,
  mostStages: number,
  layers: number,
): OptionColumns {
  if (!option.contiguous || option.sizes.length === 1) {
    const stageColumns = option.sizes.map((size) =>
      build.column(`x.${name}.n${size}`, 0, Math.min(mostStages, Math.floor(layers / size))),
    );
    return {
      stageColumns,
      layerTerms: stageColumns.map((column, i) => ({ column, coefficient: option.sizes[i]! })),
      decode: (values) =>
        stageColumns.flatMap((column, i) =>
          new Array<number>(Math.round(values[column]!)).fill(option.sizes[i]!),
        ),
    };
  }
  const x = build.column(
    `x.${name}`,
    0,
    Math.min(mostStages, Math.floor(layers / option.smallest)),
  );
  const z = build.column(`z.${name}`, 0, Math.min(layers, mostStages * option.largest));
  build.row(`${name}.least`, 0, Number.POSITIVE_INFINITY, [
    { column: z, coefficient: 1 },
    { column: x, coefficient: -option.smallest },
  ]);
  build.row(`${name}.most`, Number.NEGATIVE_INFINITY, 0, [
    { column: z, coefficient: 1 },
    { column: x, coefficient: -option.largest },
  ]);
  return {
    stageColumns: [x],
    layerTerms: [{ column: z, coefficient: 1 }],
    decode: (values) => spread(Math.round(values[z]!), Math.round(values[x]!)),
  };
}

/** `layers` over `stages` as evenly as integers allow; the slowest stage is then as fast as it can be. */
function spread(layers: number, stages: number): number[] {
  const base = Math.floor(layers / Math.max(1, stages));
  const longer = layers - base * stages;
  return Array.from({ length: stages }, (_, i) => base + (i < longer ? 1 : 0));
}

/**
 * Columns of a class's instances, and the rows that pack its stages into them.
 * @param fullGpus when given, every rented instance has to have this many GPUs in use
 */
function addInstances(
  build: Builder,
  prefix: string,
  fit: Packing,
  most: number,
  cost: number,
  options: readonly { readonly tpDegree: number; readonly columns: readonly number[] }[],
  fullGpus: number | null,
): number[] {
  const gpuTerms = (from: number): Term[] =>
    options
      .slice(from)
      .flatMap(({ tpDegree, columns }) =>
        columns.map((column) => ({ column, coefficient: tpDegree })),
      );
  if (fit.kind === "levels") {
    const y = build.column(`y.${prefix}`, cost, most);
    for (const { fromOption, usableGpus } of fit.levels) {
      build.row(`${prefix}.gpus${options[fromOption]!.tpDegree}`, Number.NEGATIVE_INFINITY, 0, [
        ...gpuTerms(fromOption),
        { column: y, coefficient: -usableGpus },
      ]);
    }
    // As many GPUs in use as there are: packing as above then leaves none over.
    if (fullGpus !== null) {
      build.row(`${prefix}.no_idle`, 0, 0, [...gpuTerms(0), { column: y, coefficient: -fullGpus }]);
    }
    return [y];
  }
  const gpusOf = (pattern: readonly number[]): number =>
    pattern.reduce((sum, count, i) => sum + count * options[i]!.tpDegree, 0);
  const instances = fit.patterns.map((pattern) =>
    build.column(
      `y.${prefix}.p${pattern.join("_")}`,
      cost,
      fullGpus === null || gpusOf(pattern) === fullGpus ? most : 0,
    ),
  );
  for (const [i, { tpDegree, columns }] of options.entries()) {
    build.row(
      `${prefix}.groups${tpDegree}${options.findIndex((o) => o.tpDegree === tpDegree) === i ? "" : `_${i}`}`,
      fullGpus === null ? Number.NEGATIVE_INFINITY : 0,
      0,
      [
        ...ones(columns),
        ...instances
          .map((column, p) => ({ column, coefficient: -fit.patterns[p]![i]! }))
          .filter((term) => term.coefficient !== 0),
      ],
    );
  }
  return instances;
}

/**
 * Counts links between instances where neighbours on one instance may be forbidden. Stages of an instance that allows
 * neighbours form one run; on an instance that forbids them each stage is a run of its own. The fewest runs of a placement
 * are max(Σ runs, 2·c − 1), c the most stages on one instance that forbids neighbours (others have to separate them), and
 * links between instances = runs − 1. The constant −1 does not change the best plan and is left out of the objective.
 */
class RunCounter {
  private readonly runTerms: Term[] = [];
  private readonly separated: {
    readonly column: number;
    readonly stages: number;
    readonly most: number;
    readonly name: string;
  }[] = [];

  constructor(
    private readonly build: Builder,
    private readonly perLink: number,
  ) {}

  add(
    floored: FlooredHost,
    fit: Packing,
    most: number,
    stageColumns: readonly number[],
    instanceColumns: readonly number[],
  ): void {
    if (this.perLink === 0 || floored.solo) return;
    if (floored.neighbours) {
      for (const column of instanceColumns) this.runTerms.push({ column, coefficient: 1 });
      return;
    }
    for (const column of stageColumns) {
      this.runTerms.push({ column, coefficient: 1 });
      this.build.columns[column] = { ...this.build.columns[column]!, cost: this.perLink };
    }
    if (fit.kind !== "patterns") return;
    for (const [p, column] of instanceColumns.entries()) {
      const stages = fit.patterns[p]!.reduce((sum, n) => sum + n, 0);
      const { name } = this.build.columns[column]!;
      this.separated.push({ column, stages, most, name });
    }
  }

  finish(): void {
    if (this.separated.length === 0) return;
    const extra = this.build.column("extra_runs", this.perLink, Number.POSITIVE_INFINITY, false);
    for (const { column, stages, most, name } of this.separated) {
      const used = this.build.column(`used.${name}`, 0, 1);
      this.build.row(`${name}.used`, Number.NEGATIVE_INFINITY, 0, [
        { column, coefficient: 1 },
        { column: used, coefficient: -most },
      ]);
      this.build.row(`${name}.separated`, 0, Number.POSITIVE_INFINITY, [
        { column: extra, coefficient: 1 },
        ...this.runTerms,
        { column: used, coefficient: -(2 * stages - 1) },
      ]);
    }
  }
}
