import type { Bounds } from "../../bounds.ts";

/** Which numbers a place of a file or a flag takes. */
export interface NumberRange {
  /** What is counted or measured, for messages: "layers", "dollars per hour"; empty for a bare number. */
  readonly unit: string;
  readonly integer?: boolean;
  /** Smallest number taken. */
  readonly min?: number;
  /** Numbers have to be larger than this. */
  readonly above?: number;
  /** Largest number taken. */
  readonly max?: number;
  /** What 0 stands for, where it is another thing than a small number. */
  readonly zero?: string;
  /** What the quantity can be at all, where it is not 0; told only to who gives something else. */
  readonly plausible?: Bounds;
}

/** A number, or what is wrong with it in words that follow "… is". */
export type NumberReading = { readonly value: number } | { readonly problem: string };

/** Decimal notation only: Number() alone would also take hex, "Infinity" and the empty text. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a decimal number and checks it against a range. */
export function readNumber(text: string, range: NumberRange): NumberReading {
  if (text === "") return { problem: "empty" };
  if (!DECIMAL.test(text)) {
    return {
      problem: /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text)
        ? `"${text}", which has thousands separators`
        : `"${text}", which is not a decimal number`,
    };
  }
  const value = Number(text);
  const problem = numberProblem(value, range);
  return problem === null ? { value } : { problem: `"${text}", which is ${problem}` };
}

/** What keeps a number out of a range, in words that follow "which is"; null when it is in. */
export function numberProblem(value: number, range: NumberRange): string | null {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "too large" : "too small";
  if (range.integer && !Number.isInteger(value)) return "not a whole number";
  if (range.integer && !Number.isSafeInteger(value)) return "too large";
  if (range.min !== undefined && value < range.min) return `below ${range.min}`;
  if (range.above !== undefined && value <= range.above) return `not above ${range.above}`;
  if (range.max !== undefined && value > range.max) return `above ${range.max}`;
  if (range.plausible !== undefined && value !== 0) {
    const { least, most } = range.plausible;
    if (value < least) return `below ${decimal(least)}, the least that is plausible`;
    if (value > most) return `above ${decimal(most)}, the most that is plausible`;
  }
  return null;
}

/** What to give instead: "Give a whole number of layers from 1 to 10000." */
export function rangeHint({ unit, integer, min, above, max, zero }: NumberRange): string {
  const kind = `${integer ? "a whole number" : "a number"}${unit === "" ? "" : ` of ${unit}`}`;
  const least = min !== undefined ? ` from ${min}` : above !== undefined ? ` above ${above}` : "";
  const most = max !== undefined ? `${least === "" ? " up" : ""} to ${max}` : "";
  const joined = above !== undefined && most !== "" ? `${least} and up${most}` : `${least}${most}`;
  return `Give ${kind}${joined}.${zero === undefined ? "" : ` 0 is ${zero}.`}`;
}

/** A bound without an exponent: "0.000001", "1000000000". */
function decimal(value: number): string {
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 12 });
}
