import type {
  PlanCostModel,
  PlanFacts,
  PlanModel,
  PlanPrice,
  PlanWorkload,
} from "../compare/plan.ts";
import { microUsdToUsd } from "../hardware/price.ts";
import { knownArchitecture, layerCount } from "../model/model.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";

/**
 * What is stored with an answer so that it can be compared and checked later: model, cost model, workload, and the prices of
 * the instance types that the placement uses. Types that the pool does not have are left out.
 */
export function planFacts(problem: Problem, placement: Placement | null): PlanFacts {
  return {
    model: modelFacts(problem),
    cost_model: costModelFacts(problem),
    workload: workloadFacts(problem, placement),
    prices: placement === null ? [] : priceFacts(problem, placement),
  };
}

function modelFacts({ model }: Problem): PlanModel {
  const architecture = knownArchitecture(model);
  return {
    name: model.name,
    layers: layerCount(model),
    weight_format: architecture?.weightFormat ?? null,
    kv_cache_bytes_per_element: architecture?.kvBytes ?? null,
  };
}

function costModelFacts({ costModel, engine }: Problem): PlanCostModel {
  return {
    name: costModel.name,
    engine: engine?.engine ?? null,
    gpu_memory_utilization: engine?.gpuMemoryUtilization ?? null,
    max_model_len: engine?.maxModelLenTokens ?? null,
    max_num_batched_tokens: engine?.maxBatchedTokens ?? null,
  };
}

/** A placement's own phase and lengths count; lengths spread where they are the workload's. */
function workloadFacts({ workload }: Problem, placement: Placement | null): PlanWorkload {
  const { inputTokens, outputTokens, inputLengths, outputLengths } = workload;
  const input = placement?.sequence_length ?? inputTokens;
  const output = placement?.output_length ?? outputTokens;
  return {
    workload_phase: placement?.workload_phase ?? workload.phase,
    sequence_length: input,
    sequence_length_p95: input === inputTokens ? (inputLengths?.p95Tokens ?? null) : null,
    output_length: output,
    output_length_p95: output === outputTokens ? (outputLengths?.p95Tokens ?? null) : null,
  };
}

function priceFacts({ pool }: Problem, { stages }: Placement): PlanPrice[] {
  const indexes = new Map<string, Set<number>>();
  for (const { gpu_type } of stages) {
    const parsed = parseInstanceName(gpu_type);
    if (!parsed || !pool.byName.has(parsed.typeName)) continue;
    const known = indexes.get(parsed.typeName);
    if (known) known.add(parsed.index);
    else indexes.set(parsed.typeName, new Set([parsed.index]));
  }
  return [...indexes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, used]) => {
      const { price, ownedCount = 0 } = pool.byName.get(name)!;
      return {
        instance_type: name,
        instances: used.size,
        owned_instances: [...used].filter((index) => index < ownedCount).length,
        usd_per_hour: microUsdToUsd(price.microUsdPerHour),
        kind: price.kind,
        provider: price.provider,
        region: price.region,
        as_of: price.asOf,
        source: price.source,
      };
    });
}
