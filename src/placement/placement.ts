import type { OperatingPoint, Phase } from "../workload/workload.ts";

/**
 * One pipeline stage. Field names are those of the placement file.
 * Layers are numbered from 1 and both ends are included.
 */
export interface PlacementStage {
  /** The instance, `type#index`, index from 0. */
  readonly gpu_type: string;
  readonly tp_degree: number;
  /** GPUs inside the instance, from 0; without them the lowest free ones are taken. */
  readonly gpu_ids?: readonly number[];
  readonly start_layer: number;
  readonly end_layer: number;
}

/** A placement: which layers run where, and at which operating point. */
export interface Placement {
  readonly batch_size: number;
  readonly sequence_length: number;
  readonly output_length: number;
  readonly workload_phase: Phase;
  readonly stages: readonly PlacementStage[];
}

/** The placement of stages at an operating point. */
export function placementAt(
  { phase, batch, inputTokens, outputTokens }: OperatingPoint,
  stages: readonly PlacementStage[],
): Placement {
  return {
    batch_size: batch,
    sequence_length: inputTokens,
    output_length: outputTokens,
    workload_phase: phase,
    stages,
  };
}

/** `type#index` of an instance. */
export function instanceName(typeName: string, index: number): string {
  return `${typeName}#${index}`;
}

/** Splits `type#index`; null when the text is not of that form. An index has one spelling: no leading zeros. */
export function parseInstanceName(text: string): { typeName: string; index: number } | null {
  const hash = text.lastIndexOf("#");
  if (hash <= 0) return null;
  const digits = text.slice(hash + 1);
  if (!/^(0|[1-9]\d{0,8})$/.test(digits)) return null;
  return { typeName: text.slice(0, hash), index: Number(digits) };
}
