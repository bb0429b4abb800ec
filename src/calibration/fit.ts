import { levenbergMarquardt } from "ml-levenberg-marquardt";
import type { Parameters, ParameterValues } from "../cost/calibrated/parameters.ts";
import { PRIORS, type Prior } from "../cost/calibrated/priors.ts";
import { parameterNames, resolveParameters } from "../cost/calibrated/resolve-parameters.ts";
import { groupBy } from "../lists.ts";
import type { RowPlan } from "./plan-row.ts";
import { predictWith } from "./predict-row.ts";
import { figureOf, type TargetRow } from "./targets.ts";

/** What a fit minimises beside the priors. */
export interface FitOptions {
  /** Residuals above this size (of ln) count linearly, not squared: pseudo-Huber. */
  readonly robustScale: number;
  /** A (config group, target) weighs as much as this many rows at most. */
  readonly mostRowsOfGroup: number;
  /** Weight of TTFT under load, where the load generator decides much. */
  readonly loadedTtftWeight: number;
  readonly maxIterations: number;
}

export const FIT_OPTIONS: FitOptions = {
  robustScale: 0.15,
  mostRowsOfGroup: 12,
  loadedTtftWeight: 0.25,
  maxIterations: 14,
};

export interface Fit {
  readonly values: ParameterValues;
  /** Laplace's standard deviation of ln(value), by name; the fitted parameters only. */
  readonly logSd: Readonly<Record<string, number>>;
  /** Rows whose prediction a parameter moves, by name. */
  readonly rowsOf: Readonly<Record<string, number>>;
  readonly iterations: number;
}

/** Step of the forward differences in ln(parameter). */
const STEP = 1e-5;

/** A parameter moves a row when the row's ln moves by more than this for a unit step of ln(parameter). */
const MOVES = 0.02;

/**
 * Fits the free parameters to measured rows: minimises Σ w·ρ(ln(predicted/measured)) + Σ ((ln θ − ln prior)/sd)², ρ pseudo-Huber,
 * by Levenberg–Marquardt (ml-levenberg-marquardt) in ln θ. Deterministic. Rows of one (config group, target) share a weight.
 */
export function fitParameters(
  rows: readonly TargetRow[],
  options: FitOptions = FIT_OPTIONS,
  priors: readonly Prior[] = PRIORS,
): Fit {
  const system = new FitSystem(thinned(rows, options), options, priors);
  if (system.free.length === 0) {
    return { values: system.valuesOf([]), logSd: {}, rowsOf: {}, iterations: 0 };
  }
  const points = system.rows.length + system.free.length;
  const start = system.free.map(({ value }) => Math.log(value));
  const result = levenbergMarquardt(
    { x: Array.from({ length: points }, (_, i) => i), y: new Array<number>(points).fill(0) },
    (theta: number[]) => {
      const residuals = system.residuals(theta);
      return (point: number) => residuals[point]!;
    },
    {
      initialValues: start,
      jacobianFunction: (theta: number[]) => {
        const jacobian = system.jacobian(theta);
        return (point: number) => jacobian[point]!;
      },
      damping: 1e-3,
      maxIterations: options.maxIterations,
      errorTolerance: 1e-9,
      minValues: start.map((value) => value - 5),
      maxValues: start.map((value) => value + 5),
    },
  );
  const theta = result.parameterValues;
  return {
    values: system.valuesOf(theta),
    ...system.precision(theta),
    iterations: result.iterations,
  };
}

/** Engine parameters whose values resemble each other: each is drawn to the mean of its kind over the engines, which is fitted too. */
const POOLED: readonly string[] = ["stepMs", "layerUs", "sequenceUs", "httpMs", "pipelineLoss"];

/** How far single engines lie from that mean: standard deviation in ln. */
const POOLED_LOG_SD = 0.6;
const MEAN_LOG_SD = 0.5;

/** Rows of one GPU and engine, and which of them each free parameter moves. */
interface RowKind {
  readonly plan: RowPlan;
  /** Positions in the rows. */
  readonly members: readonly number[];
  readonly parameters: readonly { readonly parameter: number; readonly rows: readonly number[] }[];
}

