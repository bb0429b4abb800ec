import { placeText, type RowPlace } from "./catalogue.ts";

/** Something in a catalogue that is wrong (error), or odd enough to look at (warning). */
export interface Finding {
  readonly severity: "error" | "warning";
  /** `file:line`. */
  readonly where: string;
  readonly message: string;
}

export function error(place: RowPlace, message: string): Finding {
  return { severity: "error", where: placeText(place), message };
}

export function warning(place: RowPlace, message: string): Finding {
  return { severity: "warning", where: placeText(place), message };
}

/** A finding where something is so, none where it is not. */
export function when(isSo: boolean, finding: () => Finding): readonly Finding[] {
  return isSo ? [finding()] : [];
}
