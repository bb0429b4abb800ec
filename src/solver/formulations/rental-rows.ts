import { type Builder, ones, type Term } from "../../milp/builder.ts";

/** What renting costs in the objective of one MILP. */
export interface CaseCosts {
  /** Cost of one instance of an instance class, by the class's position. */
  readonly perInstance: (classPosition: number) => number;
  /** Cost of one link between instances; 0 for none. */
  readonly perLink: number;
}

/** least ≤ Σ perInstance over the rented instances + perLink · links between instances ≤ most; becomes a row. */
export interface CaseLimit {
  readonly name: string;
  readonly perInstance: (classPosition: number) => number;
  /** Absent: links do not count. */
  readonly perLink?: number;
  readonly least?: number;
  readonly most?: number;
}

/** Whether links between instances have a part in what a MILP minimises or in one of its limits. */
export function countsLinks(costs: CaseCosts, limits: readonly CaseLimit[]): boolean {
  return costs.perLink > 0 || limits.some(({ perLink }) => perLink !== undefined && perLink > 0);
}

/**
 * Adds the rows of limits.
 * @param instances columns of instances, with the position of their instance class
 * @param links terms that add up to the number of links between instances, plus `offset`
 */
export function addLimitRows(
  build: Builder,
  limits: readonly CaseLimit[],
  instances: readonly { readonly column: number; readonly position: number }[],
  links: readonly Term[],
  offset: number,
): void {
  for (const { name, perInstance, perLink = 0, least, most } of limits) {
    const perColumn = new Map<number, number>();
    const add = (column: number, coefficient: number): void => {
      perColumn.set(column, (perColumn.get(column) ?? 0) + coefficient);
    };
    for (const { column, position } of instances) add(column, perInstance(position));
    if (perLink > 0)
      for (const { column, coefficient } of links) add(column, coefficient * perLink);
    const shift = offset * perLink;
    const terms = [...perColumn]
      .filter(([, coefficient]) => coefficient !== 0)
      .map(([column, coefficient]) => ({ column, coefficient }));
    if (least !== undefined) {
      const upper = most === undefined ? Number.POSITIVE_INFINITY : most + shift;
      build.row(name, least + shift, upper, terms);
    } else if (most !== undefined) {
      addMost(build, name, terms, most + shift);
    }
  }
}

/**
 * Coefficients up to this keep a row exact: solvers take a column within 1e-6 of a whole number for one, so that a row over
 * some ten columns is off by less than a tenth.
 */
const MOST_COEFFICIENT = 2 ** 13;

/**
 * Adds Σ coefficient · column ≤ most. Micro-dollars are whole numbers of up to ten digits, of which a solver's tolerances
 * swallow the last three: a budget just below a price would be overdrawn. So a row of large whole numbers is written digit by
 * digit, in base M, with the carry q as a column of its own:
 *
 *   Σ b·y ≤ C + M·q,   Σ a·y + q ≤ A    where coefficients are M·a + b and most = M·A + C, all whole, 0 ≤ b, C < M
 *
 * Adding M times the second row to the first gives the one row. The other way round, q = max(0, ⌈(Σ b·y − C)/M⌉) keeps both
 * wherever the columns are whole.
 */
function addMost(build: Builder, name: string, terms: readonly Term[], most: number): void {
  const numbers = [most, ...terms.map(({ coefficient }) => coefficient)];
  const isWhole = numbers.every((number) => Number.isSafeInteger(number) && number >= 0);
  if (!isWhole || numbers.every((number) => number <= MOST_COEFFICIENT)) {
    build.row(name, Number.NEGATIVE_INFINITY, most, terms);
    return;
  }
  const high = Math.floor(most / MOST_COEFFICIENT);
  const carry = build.column(`${name}.carry`, 0, high);
  const part = (of: (coefficient: number) => number): Term[] =>
    terms
      .map(({ column, coefficient }) => ({ column, coefficient: of(coefficient) }))
      .filter(({ coefficient }) => coefficient !== 0);
  build.row(`${name}.low`, Number.NEGATIVE_INFINITY, most % MOST_COEFFICIENT, [
    ...part((coefficient) => coefficient % MOST_COEFFICIENT),
    { column: carry, coefficient: -MOST_COEFFICIENT },
  ]);
  addMost(
    build,
    `${name}.high`,
    [
      ...part((coefficient) => Math.floor(coefficient / MOST_COEFFICIENT)),
      { column: carry, coefficient: 1 },
    ],
    high,
  );
}

/** Rules a user states about what is rented; null and empty mean none. */
export interface RentalRules {
  /** Every GPU of a rented instance has to be used. */
  readonly noIdleGpus: boolean;
  readonly maxInstanceTypes: number | null;
  readonly maxInstances: number | null;
  /** Most GPUs that stages may use; absent or null: any number. */
  readonly mostGpusInUse?: number | null;
  /** Most stages on a type, by name. */
  readonly maxStagesByType: ReadonlyMap<string, number>;
  /** Exactly so many stages on every rented instance; absent: any number. */
  readonly stagesPerInstance?: number;
  /** At most one instance is of another type than this; absent: there is no such rule. */
  readonly restType?: string;
}

/** The columns of an instance class, or of one instance. */
interface RentedColumns {
  /** Of names. */
  readonly prefix: string;
  /** Most instances. */
  readonly most: number;
  readonly stages: readonly number[];
  readonly instances: readonly number[];
  /** Terms that add up to the GPUs that the stages use. */
  readonly gpus: readonly Term[];
}

/** Rules on what is rented, as rows over all classes. */
export class RentalRows {
  private readonly byType = new Map<string, RentedColumns>();

  constructor(
    private readonly build: Builder,
    private readonly rules: RentalRules,
  ) {}

  add(typeName: string, columns: RentedColumns): void {
    const known = this.byType.get(typeName);
    this.byType.set(
      typeName,
      known
        ? {
            prefix: known.prefix,
            most: known.most + columns.most,
            stages: [...known.stages, ...columns.stages],
            instances: [...known.instances, ...columns.instances],
            gpus: [...known.gpus, ...columns.gpus],
          }
        : columns,
    );
  }

  finish(): void {
    const {
      maxInstances,
      maxInstanceTypes,
      maxStagesByType,
      restType,
      mostGpusInUse = null,
    } = this.rules;
    if (mostGpusInUse !== null) {
      const gpus = [...this.byType.values()].flatMap((columns) => columns.gpus);
      this.build.row("gpus_in_use", Number.NEGATIVE_INFINITY, mostGpusInUse, gpus);
    }
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
    if (restType !== undefined) {
      const others = types.flatMap(([name, { instances }]) => (name === restType ? [] : instances));
      this.build.row("one_other_type", Number.NEGATIVE_INFINITY, 1, ones(others));
    }
    for (const [name, { prefix, stages }] of types) {
      const most = maxStagesByType.get(name);
      if (most === undefined) continue;
      this.build.row(`${prefix}.max_stages`, Number.NEGATIVE_INFINITY, most, ones(stages));
    }
  }
}
