import type { FlooredOption, FlooredType } from "../floor.ts";
import type { MilpColumn, MilpModel, MilpRow } from "../milp/model.ts";
import { type Packing, packing } from "./packing.ts";

/** What renting costs in the objective of one MILP. */
export interface CaseCosts {
  /** Cost of one instance of a type, by the type's position in the pool. */
  readonly perInstance: (typePosition: number) => number;
  /** Cost of one link between instances; 0 for none. */
  readonly perLink: number;
}

/** Upper limits on linear quantities of a placement; each becomes a row. */
export interface CaseLimit {
  readonly name: string;
  readonly perInstance: (typePosition: number) => number;
  readonly most: number;
}

/** A MILP and how to read its solution. */
export interface CountModel {
  readonly milp: MilpModel;
  readonly decode: (values: ArrayLike<number>) => CountPlan;
}

/** The stages of a plan on one instance type. */
export interface TypePlan {
  readonly floored: FlooredType;
  readonly instances: number;
  /** Stages by option, in option order: the sizes of each. */
  readonly sizes: readonly (readonly number[])[];
}

/** A placement up to the choice of concrete instances and GPUs. */
export type CountPlan = readonly TypePlan[];

/**
 * The count formulation of one case (batch, number of stages S, throughput floor): how many stages of each class and how
 * many instances of each type, at the lowest cost.
 *
 *   x_k   stages of class k = (type, TP degree[, size])       integer
 *   z_o   layers on option o = (type, TP degree), free sizes  integer, smallest·x ≤ z ≤ largest·x
 *   y_τ   instances of type τ (or of each packing pattern)    integer
 *
 *   minimise Σ cost_τ·y_τ
 *   Σ x = S,  Σ layers = L,  GPUs of a type's stages packed into its instances (see packing.ts),
 *   solo types: stages = S·y, y ≤ 1.
 *
 * There is no variable for a pair of stages and no big-M: the floor has removed every class and link that is too slow.
 */
export function countModel(
  types: readonly FlooredType[],
  stages: number,
  layers: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): CountModel {
  const build = new Builder();
  const names = new SafeNames();
  const stageTerms: Term[] = [];
  const layerTerms: Term[] = [];
  const limitTerms: Term[][] = limits.map(() => []);
  const runs = new RunCounter(build, costs.perLink);
  const decoders: ((values: ArrayLike<number>) => TypePlan)[] = [];

  for (const floored of types) {
    const { type } = floored.source;
    const { gpuCount, name } = type.instance;
    const prefix = names.of(name);
    const mostInstances = floored.solo ? 1 : Math.min(type.count, stages);
    const countsRuns = costs.perLink > 0 && !floored.neighbours;
    const fit = packing(
      gpuCount,
      floored.options.map((option) => option.tpDegree),
      floored.maxStagesPerInstance,
      countsRuns,
    );
    const optionColumns = floored.options.map((option) => {
      const most = Math.min(stages, mostInstances * Math.floor(gpuCount / option.tpDegree));
      return addOption(build, `${prefix}.tp${option.tpDegree}`, option, most, layers);
    });
    for (const { stageColumns, layerTerms: own } of optionColumns) {
      for (const column of stageColumns) stageTerms.push({ column, coefficient: 1 });
      layerTerms.push(...own);
    }
    const instanceCost = costs.perInstance(type.position) + (countsRuns ? 0 : costs.perLink);
    const instanceColumns = addInstances(
      build,
      prefix,
      fit,
      mostInstances,
      instanceCost,
      floored.options.map((option, i) => ({
        tpDegree: option.tpDegree,
        columns: optionColumns[i]!.stageColumns,
      })),
    );
    if (floored.solo) {
      build.row(`${prefix}.alone`, 0, 0, [
        ...optionColumns.flatMap(({ stageColumns }) =>
          stageColumns.map((column) => ({ column, coefficient: 1 })),
        ),
        ...instanceColumns.map((column) => ({ column, coefficient: -stages })),
      ]);
      if (instanceColumns.length > 1) {
        build.row(
          `${prefix}.one`,
          0,
          1,
          instanceColumns.map((column) => ({ column, coefficient: 1 })),
        );
      }
    } else if (instanceColumns.length > 1) {
      build.row(
        `${prefix}.pool`,
        0,
        mostInstances,
        instanceColumns.map((column) => ({ column, coefficient: 1 })),
      );
    }
    runs.add(
      floored,
      fit,
      mostInstances,
      optionColumns.flatMap((o) => o.stageColumns),
      instanceColumns,
    );
    for (const [i, limit] of limits.entries()) {
      const coefficient = limit.perInstance(type.position);
      if (coefficient === 0) continue;
      for (const column of instanceColumns) limitTerms[i]!.push({ column, coefficient });
    }
    decoders.push((values) => ({
      floored,
      instances: instanceColumns.reduce((sum, column) => sum + Math.round(values[column]!), 0),
      sizes: optionColumns.map(({ decode }) => decode(values)),
    }));
  }
  build.row("stages", stages, stages, stageTerms);
  build.row("layers", layers, layers, layerTerms);
  for (const [i, limit] of limits.entries()) {
    build.row(limit.name, Number.NEGATIVE_INFINITY, limit.most, limitTerms[i]!);
  }
  runs.finish();
  return {
    milp: build.model(),
    decode: (values) =>
      decoders.map((decode) => decode(values)).filter((plan) => plan.instances > 0),
  };
}

