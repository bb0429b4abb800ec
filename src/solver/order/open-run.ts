/** Where a stage stands, as far as its next one goes. */
export interface Seat {
  /** Instances that are alike share a number. */
  readonly instanceClass: number;
  /** GPUs of the stage, and of the instance. */
  readonly gpus: number;
  readonly instanceGpus: number;
  /** Whether the next stage has to stand on the same instance. */
  readonly stays: boolean;
}

/** Stages on one instance, on which the next one has to stand as well. */
export interface OpenRun {
  readonly instanceClass: number;
  readonly gpus: number;
}

/** Copies used of kinds of stages, and the run that is open behind the last stage. */
export interface UsedStages {
  readonly copies: readonly number[];
  readonly run: OpenRun | null;
}

/** The run that is open behind one more stage: null where none is. */
export function runWith(run: OpenRun | null, seat: Seat | undefined): OpenRun | null | "no_room" {
  if (!seat) return null;
  const gpus = (run?.gpus ?? 0) + seat.gpus;
  if (run && (run.instanceClass !== seat.instanceClass || gpus > seat.instanceGpus))
    return "no_room";
  return seat.stays ? { instanceClass: seat.instanceClass, gpus } : null;
}

/** Equal keys, equal futures. */
export function usedKey({ copies, run }: UsedStages): string {
  return run ? `${copies.join()} ${run.instanceClass} ${run.gpus}` : copies.join();
}
