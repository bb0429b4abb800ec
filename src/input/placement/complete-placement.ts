import { InputError } from "../../errors.ts";
import type { Placement } from "../../placement/placement.ts";
import type { Phase, Workload } from "../../workload/workload.ts";
import type { PlacementInput } from "./parse-placement.ts";

/** Workload flags of the command line; they win over keys of config.csv and may not contradict a placement. */
export interface WorkloadFlags {
  /** Input tokens by a flag; the mean where they spread. */
  readonly inputTokens?: number | undefined;
  /** The flag that says them; absent: --input-length. */
  readonly inputFlag?: string | undefined;
  /** Output tokens by a flag; the mean where they spread. */
  readonly outputTokens?: number | undefined;
  /** The flag that says them; absent: --output-length. */
  readonly outputFlag?: string | undefined;
  /** --phase. */
  readonly phase?: Phase | undefined;
  /** --min-batch-size, sequences. */
  readonly minBatch?: number | undefined;
  /** --max-batch-size, sequences. */
  readonly maxBatch?: number | undefined;
  /** --concurrency, sequences. */
  readonly concurrency?: number | undefined;
  /** --max-load. */
  readonly maxLoad?: true | undefined;
  /** --request-rate, requests per second. */
  readonly requestRate?: number | undefined;
}

/**
 * A placement with its whole operating point: the placement's own fields win, the rest is the problem's workload; the batch
 * is then the smallest one. Without any word on it output_length is 0 for prefill and decode. Source: reference model, "keys
 * with defaults".
 * @throws InputError when a field is nowhere given, when a flag contradicts the placement, and for aggregated serving without
 * output.
 */
export function completePlacement(
  input: PlacementInput,
  workload: Workload,
  where: string,
  flags: WorkloadFlags = {},
): Placement {
  refuseContradictions(input, where, flags);
  const phase = given(
    input.workload_phase ?? workload.phase,
    where,
    "workload_phase",
    "--phase prefill, decode or aggregated",
  );
  const outputLength =
    input.output_length ?? workload.outputTokens ?? (phase === "aggregated" ? null : 0);
  const placement: Placement = {
    batch_size: given(
      input.batch_size ?? workload.minBatch,
      where,
      "batch_size",
      "--min-batch-size",
      "min_batch_size",
    ),
    sequence_length: given(
      input.sequence_length ?? workload.inputTokens,
      where,
      "sequence_length",
      "--input-length",
    ),
    output_length: given(outputLength, where, "output_length", "--output-length"),
    workload_phase: phase,
    stages: input.stages,
  };
  if (phase === "aggregated" && placement.output_length === 0) {
    throw new InputError(
      where,
      "aggregated serving with output_length 0 is undefined.",
      "Give an output_length from 1, or workload_phase prefill.",
    );
  }
  return placement;
}

function given<T>(
  value: T | null,
  where: string,
  field: string,
  flag: string,
  configKey: string = field,
): T {
  if (value !== null) return value;
  throw new InputError(
    where,
    `neither the placement nor the problem gives ${field}.`,
    `Put "${field}" into the placement, ${configKey} into config.csv, or give ${flag}.`,
  );
}

function refuseContradictions(input: PlacementInput, where: string, flags: WorkloadFlags): void {
  const equal: readonly (readonly [string, unknown, string, unknown])[] = [
    ["--phase", flags.phase, "workload_phase", input.workload_phase],
    [
      flags.inputFlag ?? "--input-length",
      flags.inputTokens,
      "sequence_length",
      input.sequence_length,
    ],
    [
      flags.outputFlag ?? "--output-length",
      flags.outputTokens,
      "output_length",
      input.output_length,
    ],
  ];
  for (const [flag, asked, field, own] of equal) {
    if (asked !== undefined && own !== undefined && asked !== own) {
      throw contradiction(flag, asked, where, field, own);
    }
  }
  const batch = input.batch_size;
  if (batch === undefined) return;
  const { minBatch, maxBatch, concurrency } = flags;
  if (minBatch !== undefined && batch < minBatch) {
    throw contradiction("--min-batch-size", minBatch, where, "batch_size", batch);
  }
  if (maxBatch !== undefined && batch > maxBatch) {
    throw contradiction("--max-batch-size", maxBatch, where, "batch_size", batch);
  }
  if (concurrency !== undefined && batch !== concurrency) {
    throw contradiction("--concurrency", concurrency, where, "batch_size", batch);
  }
}

/**
 * An answer's batch is the one that was found for the load, so a rate or the maximum load stands beside it.
 * @throws InputError for a flag that leaves the batch open, beside a placement of one's own that has one
 */
export function refuseFixedBatch(
  input: PlacementInput,
  where: string,
  { maxLoad, requestRate }: WorkloadFlags,
): void {
  const flag = maxLoad ? "--max-load" : requestRate !== undefined ? "--request-rate" : null;
  if (flag === null || input.batch_size === undefined || input.isAnswer) return;
  throw new InputError(
    flag,
    `it leaves the batch open, but the placement in ${where} has batch_size ${input.batch_size}.`,
    "Leave out the flag, or the placement's batch_size.",
  );
}

function contradiction(
  flag: string,
  asked: unknown,
  where: string,
  field: string,
  own: unknown,
): InputError {
  return new InputError(
    flag,
    `${asked} contradicts ${field} ${own} of the placement in ${where}.`,
    `Leave out the flag, or the placement's ${field}.`,
  );
}
