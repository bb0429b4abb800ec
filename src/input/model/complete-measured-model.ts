import type { MeasuredRun } from "../../calibration/measured-run.ts";
import type { Measurement } from "../../calibration/measurement.ts";
import type { Architecture } from "../../model/architecture.ts";
import { headWidth, kvHeadCount } from "../../model/attention.ts";

/** A dimension of a model: its column, its place in a row, and what it is in an architecture (of the first layer). */
interface Dimension {
  readonly column: string;
  readonly key: keyof Measurement;
  readonly of: (architecture: Architecture) => number;
}

/** Without these a model is not known. */
const DIMENSIONS: readonly Dimension[] = [
  { column: "num_layers", key: "numLayers", of: ({ kindOf }) => kindOf.length },
  { column: "hidden_size", key: "hiddenSize", of: ({ hidden }) => hidden },
  { column: "intermediate_size", key: "intermediateSize", of: ({ kinds }) => kinds[0]!.ffnWidth },
  { column: "num_heads", key: "numHeads", of: ({ kinds }) => kinds[0]!.attention.heads },
  {
    column: "num_kv_heads",
    key: "numKvHeads",
    of: ({ kinds }) => kvHeadCount(kinds[0]!.attention),
  },
  { column: "vocab_size", key: "vocabSize", of: ({ vocab }) => vocab },
  {
    column: "weight_bytes_per_param",
    key: "weightBytesPerParam",
    of: ({ weightBytes }) => weightBytes,
  },
];

/** The columns of the dimensions that a row does not state. */
export function missingDimensions(row: Measurement): string[] {
  return DIMENSIONS.filter(({ key }) => row[key] === null).map(({ column }) => column);
}

/** A run whose model is known, or why that of config.csv is not its model. */
export type FilledRun = { readonly run: MeasuredRun } | { readonly refused: string };

/**
 * Gives a run that does not state its model the one of config.csv, all of it: what columns cannot say (windows, latent attention,
 * shared experts) comes along. A run that states all dimensions keeps them.
 */
export function fillModel(run: MeasuredRun, architecture: Architecture): FilledRun {
  const { measurement } = run;
  if (missingDimensions(measurement).length === 0) return { run };
  const other = DIMENSIONS.find(
    ({ key, of }) => measurement[key] !== null && measurement[key] !== of(architecture),
  );
  if (other) {
    return {
      refused: `${other.column} is ${measurement[other.key]}, but config.csv says ${other.of(architecture)}`,
    };
  }
  const dimensions = Object.fromEntries(DIMENSIONS.map(({ key, of }) => [key, of(architecture)]));
  const [first] = architecture.kinds;
  return {
    run: {
      measurement: {
        ...measurement,
        ...dimensions,
        headDim: headWidth(first!.attention),
        numExperts: first!.experts,
        expertsPerToken: first!.experts > 0 ? first!.expertsPerToken : null,
        kvBytes: architecture.kvBytes,
      },
      facts: { ...run.facts, architecture },
    },
  };
}
