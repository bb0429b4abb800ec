import type { Metrics, StageMetrics } from "./evaluation.ts";

/** Whether a stage leaves less memory than the bill of its memory is known to be off by. */
function isLow({ memory_headroom_gb, memory_error_gb }: StageMetrics): boolean {
  return memory_error_gb !== null && memory_headroom_gb < memory_error_gb;
}

/** That a placement leaves so little memory that it may not be there; one sentence on all stages, empty where there is enough. */
export function lowMemoryWarnings({ stages }: Pick<Metrics, "stages">): string[] {
  const low = [...stages.keys()].filter((index) => isLow(stages[index]!));
  if (low.length === 0) return [];
  const tightest = low.reduce((a, b) => (left(stages[b]!) < left(stages[a]!) ? b : a));
  const { instance, memory_headroom_gb, memory_error_gb } = stages[tightest]!;
  const others =
    low.length === 1
      ? ""
      : ` (so ${low.length === 2 ? "does 1 other stage" : `do ${low.length - 1} other stages`})`;
  return [
    `stage ${tightest} on ${instance} leaves ${gib(memory_headroom_gb)} GiB free on each GPU${others}, less than the known prediction error of ${gib(memory_error_gb!)} GiB: the engine may keep fewer sequences in flight, or not start. Plan for fewer sequences, shorter ones, or larger GPUs.`,
  ];
}

/** What is left beyond the error. */
function left({ memory_headroom_gb, memory_error_gb }: StageMetrics): number {
  return memory_headroom_gb - memory_error_gb!;
}

function gib(value: number): string {
  return value.toPrecision(2);
}
