import { z } from "zod";
import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { type NumberRange, numberProblem, rangeHint } from "./numbers.ts";
import { jsonMisfit } from "./parse-json.ts";

/*
 * Shapes of JSON files that are read once. The message of an issue is what to give instead. What is wrong is the value itself, or the
 * `problem` of an issue of ours, whose message is a whole sentence.
 */

/** An object with these fields and no others. */
export function fieldsOf<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? nearestHint(issue.keys[0]!, names) : "a JSON object",
  });
}

/** A number in a range. */
export function numberIn(range: NumberRange): z.ZodNumber {
  return z.number({ error: "a number" }).superRefine((value, context) => {
    const problem = numberProblem(value, range);
    if (problem !== null) refuse(context, `${value} is ${problem}.`, rangeHint(range));
  });
}

export const textList: z.ZodArray<z.ZodString> = z.array(z.string({ error: "a text" }), {
  error: "an array of strings",
});

/** One of several names; a text that is none of them is told what was meant. */
export function nameOf<Name extends string>(
  names: readonly Name[],
  kind: string,
): z.ZodType<Name, string> {
  return z.string({ error: `one of ${names.join(", ")}` }).transform((value, context) => {
    const known = names.find((name) => name === value);
    if (known !== undefined) return known;
    refuse(context, `"${value}" is not a supported ${kind}.`, nearestHint(value, names));
    return z.NEVER;
  });
}

function refuse(
  context: { addIssue(issue: z.core.$ZodRawIssue<z.core.$ZodIssueCustom>): void },
  problem: string,
  hint: string,
): void {
  context.addIssue({ code: "custom", message: hint, params: { problem }, input: undefined });
}

/** Parsed JSON as a shape has it. @throws InputError with the path into the JSON for what does not fit */
export function readShape<T>(schema: z.ZodType<T>, value: unknown, fileName: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A field under a wrong name is missing as well.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0]! : null;
  const path = pathText(unknown === null ? issue.path : [...issue.path, unknown]);
  const where = path === "" ? fileName : `${fileName}: ${path}`;
  const problem =
    unknown !== null
      ? `unknown field "${unknown}".`
      : issue.code === "custom"
        ? (issue.params?.problem as string | undefined)
        : undefined;
  if (problem !== undefined) throw new InputError(where, problem, issue.message);
  const found = issue.path.reduce<unknown>((part, step) => part?.[step as never], value);
  throw jsonMisfit(where, found, issue.message);
}

/** `stages[0].tp_degree`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`,
    )
    .join("");
}