function predictFigure({ plan, target }: TargetRow, parameters: Parameters): number {
  return figureOf(plan, target, predictWith(plan, parameters));
}

/** Residuals and their derivatives. A row depends on a few parameters only, and only those are varied. */
class FitSystem {
  readonly free: readonly Prior[];
  /** Position of the mean that a parameter is drawn to; absent where the prior stands alone. */
  private readonly meanOf: ReadonlyMap<number, number>;
  private readonly index: ReadonlyMap<string, number>;
  private readonly fixed: ParameterValues;
  private readonly weights: Float64Array;
  /** Rows of one GPU and engine share their parameters. */
  private readonly kinds: readonly RowKind[];

  constructor(
    readonly rows: readonly TargetRow[],
    private readonly options: FitOptions,
    priors: readonly Prior[],
  ) {
    const used = new Set(rows.flatMap(({ plan }) => parameterNames(plan.gpu, plan.profile)));
    const own = priors.filter(({ name, logSd }) => logSd > 0 && used.has(name));
    // A parameter that is free for one engine only has nothing to be drawn to.
    const pools = POOLED.filter(
      (key) => own.filter(({ name }) => name.startsWith(`${key}.`)).length > 1,
    );
    const means = pools.map((key) => poolMean(key, priors));
    this.free = [...own, ...means];
    this.meanOf = new Map(
      own.flatMap(({ name }, i) => {
        const pool = pools.indexOf(name.split(".")[0]!);
        return pool < 0 || !name.includes(".") ? [] : [[i, own.length + pool] as const];
      }),
    );
    this.index = new Map(this.free.map(({ name }, i) => [name, i]));
    this.fixed = Object.fromEntries(priors.map(({ name, value }) => [name, value]));
    this.weights = rowWeights(rows, options);
    this.kinds = [
      ...groupBy([...rows.keys()], (i) => {
        const { gpu, profile } = rows[i]!.plan;
        return `${gpu.name} ${profile}`;
      }).values(),
    ].map((members) => this.rowKind(members));
  }

  /** Which parameters each row of a kind moves with: those whose change by half changes its prediction. */
  private rowKind(members: readonly number[]): RowKind {
    const { plan } = this.rows[members[0]!]!;
    const values: Record<string, number> = { ...this.fixed };
    const predictions = (): number[] => {
      const parameters = resolveParameters(values, plan.gpu, plan.profile);
      return members.map((i) => predictFigure(this.rows[i]!, parameters));
    };
    const before = predictions();
    const parameters = parameterNames(plan.gpu, plan.profile).flatMap((name) => {
      const parameter = this.index.get(name);
      if (parameter === undefined) return [];
      const moved = new Set<number>();
      for (const factor of [1.5, 1 / 1.5]) {
        values[name] = this.fixed[name]! * factor;
        for (const [k, figure] of predictions().entries()) {
          if (figure !== before[k]) moved.add(members[k]!);
        }
      }
      values[name] = this.fixed[name]!;
      return moved.size > 0 ? [{ parameter, rows: [...moved] }] : [];
    });
    return { plan, members, parameters };
  }

  valuesOf(theta: readonly number[]): Record<string, number> {
    const values: Record<string, number> = { ...this.fixed };
    for (const [i, { name }] of this.free.entries()) values[name] = Math.exp(theta[i] ?? 0);
    return values;
  }

  residuals(theta: readonly number[]): Float64Array {
    const values = this.valuesOf(theta);
    const out = new Float64Array(this.rows.length + this.free.length);
    for (const { plan, members } of this.kinds) {
      const parameters = resolveParameters(values, plan.gpu, plan.profile);
      for (const i of members) out[i] = this.rowResidual(i, parameters);
    }
    for (const [i, { value, logSd }] of this.free.entries()) {
      const mean = this.meanOf.get(i);
      out[this.rows.length + i] =
        mean === undefined
          ? (theta[i]! - Math.log(value)) / logSd
          : (theta[i]! - theta[mean]!) / POOLED_LOG_SD;
    }
    return out;
  }

