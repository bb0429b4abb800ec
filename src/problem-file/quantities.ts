import { z } from "zod";
import { BOUNDS, type Bounds } from "../bounds.ts";
import { numbersOf } from "./number-text.ts";

/* The numbers of a stored problem: what no reader of a file would have taken is taken from no answer either. */

export const count = ({ least, most }: Bounds): z.ZodInt => z.int().min(least).max(most);
export const countOrNone = ({ most }: Bounds): z.ZodInt => z.int().min(0).max(most);
export const amount = ({ least, most }: Bounds): z.ZodNumber => z.number().min(least).max(most);

/** As `amount`, or 0. */
export const amountOrNone = ({ least, most }: Bounds): z.ZodNumber =>
  z
    .number()
    .min(0)
    .max(most)
    .refine((value) => value === 0 || value >= least, `it is below ${least}`);

export const share: z.ZodNumber = z.number().min(0).max(1);
export const text: z.ZodString = z.string().min(1);
export const tokens: z.ZodInt = count(BOUNDS.tokens);
export const tokensOrNone: z.ZodInt = countOrNone(BOUNDS.tokens);
/** Weights of a layer or of an end of the model. */
export const gibibytes: z.ZodNumber = z.number().min(0).max(BOUNDS.layerGib.most);

/** A row of whole numbers or amounts as a text. */
export const numbers: z.ZodType<number[], string> = z.string().transform((row, context) => {
  const read = numbersOf(row);
  if (read) return read;
  context.addIssue({ code: "custom", message: "it is not a row of numbers such as 0*3 1*58" });
  return z.NEVER;
});
