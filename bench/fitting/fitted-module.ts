import type { Fit } from "../../src/calibration/fit.ts";
import { PRIORS } from "../../src/cost/calibrated/priors.ts";
import type { Evidence, SpreadTable } from "../../src/cost/calibrated/uncertainty.ts";

/** What a fit found, and on what. */
export interface FittedResult {
  readonly fit: Fit;
  readonly evidence: Evidence;
  readonly spreads: SpreadTable;
  readonly dataName: string;
  readonly figures: number;
}

const DIGITS = 5;

/** The source text of src/cost/calibrated/fitted.ts, as the formatter leaves it. */
export function fittedModule({ fit, evidence, spreads, dataName, figures }: FittedResult): string {
  const values = PRIORS.map(({ name, source }) => {
    const value = Number(fit.values[name]!.toPrecision(DIGITS));
    const rows = fit.rowsOf[name];
    const sd = fit.logSd[name];
    const why =
      rows !== undefined && rows > 0 && sd !== undefined
        ? `fitted on ${rows} figures, ± ${(100 * Math.expm1(sd)).toFixed(1)} %`
        : source;
    return `  ${key(name)}: ${value}, // ${why}`;
  });
  return `// Written by \`npm run fit\`: do not edit.
import type { ParameterValues } from "./parameters.ts";
import type { Evidence, SpreadTable } from "./uncertainty.ts";

/** Parameters fitted on ${figures} measured figures (${dataName}); behind each its source. */
export const FITTED_VALUES: ParameterValues = {
${values.join("\n")}
};

/** What was measured. */
export const EVIDENCE: Evidence = ${literal(evidence)};

/** 80 % intervals as factors, from figures that the fit had not seen. */
export const SPREADS: SpreadTable = ${literal(spreads)};
`;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

/** A value as a TypeScript literal, indented; arrays with an element a line, as the formatter writes long ones. */
function literal(value: unknown, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const short = `[${value.map((v) => JSON.stringify(v)).join(", ")}]`;
    if (inner.length + short.length < 90) return short;
    return `[\n${value.map((v) => `${inner}${JSON.stringify(v)},\n`).join("")}${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.every(([, v]) => typeof v === "number")) {
      return `{ ${entries.map(([k, v]) => `${key(k)}: ${literal(v)}`).join(", ")} }`;
    }
    return `{\n${entries.map(([k, v]) => `${inner}${key(k)}: ${literal(v, inner)},\n`).join("")}${indent}}`;
  }
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : JSON.stringify(value);
}