  jacobian(theta: readonly number[]): number[][] {
    const values = this.valuesOf(theta);
    const lines = this.rows.map(() => new Array<number>(this.free.length).fill(0));
    for (const { plan, members, parameters } of this.kinds) {
      const base = resolveParameters(values, plan.gpu, plan.profile);
      const here = new Map(members.map((i) => [i, this.rowResidual(i, base)]));
      for (const { parameter, rows } of parameters) {
        const { name } = this.free[parameter]!;
        const before = values[name]!;
        values[name] = Math.exp(theta[parameter]! + STEP);
        const moved = resolveParameters(values, plan.gpu, plan.profile);
        values[name] = before;
        for (const i of rows) {
          lines[i]![parameter] = (this.rowResidual(i, moved) - here.get(i)!) / STEP;
        }
      }
    }
    const priors = this.free.map(({ logSd }, i) => {
      const line = new Array<number>(this.free.length).fill(0);
      const mean = this.meanOf.get(i);
      line[i] = 1 / (mean === undefined ? logSd : POOLED_LOG_SD);
      if (mean !== undefined) line[mean] = -1 / POOLED_LOG_SD;
      return line;
    });
    return [...lines, ...priors];
  }

  /** Laplace's approximation from the diagonal of the inverse of JᵀJ would need the inverse; the diagonal alone is a lower bound. */
  precision(theta: readonly number[]): Pick<Fit, "logSd" | "rowsOf"> {
    const jacobian = this.jacobian(theta);
    const logSd: Record<string, number> = {};
    const rowsOf: Record<string, number> = {};
    for (const [i, { name }] of this.free.entries()) {
      let information = 0;
      let moved = 0;
      for (const [j, line] of jacobian.entries()) {
        information += line[i]! ** 2;
        const weight =
          j < this.rows.length ? Math.sqrt(this.weights[j]!) : Number.POSITIVE_INFINITY;
        if (Math.abs(line[i]!) / weight > MOVES) moved++;
      }
      logSd[name] = 1 / Math.sqrt(information);
      rowsOf[name] = moved;
    }
    return { logSd, rowsOf };
  }

  /** √w · s·√(2(√(1 + (r/s)²) − 1)) with the sign of r = ln(predicted/measured). */
  private rowResidual(i: number, parameters: Parameters): number {
    const { robustScale: s } = this.options;
    const row = this.rows[i]!;
    const r = Math.log(predictFigure(row, parameters) / row.measured);
    const robust = s * Math.sqrt(2 * (Math.sqrt(1 + (r / s) ** 2) - 1));
    return (Math.sign(r) * robust * Math.sqrt(this.weights[i]!)) / s;
  }
}

/** Of a (config group, target) with many rows, evenly spaced ones in the order of the data: they say nearly as much as all. */
function thinned(rows: readonly TargetRow[], { mostRowsOfGroup }: FitOptions): TargetRow[] {
  return [...groupBy(rows, weightGroup).values()].flatMap((group) =>
    group.filter((_, i) => {
      const share = mostRowsOfGroup / group.length;
      return Math.floor((i + 1) * share) > Math.floor(i * share);
    }),
  );
}

/** The mean of one kind of parameter over the engines; it starts at the geometric mean of their priors. */
function poolMean(key: string, priors: readonly Prior[]): Prior {
  const logs = priors
    .filter(({ name, logSd }) => name.startsWith(`${key}.`) && logSd > 0)
    .map(({ value }) => Math.log(value));
  const value = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  return { name: `mean of ${key}`, value, logSd: MEAN_LOG_SD, source: "mean of the priors" };
}

/** Rows that weigh as much as `mostRowsOfGroup` together. */
function weightGroup({ measurement, target }: TargetRow): string {
  return `${measurement.configGroup} ${target}`;
}

function rowWeights(rows: readonly TargetRow[], options: FitOptions): Float64Array {
  const groups = groupBy(rows, weightGroup);
  return Float64Array.from(rows, (row) => {
    const share = Math.min(1, options.mostRowsOfGroup / groups.get(weightGroup(row))!.length);
    const isLoaded = row.target === "ttft_ms" && row.plan.kind === "online_e2e";
    return share * (isLoaded ? options.loadedTtftWeight : 1);
  });
}
