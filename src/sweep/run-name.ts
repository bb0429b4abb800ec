import type { RunParameters } from "./run.ts";

/** What a run directory's name says: everything but the phase. */
export type NamedRun = Omit<RunParameters, "phase">;

/** Characters of a family that cannot stand in a file name on every system, and the one that escapes them. */
const UNSAFE = /[%/\\:*?"<>|\p{Cc}]/gu;
const ESCAPED = /%([0-9A-F]{2})/g;

/** A count as it is written in a name: decimal digits without leading zeros. */
const COUNT = "(0|[1-9]\\d*)";
const RUN_NAME = new RegExp(
  `^eval_family-(.+)-pp${COUNT}-tp${COUNT}-in${COUNT}-out${COUNT}-bs${COUNT}_${COUNT}$`,
  "su",
);

/**
 * The name of a run's directory: `eval_family-<family>-pp<P>-tp<T>-in<I>-out<O>-bs<min>_<max>`.
 *
 * Characters that a file name cannot hold stand as `%` and two hexadecimal digits; names of the usual instance types have none.
 * Source: the founding program's sweep.
 */
export function runName(run: NamedRun): string {
  const family = run.family.replace(
    UNSAFE,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return `eval_family-${family}-pp${run.ppStages}-tp${run.tpDegree}-in${run.inputTokens}-out${run.outputTokens}-bs${run.minBatch}_${run.maxBatch}`;
}

/** Reads a run directory's name; null when it is none. The inverse of `runName`: no other text is read as the same run. */
export function parseRunName(name: string): NamedRun | null {
  const match = RUN_NAME.exec(name);
  if (!match) return null;
  const [, family = "", pp, tp, input, output, minBatch, maxBatch] = match;
  const run: NamedRun = {
    family: family.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`))),
    ppStages: Number(pp),
    tpDegree: Number(tp),
    inputTokens: Number(input),
    outputTokens: Number(output),
    minBatch: Number(minBatch),
    maxBatch: Number(maxBatch),
  };
  // Building the name again rejects needless escapes and counts beyond what a number holds.
  return runName(run) === name ? run : null;
}