type Term = { readonly column: number; readonly coefficient: number };

class Builder {
  readonly columns: MilpColumn[] = [];
  readonly rows: MilpRow[] = [];

  column(name: string, cost: number, upper: number, integer = true): number {
    this.columns.push({ name, cost, lower: 0, upper, integer });
    return this.columns.length - 1;
  }

  row(name: string, lower: number, upper: number, terms: readonly Term[]): void {
    this.rows.push({ name, lower, upper, terms });
  }

  model(): MilpModel {
    return { columns: this.columns, rows: this.rows };
  }
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

/** Columns of a type's instances, and the rows that pack its stages into them. */
function addInstances(
  build: Builder,
  prefix: string,
  fit: Packing,
  most: number,
  cost: number,
  options: readonly { readonly tpDegree: number; readonly columns: readonly number[] }[],
): number[] {
  if (fit.kind === "levels") {
    const y = build.column(`y.${prefix}`, cost, most);
    for (const { fromOption, usableGpus } of fit.levels) {
      build.row(`${prefix}.gpus${options[fromOption]!.tpDegree}`, Number.NEGATIVE_INFINITY, 0, [
        ...options
          .slice(fromOption)
          .flatMap(({ tpDegree, columns }) =>
            columns.map((column) => ({ column, coefficient: tpDegree })),
          ),
        { column: y, coefficient: -usableGpus },
      ]);
    }
    return [y];
  }
  const instances = fit.patterns.map((pattern) =>
    build.column(`y.${prefix}.p${pattern.join("_")}`, cost, most),
  );
  for (const [i, { tpDegree, columns }] of options.entries()) {
    build.row(`${prefix}.groups${tpDegree}`, Number.NEGATIVE_INFINITY, 0, [
      ...columns.map((column) => ({ column, coefficient: 1 })),
      ...instances
        .map((column, p) => ({ column, coefficient: -fit.patterns[p]![i]! }))
        .filter((term) => term.coefficient !== 0),
    ]);
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
    floored: FlooredType,
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

/** Names that every LP and MPS reader takes; different types get different ones. */
class SafeNames {
  private readonly taken = new Set<string>();

  of(name: string): string {
    const base = name.replace(/[^A-Za-z0-9_]/g, "_");
    let safe = base;
    for (let n = 2; this.taken.has(safe); n++) safe = `${base}_${n}`;
    this.taken.add(safe);
    return safe;
  }
}
