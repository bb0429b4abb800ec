import { SHIPPED } from "../cost/calibrated/shipped.ts";
import type { Network } from "../hardware/network.ts";
import type { PoolType } from "../hardware/pool.ts";
import { textHash } from "../hash.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { toFile } from "./keys.ts";
import { modelData } from "./model-data.ts";
import { numbersText } from "./number-text.ts";

/** What a stored problem says it is. */
export const PROBLEM_FORMAT = "llm-placement problem 1";

/** A problem as plain data, the names of its fields in snake_case. */
export type StoredProblem = Readonly<Record<string, unknown>>;

/** A hash of the constants that a calibrated model of this version predicts with. */
export function constantsHash(): string {
  return textHash(
    JSON.stringify(Object.entries(SHIPPED.values).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}

/**
 * Everything that a problem is made from, as far as the given placements need it: of the pool the instance types that they stand on,
 * or with an explicit matrix, whose rows are GPUs of the pool, all. Equal problems have equal data.
 * @returns null for a cost model that this program cannot make again
 */
export function storeProblem(
  problem: Problem,
  placements: readonly Placement[],
): StoredProblem | null {
  const { pool, network, costModel, engine, rules, workload, limits, weights } = problem;
  const { origin } = costModel;
  if (origin === undefined) return null;
  const model = modelData(problem.model);
  const types = network.kind === "matrix" ? pool.types : typesOf(pool.types, placements);
  return {
    format: PROBLEM_FORMAT,
    model: toFile({
      ...model,
      layers: model.layers && { ...model.layers, kindOf: numbersText(model.layers.kindOf) },
      architecture: model.architecture && {
        ...model.architecture,
        kindOf: numbersText(model.architecture.kindOf),
      },
    }),
    cost_model: toFile({
      ...origin,
      ...(origin.name === "calibrated" && {
        // Names of parameters are no names of fields.
        factors: Object.entries(origin.factors).sort(([a], [b]) => (a < b ? -1 : 1)),
        constants: constantsHash(),
      }),
    }),
    engine: engine ? toFile(engine) : null,
    workload: toFile(workload),
    limits: toFile(limits),
    rules: toFile(rules),
    weights: toFile(weights),
    total_tokens_to_process: problem.totalTokensToProcess,
    time_limit_seconds: problem.timeLimitSeconds,
    network: networkData(network),
    pool: types.map(storedType),
    pool_types_left_out: (problem.poolTypesLeftOut ?? 0) + pool.types.length - types.length,
  };
}

/** An instance type of a stored problem's pool. */
export function storedType({ instance, count, ownedCount, price }: PoolType): StoredProblem {
  return toFile({ instance, count, ownedCount, price }) as StoredProblem;
}

function typesOf(types: readonly PoolType[], placements: readonly Placement[]): PoolType[] {
  const used = new Set(
    placements.flatMap(({ stages }) =>
      stages.map(({ gpu_type }) => parseInstanceName(gpu_type)?.typeName),
    ),
  );
  return types.filter(({ instance }) => used.has(instance.name));
}

function networkData(network: Network): object {
  if (network.kind === "derived") return { kind: "derived" };
  const { gpuCount, gBytesPerSecond } = network;
  return {
    kind: "matrix",
    gb_per_second: Array.from({ length: gpuCount }, (_, row) =>
      numbersText(gBytesPerSecond.subarray(row * gpuCount, (row + 1) * gpuCount)),
    ),
  };
}
