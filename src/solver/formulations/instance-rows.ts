import { type Builder, ones, SafeNames, type Term } from "../../milp/builder.ts";
import { type Packing, packing } from "../instances/packing.ts";
import type { InstancePlan, PackedPattern } from "../order/instance-plan.ts";
import type { CandidatesAtRate, OptionAtRate } from "../stages/candidates-at-rate.ts";
import { type Case, linksCount } from "./case.ts";
import { CrossingRows } from "./crossing-rows.ts";
import { addLimitRows, RentalRows } from "./rental-rows.ts";

/** The columns of one option: how many stages it has, and which. */
export interface OptionColumns {
  /** Integer columns whose sum is the number of the option's stages. */
  readonly stageColumns: readonly number[];
  /**
   * Those of them whose stages leave their instance or end the model; absent where it makes no difference. An instance in use has
   * at least one.
   */
  readonly leavingColumns?: readonly number[];
  /** One number a stage of the solution: its size, or what else identifies it to the formulation. */
  readonly decode: (values: ArrayLike<number>) => number[];
}

/** Adds the columns of one option of an instance class; `most` bounds its number of stages. */
export type AddOption = (name: string, option: OptionAtRate, most: number) => OptionColumns;

/**
 * The part that formulations over instance classes share: instances and the packing of stages into them, the number of stages,
 * budgets, rules on what is rented, links between instances. The formulation itself adds each option's columns.
 * @returns reads a solution as the stages and instances of each class
 */
export function addInstanceRows(
  build: Builder,
  of: Case,
  addOption: AddOption,
): (values: ArrayLike<number>) => InstancePlan[] {
  const { candidates, pieces: stages, costs, limits, rules } = of;
  const names = new SafeNames();
  const stageTerms: Term[] = [];
  const instances: { readonly column: number; readonly position: number }[] = [];
  const isLinkCounted = linksCount(of);
  const runs = new CrossingRows(build, costs.perLink, isLinkCounted);
  const rental = new RentalRows(build, rules);
  const decoders: ((values: ArrayLike<number>) => InstancePlan)[] = [];

  for (const atRate of candidates) {
    const { instanceClass, options } = atRate;
    const { gpuCount, name } = instanceClass.type.instance;
    const prefix = names.of(name);
    const mostInstances = atRate.solo ? 1 : Math.min(instanceClass.instances.length, stages);
    const countsRuns = isLinkCounted && !atRate.neighbours;
    const fit = packingOf(atRate, countsRuns);
    const optionNames = new SafeNames();
    const optionColumns = options.map((option) => {
      const most = Math.min(stages, mostInstances * Math.floor(gpuCount / option.groupGpus));
      return addOption(optionNames.of(`${prefix}.tp${option.groupGpus}`), option, most);
    });
    const stageColumns = optionColumns.flatMap((columns) => columns.stageColumns);
    stageTerms.push(...ones(stageColumns));
    const instanceColumns = addInstances(build, prefix, fit, {
      most: mostInstances,
      cost: costs.perInstance(instanceClass.position) + (countsRuns ? 0 : costs.perLink),
      options: options.map(({ groupGpus }, i) => ({
        groupGpus,
        columns: optionColumns[i]!.stageColumns,
      })),
      fullGpus: rules.noIdleGpus ? gpuCount : null,
    });
    if (atRate.solo) {
      build.row(`${prefix}.alone`, 0, 0, [
        ...ones(stageColumns),
        ...instanceColumns.map((column) => ({ column, coefficient: -stages })),
      ]);
    }
    if (rules.stagesPerInstance !== undefined) {
      const perInstance = -rules.stagesPerInstance;
      build.row(`${prefix}.equal`, 0, 0, [
        ...ones(stageColumns),
        ...instanceColumns.map((column) => ({ column, coefficient: perInstance })),
      ]);
    }
    if (optionColumns.some(({ leavingColumns }) => leavingColumns !== undefined)) {
      const leaving = optionColumns.flatMap(
        ({ leavingColumns, stageColumns: all }) => leavingColumns ?? all,
      );
      build.row(`${prefix}.leaves`, 0, Number.POSITIVE_INFINITY, [
        ...ones(leaving),
        ...instanceColumns.map((column) => ({ column, coefficient: -1 })),
      ]);
    }
    if (instanceColumns.length > 1) {
      build.row(`${prefix}.pool`, 0, mostInstances, ones(instanceColumns));
    }
    runs.add(atRate, fit, mostInstances, stageColumns, instanceColumns);
    const gpus = options.flatMap(({ groupGpus }, i) =>
      optionColumns[i]!.stageColumns.map((column) => ({ column, coefficient: groupGpus })),
    );
    rental.add(name, {
      prefix,
      most: mostInstances,
      stages: stageColumns,
      instances: instanceColumns,
      gpus,
    });
    for (const column of instanceColumns)
      instances.push({ column, position: instanceClass.position });
    decoders.push((values) => ({
      atRate,
      instances: instanceColumns.reduce((sum, column) => sum + Math.round(values[column]!), 0),
      patterns:
        fit.kind === "levels"
          ? null
          : instanceColumns.flatMap((column, p) =>
              new Array<PackedPattern>(Math.round(values[column]!)).fill({
                counts: fit.patterns[p]!,
                partition: atRate.patterns?.[p]?.partition ?? null,
              }),
            ),
      stages: optionColumns.map(({ decode }) => decode(values)),
    }));
  }
  build.row("stages", stages, stages, stageTerms);
  // Links between instances are runs of stages − 1.
  addLimitRows(build, limits, instances, runs.finish(), 1);
  rental.finish();
  return (values) => decoders.map((decode) => decode(values)).filter((plan) => plan.instances > 0);
}

