import { BOUNDS, type Bounds } from "../bounds.ts";
import { InputError } from "../errors.ts";
import { nearestHint } from "../nearest.ts";
import { PHASES, type Phase } from "../workload/workload.ts";
import type { BatchPair, GridChoices, LengthPair } from "./grid.ts";

/** The grid's flags as a user types them; absent ones keep the grid's defaults. */
export interface GridFlags {
  /** `--instance-families g5.12xlarge,g6e.4xlarge` */
  readonly instanceFamilies?: string | undefined;
  /** `--tp-degrees 1,2,4` */
  readonly tpDegrees?: string | undefined;
  /** `--pp-stages 1,2` */
  readonly ppStages?: string | undefined;
  /** `--io 2048:512,1024:1024`, input:output tokens */
  readonly io?: string | undefined;
  /** `--batch-sizes 32,32:64`, one batch or smallest:largest */
  readonly batchSizes?: string | undefined;
  /** `--phases prefill,decode` */
  readonly phases?: string | undefined;
}

/** Reads the grid's flags. @throws InputError that names the flag and the item that cannot be read. */
export function parseGridFlags(flags: GridFlags): GridChoices {
  return {
    families: list(flags.instanceFamilies, (item) => nonEmpty("--instance-families", item)),
    tpDegrees: list(flags.tpDegrees, (item) =>
      count("--tp-degrees", item, item, BOUNDS.gpusPerInstance),
    ),
    ppStages: list(flags.ppStages, (item) => count("--pp-stages", item, item, BOUNDS.layers)),
    lengths: list(flags.io, parseLengths),
    batches: list(flags.batchSizes, parseBatch),
    phases: list(flags.phases, parsePhase),
  };
}

function list<T>(text: string | undefined, read: (item: string) => T): T[] | undefined {
  return text?.split(",").map((item) => read(item.trim()));
}

function parseLengths(item: string): LengthPair {
  const [input, output, ...more] = item.split(":");
  if (input === undefined || output === undefined || more.length > 0) {
    throw new InputError(
      "--io",
      `"${item}" is not a pair of lengths.`,
      "Give input:output tokens, e.g. 2048:512.",
    );
  }
  return {
    inputTokens: count("--io", input, item, BOUNDS.tokens),
    outputTokens: count("--io", output, item, BOUNDS.tokens),
  };
}

function parseBatch(item: string): BatchPair {
  const [min = "", max = min, ...more] = item.split(":");
  if (more.length > 0) {
    throw new InputError(
      "--batch-sizes",
      `"${item}" is neither a batch size nor a pair.`,
      "Give one batch size, e.g. 32, or smallest:largest, e.g. 32:64.",
    );
  }
  return {
    minBatch: count("--batch-sizes", min, item, BOUNDS.sequences),
    maxBatch: count("--batch-sizes", max, item, BOUNDS.sequences),
  };
}

function parsePhase(item: string): Phase {
  const phase = PHASES.find((known) => known === item);
  if (!phase) {
    throw new InputError("--phases", `"${item}" is not a phase.`, nearestHint(item, PHASES));
  }
  return phase;
}

function nonEmpty(where: string, item: string): string {
  if (item === "") {
    throw new InputError(where, "an item of the list is empty.", "Remove the extra comma.");
  }
  return item;
}

function count(where: string, text: string, item: string, { most }: Bounds): number {
  nonEmpty(where, item);
  if (!/^\d{1,15}$/.test(text.trim())) {
    throw new InputError(
      where,
      `"${item}" contains something other than whole numbers.`,
      "Give digits only, e.g. 32.",
    );
  }
  if (Number(text) <= most) return Number(text);
  throw new InputError(
    where,
    `"${item}" holds ${text.trim()}, which is above ${most}, the most that is plausible.`,
    "Give a smaller number.",
  );
}
