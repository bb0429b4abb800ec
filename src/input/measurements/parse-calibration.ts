import { z } from "zod";
import { BOUNDS } from "../../bounds.ts";
import { CALIBRATED_PARAMETERS, type Calibration } from "../../calibration/calibration-file.ts";
import { ENGINES } from "../../engines/engines.ts";
import { jsonText } from "../../json-text.ts";
import { fieldsOf, nameOf, numberIn, readShape, textList } from "../text/json-shape.ts";
import { parseJson } from "../text/parse-json.ts";

/** What the file says it is. */
const FORMAT = "llm-placement calibration 1";

const factor = numberIn({ unit: "", above: 0, max: 1e6, plausible: BOUNDS.factor });
const size = numberIn({ unit: "", min: 0, plausible: BOUNDS.logError });
const count = numberIn({ unit: "", integer: true, min: 0 });
const errors = { macro_mean: size, macro_median: size };
const multiplier = fieldsOf({ multiplier: factor, log_sd: size, shipped: factor, figures: count });
const format = z.literal(FORMAT, {
  error: "a file that llm-placement calibrate of this version wrote",
});

/** Files of other versions may have any other field. */
const versioned = z.looseObject({ format }, { error: "a JSON object" });

const calibration = fieldsOf({
  format,
  engine: nameOf(ENGINES, "engine"),
  gpus: textList,
  multipliers: fieldsOf(
    Object.fromEntries(CALIBRATED_PARAMETERS.map((name) => [name, multiplier])) as Record<
      (typeof CALIBRATED_PARAMETERS)[number],
      typeof multiplier
    >,
  ),
  rows: count,
  figures: count,
  errors: fieldsOf({
    before: fieldsOf(errors),
    after: fieldsOf(errors),
    left_out: fieldsOf({
      what: z.enum(["config_group", "row"], { error: '"config_group" or "row"' }),
      folds: count,
      ...errors,
    }).nullable(),
  }),
  sources: textList,
}) satisfies z.ZodType<Calibration>;

/** A calibration as the text of its file. */
export function calibrationText(content: Calibration): string {
  return `${jsonText({ format: FORMAT, ...content }, 2)}\n`;
}

/**
 * Reads a file that `calibrate` wrote.
 * @throws InputError with the JSON path for a field that is missing, unknown or out of range
 */
export function parseCalibration(text: string, fileName: string): Calibration {
  const value = parseJson(text, fileName);
  readShape(versioned, value, fileName);
  const { format: _, ...content } = readShape(calibration, value, fileName);
  return content;
}
