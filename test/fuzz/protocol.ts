/** What the fuzzer's thread is told. */
export interface FuzzSettings {
  readonly seed: number;
  /** Ends after so many seconds. */
  readonly seconds: number;
  /** Ends after so many inputs. */
  readonly inputs: number;
  /** Only targets whose names hold this text. */
  readonly only: string;
  /** Goes on after a failure. */
  readonly keepsGoing: boolean;
}

/** An input that does what none may. */
export interface Failure {
  readonly target: string;
  /** Of the round that found it. */
  readonly seed: number;
  /** As small as it could be made. */
  readonly input: string;
  readonly error: string;
}

export interface FuzzReport {
  readonly inputs: number;
  /** Inputs by target. */
  readonly byTarget: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
}

/** What the thread is at, where the main thread can see it while the thread hangs. */
export interface Shared {
  /** [inputs begun, bytes of `text`]. */
  readonly counts: Int32Array;
  /** Name of the target, a line end, the input; cut to what fits. */
  readonly text: Uint8Array;
}

export interface WorkerData {
  readonly settings: FuzzSettings;
  readonly shared: Shared;
}
