import { InputError } from "../../errors.ts";
import { type NumberRange, numberProblem, rangeHint, readNumber } from "../text/numbers.ts";
import { type JsonFields, jsonMisfit } from "../text/parse-json.ts";

/**
 * The fields of one result of `vllm bench serve`. Fields of `--metadata` are texts, those of the benchmark numbers: both are read as
 * numbers; null and an empty text are as good as absent.
 */
export class BenchFields {
  constructor(
    readonly fields: JsonFields,
    /** Where the result stands: file and line, or place in an array. */
    readonly where: string,
  ) {}

  /** @throws InputError with the field for what is no number, or out of the range */
  number(key: string, range: NumberRange): number | null {
    const value = this.fields[key];
    if (this.isAbsent(key)) return null;
    if (typeof value !== "number" && typeof value !== "string") {
      throw jsonMisfit(this.at(key), value, "a number");
    }
    if (typeof value === "number") {
      const problem = numberProblem(value, range);
      if (problem === null) return value;
      throw new InputError(this.at(key), `${value} is ${problem}.`, rangeHint(range));
    }
    const reading = readNumber(value.trim(), range);
    if ("value" in reading) return reading.value;
    throw new InputError(this.at(key), `it is ${reading.problem}.`, rangeHint(range));
  }

  /** @throws InputError with the field for what is no text */
  text(key: string): string | null {
    const value = this.fields[key];
    if (this.isAbsent(key)) return null;
    if (typeof value === "string") return value.trim();
    throw jsonMisfit(this.at(key), value, "a text");
  }

  isAbsent(key: string): boolean {
    const value = this.fields[key];
    return value === undefined || value === null || (typeof value === "string" && !value.trim());
  }

  at(key: string): string {
    return `${this.where}: ${key}`;
  }
}
