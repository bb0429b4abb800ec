import { BOUNDS } from "../../bounds.ts";
import {
  CALIBRATED_PARAMETERS,
  type CalibratedParameter,
  type Calibration,
  type CalibrationErrors,
  type LeftOut,
  type Multiplier,
} from "../../calibration/calibration-file.ts";
import { ENGINES, type Engine } from "../../engines/engines.ts";
import { InputError } from "../../errors.ts";
import { jsonText } from "../../json-text.ts";
import { nearestHint } from "../../nearest.ts";
import { type NumberRange, numberProblem, rangeHint } from "../text/numbers.ts";
import { type JsonFields, jsonMisfit, jsonObject, parseJson } from "../text/parse-json.ts";

/** What the file says it is. */
const FORMAT = "llm-placement calibration 1";

const FACTOR = { unit: "", above: 0, max: 1e6, plausible: BOUNDS.factor };
const SIZE = { unit: "", min: 0, plausible: BOUNDS.logError };
const COUNT = { unit: "", integer: true, min: 0 };

/** A calibration as the text of its file. */
export function calibrationText(calibration: Calibration): string {
  return `${jsonText({ format: FORMAT, ...calibration }, 2)}\n`;
}

/**
 * Reads a file that `calibrate` wrote.
 * @throws InputError with the JSON path for a field that is missing, unknown or out of range
 */
export function parseCalibration(text: string, fileName: string): Calibration {
  const root = new Place(jsonObject(parseJson(text, fileName), fileName), fileName, "");
  checkFormat(root);
  root.only(["format", "engine", "gpus", "multipliers", "rows", "figures", "errors", "sources"]);
  const multipliers = root.object("multipliers");
  multipliers.only(CALIBRATED_PARAMETERS);
  return {
    engine: readEngine(root),
    gpus: root.texts("gpus"),
    multipliers: Object.fromEntries(
      CALIBRATED_PARAMETERS.map((name) => [name, readMultiplier(multipliers.object(name))]),
    ) as Record<CalibratedParameter, Multiplier>,
    rows: root.number("rows", COUNT),
    figures: root.number("figures", COUNT),
    errors: readErrors(root.object("errors")),
    sources: root.texts("sources"),
  };
}

function checkFormat(root: Place): void {
  const { format } = root.fields;
  if (format === FORMAT) return;
  throw new InputError(
    root.at("format"),
    format === undefined ? "it is missing." : `it is ${JSON.stringify(format)}.`,
    "Give a file that llm-placement calibrate of this version wrote.",
  );
}

function readEngine(root: Place): Engine {
  const { engine } = root.fields;
  const known = ENGINES.find((name) => name === engine);
  if (known) return known;
  if (typeof engine !== "string") {
    throw jsonMisfit(root.at("engine"), engine, `one of ${ENGINES.join(", ")}`);
  }
  throw new InputError(
    root.at("engine"),
    `"${engine}" is no engine.`,
    nearestHint(engine, ENGINES),
  );
}

function readMultiplier(place: Place): Multiplier {
  place.only(["multiplier", "log_sd", "shipped", "figures"]);
  return {
    multiplier: place.number("multiplier", FACTOR),
    log_sd: place.number("log_sd", SIZE),
    shipped: place.number("shipped", FACTOR),
    figures: place.number("figures", COUNT),
  };
}

const ERRORS = ["macro_mean", "macro_median"] as const;

function readErrors(place: Place): Calibration["errors"] {
  place.only(["before", "after", "left_out"]);
  return {
    before: readPair(place.object("before"), ERRORS),
    after: readPair(place.object("after"), ERRORS),
    left_out: place.fields.left_out === null ? null : readLeftOut(place.object("left_out")),
  };
}

function readPair(place: Place, keys: readonly string[]): CalibrationErrors {
  place.only(keys);
  return {
    macro_mean: place.number("macro_mean", SIZE),
    macro_median: place.number("macro_median", SIZE),
  };
}

function readLeftOut(place: Place): NonNullable<Calibration["errors"]["left_out"]> {
  const { what } = place.fields;
  const errors = readPair(place, ["what", "folds", ...ERRORS]);
  if (what !== "config_group" && what !== "row") {
    throw jsonMisfit(place.at("what"), what, '"config_group" or "row"');
  }
  return { what: what satisfies LeftOut, folds: place.number("folds", COUNT), ...errors };
}

/** An object of the file, with the place it stands at. */
class Place {
  constructor(
    readonly fields: JsonFields,
    private readonly fileName: string,
    private readonly path: string,
  ) {}

  at(key: string): string {
    return `${this.fileName}: ${this.path}${key}`;
  }

  object(key: string): Place {
    const fields = jsonObject(this.fields[key], this.at(key));
    return new Place(fields, this.fileName, `${this.path}${key}.`);
  }

  number(key: string, range: NumberRange): number {
    const value = this.fields[key];
    if (typeof value !== "number") throw jsonMisfit(this.at(key), value, "a number");
    const problem = numberProblem(value, range);
    if (problem === null) return value;
    throw new InputError(this.at(key), `${value} is ${problem}.`, rangeHint(range));
  }

  texts(key: string): readonly string[] {
    const value = this.fields[key];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw jsonMisfit(this.at(key), value, "an array of texts");
  }

  /** Refuses fields that are not known. */
  only(known: readonly string[]): void {
    const key = Object.keys(this.fields).find((name) => !known.includes(name));
    if (key === undefined) return;
    throw new InputError(this.at(key), `unknown field "${key}".`, nearestHint(key, known));
  }
}
