import type { Plan } from "./plan.ts";

/** A field in which two plans differ; null where it does not apply. */
export interface FieldDifference {
  readonly field: string;
  readonly from: string | number | null;
  readonly to: string | number | null;
}

type Value = string | number | null | undefined;

/**
 * What makes the figures of two plans no answer to the same question: another model, phase, lengths or cost model. Lengths
 * and phase are those of the placement where there is one. A field that one of the files does not hold says nothing.
 */
export function problemDifferences(from: Plan, to: Plan): FieldDifference[] {
  return differences(from, to, [
    ["model", ({ facts }) => facts.model?.name],
    ["layers", ({ facts }) => facts.model?.layers],
    ["workload_phase", workloadValue("workload_phase")],
    ["sequence_length", workloadValue("sequence_length")],
    ["sequence_length_p95", ({ facts }) => facts.workload?.sequence_length_p95],
    ["output_length", workloadValue("output_length")],
    ["output_length_p95", ({ facts }) => facts.workload?.output_length_p95],
    ["cost_model", ({ facts }) => facts.cost_model?.name],
  ]);
}

/** Choices that may differ between plans for the same question, and move their figures. */
export function settingDifferences(from: Plan, to: Plan): FieldDifference[] {
  return differences(from, to, [
    ["weight_format", ({ facts }) => facts.model?.weight_format],
    ["kv_cache_bytes_per_element", ({ facts }) => facts.model?.kv_cache_bytes_per_element],
    ["engine", ({ facts }) => facts.cost_model?.engine],
    ["gpu_memory_utilization", ({ facts }) => facts.cost_model?.gpu_memory_utilization],
    ["max_model_len", ({ facts }) => facts.cost_model?.max_model_len],
    ["max_num_batched_tokens", ({ facts }) => facts.cost_model?.max_num_batched_tokens],
  ]);
}

function workloadValue(
  field: "workload_phase" | "sequence_length" | "output_length",
): (plan: Plan) => Value {
  return ({ answer, facts }) => (answer ? answer.placement[field] : facts.workload?.[field]);
}

function differences(
  from: Plan,
  to: Plan,
  fields: readonly (readonly [field: string, read: (plan: Plan) => Value])[],
): FieldDifference[] {
  return fields.flatMap(([field, read]) => {
    const [a, b] = [read(from), read(to)];
    return a === undefined || b === undefined || a === b ? [] : [{ field, from: a, to: b }];
  });
}
