import { InputError } from "../../errors.ts";
import type { Problem } from "../../placement/problem.ts";
import {
  DEFAULT_REQUEST,
  type Grouping,
  type ObjectiveName,
  type SolveRequest,
} from "../../solver/request.ts";
import type { Workload } from "../../workload/workload.ts";

/** The flags of `solve` that say what is asked for, beside the problem. */
export interface RequestFlags {
  readonly objective?: ObjectiveName;
  readonly weight?: number;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly fullInstances?: true;
  readonly maxInstanceTypes?: number;
  readonly maxInstances?: number;
  readonly maxStages?: ReadonlyMap<string, number>;
  readonly uniformTp?: true;
  readonly tpDegrees?: readonly number[];
  readonly tpConfig?: ReadonlyMap<string, number>;
  readonly bandwidthPercentile?: number;
  readonly preferSimple?: number;
  readonly by?: Grouping;
  readonly gap?: number;
  readonly frontier?: true;
  readonly explain?: true;
}

/**
 * Flags over the defaults of a request. Names and numbers are checked by the solve, before it starts. With a rate of requests
 * to serve, more throughput than that is worth nothing: the default objective is then the lowest cost.
 */
export function requestOf(flags: RequestFlags, { load }: Workload): SolveRequest {
  const byLoad = load?.kind === "request_rate" ? "cost" : DEFAULT_REQUEST.objective;
  return {
    ...DEFAULT_REQUEST,
    objective: flags.objective ?? byLoad,
    weight: flags.weight ?? DEFAULT_REQUEST.weight,
    tpDegrees: flags.tpDegrees ?? DEFAULT_REQUEST.tpDegrees,
    maxTpByType: flags.tpConfig ?? DEFAULT_REQUEST.maxTpByType,
    includeTypes: flags.include ?? DEFAULT_REQUEST.includeTypes,
    excludeTypes: flags.exclude ?? DEFAULT_REQUEST.excludeTypes,
    noIdleGpus: flags.fullInstances ?? DEFAULT_REQUEST.noIdleGpus,
    maxInstanceTypes: flags.maxInstanceTypes ?? DEFAULT_REQUEST.maxInstanceTypes,
    maxInstances: flags.maxInstances ?? DEFAULT_REQUEST.maxInstances,
    maxStagesByType: flags.maxStages ?? DEFAULT_REQUEST.maxStagesByType,
    uniformTp: flags.uniformTp ?? DEFAULT_REQUEST.uniformTp,
    preferSimplePercent: flags.preferSimple ?? DEFAULT_REQUEST.preferSimplePercent,
    by: flags.by ?? DEFAULT_REQUEST.by,
    gap: flags.gap ?? DEFAULT_REQUEST.gap,
    frontier: flags.frontier ?? DEFAULT_REQUEST.frontier,
    explain: flags.explain ?? DEFAULT_REQUEST.explain,
    bandwidthPercentile: flags.bandwidthPercentile ?? DEFAULT_REQUEST.bandwidthPercentile,
  };
}

/** @throws InputError when every type of the pool is excluded: that is a slip, not an infeasible problem. */
export function checkChoiceLeft({ pool }: Problem, { excludeTypes }: SolveRequest): void {
  const names = pool.types.map(({ instance }) => instance.name);
  if (names.some((name) => !excludeTypes.includes(name))) return;
  throw new InputError(
    "--exclude",
    `every instance type of the pool is excluded (${names.join(", ")}).`,
    "Leave at least one, or use --include.",
  );
}
