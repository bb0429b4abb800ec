/** Something in a catalogue that is wrong (error), or odd enough to look at (warning). */
export interface Finding {
  readonly severity: "error" | "warning";
  /** `file:line`. */
  readonly where: string;
  readonly message: string;
}
