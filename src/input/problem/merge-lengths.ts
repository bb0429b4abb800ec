import { InputError } from "../../errors.ts";
import {
  isFixedLength,
  type LengthDistribution,
  type LengthMoments,
  lengthMoments,
  wholeMean,
} from "../../workload/lengths.ts";
import { configPlace, type Settings } from "../config/parse-config.ts";
import { flagNumber, fromConfig, type Placed } from "../config/sourced-value.ts";
import { TOKENS } from "../text/ranges.ts";
import type { OpenNamed } from "../text/source-text.ts";
import { parseLengths } from "./parse-lengths.ts";

/** What the command line says of input and output lengths. */
export interface LengthFlags {
  /** --input-length, tokens. */
  readonly inputTokens?: number | undefined;
  /** --input-length-p95, tokens. */
  readonly inputP95Tokens?: number | undefined;
  /** --input-lengths: path of a histogram. */
  readonly inputLengthsFile?: string | undefined;
  /** --output-length, tokens. */
  readonly outputTokens?: number | undefined;
  /** --output-length-p95, tokens. */
  readonly outputP95Tokens?: number | undefined;
  /** --output-lengths: path of a histogram. */
  readonly outputLengthsFile?: string | undefined;
}

/** Input or output: the names of its flags and keys, its values of flags, and the shortest length there can be. */
interface Side {
  readonly word: "input" | "output";
  readonly flags: readonly [mean: string, p95: string, file: string];
  readonly keys: readonly [
    "sequence_length" | "output_length",
    "sequence_length_p95" | "output_length_p95",
    "input_lengths_file" | "output_lengths_file",
  ];
  readonly least: 0 | 1;
}

const INPUT: Side = {
  word: "input",
  flags: ["--input-length", "--input-length-p95", "--input-lengths"],
  keys: ["sequence_length", "sequence_length_p95", "input_lengths_file"],
  least: 1,
};
const OUTPUT: Side = {
  word: "output",
  flags: ["--output-length", "--output-length-p95", "--output-lengths"],
  keys: ["output_length", "output_length_p95", "output_lengths_file"],
  least: 0,
};

/** Lengths of one side: the mean in whole tokens with its place, how they spread, and what the user has to know. */
export interface MergedLength {
  readonly mean: Placed<number> | null;
  /** Null: all lengths are the mean. */
  readonly moments: LengthMoments | null;
  readonly notes: readonly string[];
}

/** Input lengths: flags over config keys. @throws InputError for lengths that contradict each other or cannot be */
export function mergeInputLength(
  config: Settings,
  flags: LengthFlags,
  open: OpenNamed,
): MergedLength {
  return mergeSide(INPUT, config, open, {
    mean: flags.inputTokens,
    p95: flags.inputP95Tokens,
    file: flags.inputLengthsFile,
  });
}

/** As `mergeInputLength`, for output lengths. */
export function mergeOutputLength(
  config: Settings,
  flags: LengthFlags,
  open: OpenNamed,
): MergedLength {
  return mergeSide(OUTPUT, config, open, {
    mean: flags.outputTokens,
    p95: flags.outputP95Tokens,
    file: flags.outputLengthsFile,
  });
}

interface SideFlags {
  readonly mean: number | undefined;
  readonly p95: number | undefined;
  readonly file: string | undefined;
}

/** A flag on lengths replaces what config.csv says of them, except that a p95 alone takes its mean from there. */
function mergeSide(side: Side, config: Settings, open: OpenNamed, flags: SideFlags): MergedLength {
  const [meanFlag, p95Flag, fileFlag] = side.flags;
  const [meanKey, p95Key, fileKey] = side.keys;
  const range = { ...TOKENS, min: side.least };
  const flagMean =
    flags.mean === undefined
      ? null
      : { value: flagNumber(meanFlag, flags.mean, range), where: meanFlag };
  if (flags.file !== undefined) {
    const other = flags.mean !== undefined ? meanFlag : flags.p95 !== undefined ? p95Flag : null;
    if (other !== null) {
      throw new InputError(
        fileFlag,
        `it cannot be combined with ${other}.`,
        `Give the file, or ${meanFlag} with or without ${p95Flag}.`,
      );
    }
    return ofHistogram(side, open(flags.file, "flag"), fileFlag);
  }
  if (flags.p95 !== undefined) {
    const p95 = flagNumber(p95Flag, flags.p95, TOKENS);
    return ofLognormal(side, flagMean ?? fromConfig(config, meanKey), {
      value: p95,
      where: p95Flag,
    });
  }
  if (flagMean) return fixed(flagMean);
  const path = fromConfig<string>(config, fileKey);
  if (path) {
    const other = [meanKey, p95Key].find((key) => config.values[key] !== null);
    if (other !== undefined) {
      throw new InputError(
        path.where,
        `${fileKey} cannot be combined with ${other} in line ${config.lines.get(other)}.`,
        `Keep the file, or ${meanKey} with or without ${p95Key}.`,
      );
    }
    return ofHistogram(side, open(path.value, "config"), configPlace(config, fileKey));
  }
  const p95 = fromConfig<number>(config, p95Key);
  const mean = fromConfig<number>(config, meanKey);
  return p95 ? ofLognormal(side, mean, p95) : fixed(mean);
}

function fixed(mean: Placed<number> | null): MergedLength {
  return { mean, moments: null, notes: [] };
}

function ofLognormal(side: Side, mean: Placed<number> | null, p95: Placed<number>): MergedLength {
  if (mean === null) {
    throw new InputError(
      p95.where,
      `the mean ${side.word} length is not given.`,
      `Give ${side.flags[0]}, or ${side.keys[0]} in config.csv.`,
    );
  }
  return merged(
    side,
    { kind: "lognormal", meanTokens: mean.value, p95Tokens: p95.value },
    p95.where,
    mean.where,
  );
}

function ofHistogram(
  side: Side,
  { text, fileName }: ReturnType<OpenNamed>,
  where: string,
): MergedLength {
  const bins = parseLengths(text, fileName, side.least);
  return merged(side, { kind: "histogram", bins }, fileName, where);
}

/** `where`: the place of the distribution; `meanWhere`: that of its mean. */
function merged(
  side: Side,
  distribution: LengthDistribution,
  where: string,
  meanWhere: string,
): MergedLength {
  const exact = lengthMoments(distribution, where);
  const moments = wholeMean(exact);
  return {
    mean: { value: moments.meanTokens, where: meanWhere },
    moments: isFixedLength(moments) ? null : moments,
    notes:
      moments.meanTokens === exact.meanTokens
        ? []
        : [
            `${where}: the mean ${side.word} length of ${Number(exact.meanTokens.toPrecision(6))} tokens is rounded to ${moments.meanTokens}.`,
          ],
  };
}