/** What the objective leaves out: links between instances are runs of stages − 1, and the rows count runs. */
export function runsLessLinks({ costs }: Case): number {
  return -costs.perLink;
}

/** How a class's groups are packed: by its listed patterns, or by number where GPUs are alike. */
function packingOf(atRate: CandidatesAtRate, everyPattern: boolean): Packing {
  if (atRate.patterns) {
    return { kind: "patterns", patterns: atRate.patterns.map(({ counts }) => counts) };
  }
  return packing(
    atRate.instanceClass.type.instance.gpuCount,
    atRate.options.map((option) => option.groupGpus),
    atRate.maxStagesPerInstance,
    everyPattern,
  );
}

/** What the instances of a class cost, and the stages that stand on them. */
interface ClassInstances {
  readonly most: number;
  /** Of each. */
  readonly cost: number;
  /** The columns of stages. */
  readonly options: readonly { readonly groupGpus: number; readonly columns: readonly number[] }[];
  /** When given, every rented instance has to have this many GPUs in use. */
  readonly fullGpus: number | null;
}

/** Columns of a class's instances, and the rows that pack its stages into them. */
function addInstances(
  build: Builder,
  prefix: string,
  fit: Packing,
  { most, cost, options, fullGpus }: ClassInstances,
): number[] {
  const gpuTerms = (from: number): Term[] =>
    options
      .slice(from)
      .flatMap(({ groupGpus, columns }) =>
        columns.map((column) => ({ column, coefficient: groupGpus })),
      );
  if (fit.kind === "levels") {
    const y = build.column(`y.${prefix}`, cost, most);
    for (const { fromOption, usableGpus } of fit.levels) {
      build.row(`${prefix}.gpus${options[fromOption]!.groupGpus}`, Number.NEGATIVE_INFINITY, 0, [
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
    pattern.reduce((sum, count, i) => sum + count * options[i]!.groupGpus, 0);
  const instances = fit.patterns.map((pattern) =>
    build.column(
      `y.${prefix}.p${pattern.join("_")}`,
      cost,
      fullGpus === null || gpusOf(pattern) === fullGpus ? most : 0,
    ),
  );
  for (const [i, { groupGpus, columns }] of options.entries()) {
    build.row(
      `${prefix}.groups${groupGpus}${options.findIndex((o) => o.groupGpus === groupGpus) === i ? "" : `_${i}`}`,
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
