/** What the fuzzer's process is told. */
export interface FuzzSettings {
  readonly seed: number;
  /** Ends after so many seconds. */
  readonly seconds: number;
  /** Ends after so many inputs; null: as many as there is time for. */
  readonly inputs: number | null;
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

/** What the fuzzer's process tells the one that started it. */
export type ToParent =
  | { readonly failure: Failure }
  /** Where it stands after a target. */
  | { readonly progress: FuzzReport }
  | { readonly report: FuzzReport };
