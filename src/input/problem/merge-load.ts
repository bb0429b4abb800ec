import { InputError } from "../../errors.ts";
import type { Load } from "../../workload/workload.ts";
import type { Settings } from "../config/parse-config.ts";
import { CONCURRENCY_RANGE } from "../config/serving-keys.ts";
import { flagNumber, fromConfig, type Placed } from "../config/sourced-value.ts";
import { REQUESTS_PER_SECOND, SEQUENCES } from "../text/ranges.ts";

/** What the command line says of the sequences in flight. */
export interface LoadFlags {
  /** --min-batch-size, sequences. */
  readonly minBatch?: number | undefined;
  /** --max-batch-size, sequences. */
  readonly maxBatch?: number | undefined;
  /** --concurrency, sequences. */
  readonly concurrency?: number | undefined;
  /** --max-load. */
  readonly maxLoad?: true | undefined;
  /** --request-rate, requests per second. */
  readonly requestRate?: number | undefined;
}

/** A range of batch sizes, or a load that takes its place; null where nothing is said. */
export interface MergedLoad {
  readonly minBatch: number | null;
  readonly maxBatch: number | null;
  readonly load: Load | null;
}

/** One way of saying how many sequences are in flight, by the flag or key that says it. */
interface Said {
  readonly name: string;
  readonly where: string;
  /** Null: a batch size. */
  readonly load: Load | null;
}

const ONE_OF = "batch sizes, --concurrency, --max-load and --request-rate";
const ONE_KEY_OF = "batch sizes, concurrency, load and request_rate";

/**
 * Flags over config keys. A flag on the load replaces all that config.csv says of it, except that of a range of batch sizes
 * the other end stays.
 * @throws InputError for two ways of saying it in one place, and for numbers out of range
 */
export function mergeLoad(config: Settings, flags: LoadFlags): MergedLoad {
  const byFlag = only(saidByFlags(flags), ({ where }, other) => {
    throw new InputError(
      where,
      `it cannot be combined with ${other.name}.`,
      `Give one of ${ONE_OF}.`,
    );
  });
  const byConfig = only(saidByConfig(config), ({ where, name }, other) => {
    throw new InputError(
      where,
      `${name} cannot be combined with ${other.name} (${other.where}).`,
      `Keep one of ${ONE_KEY_OF}.`,
    );
  });
  const said = byFlag ?? byConfig;
  if (said?.load) {
    const { load } = said;
    const batch = load.kind === "concurrency" ? load.sequences : null;
    return { minBatch: batch, maxBatch: batch, load };
  }
  return { ...mergeBatches(config, flags), load: null };
}

/** The one way that is said; the two ends of a range of batch sizes are one. */
function only(said: readonly Said[], refuse: (first: Said, other: Said) => never): Said | null {
  const [first, second] = said;
  const special = said.find(({ load }) => load !== null);
  if (!first || !special) return first ?? null;
  const other = first === special ? second : special;
  return other ? refuse(first, other) : special;
}

function saidByFlags({ minBatch, maxBatch, concurrency, maxLoad, requestRate }: LoadFlags): Said[] {
  const said = (flag: string, load: Load | null): Said => ({ name: flag, where: flag, load });
  return [
    ...(minBatch === undefined ? [] : [said("--min-batch-size", null)]),
    ...(maxBatch === undefined ? [] : [said("--max-batch-size", null)]),
    ...(concurrency === undefined
      ? []
      : [
          said("--concurrency", {
            kind: "concurrency",
            sequences: flagNumber("--concurrency", concurrency, CONCURRENCY_RANGE),
          }),
        ]),
    ...(maxLoad ? [said("--max-load", { kind: "max" })] : []),
    ...(requestRate === undefined
      ? []
      : [
          said("--request-rate", {
            kind: "request_rate",
            requestsPerSecond: flagNumber("--request-rate", requestRate, REQUESTS_PER_SECOND),
          }),
        ]),
  ];
}

function saidByConfig(config: Settings): Said[] {
  const read = <T>(
    name: "min_batch_size" | "max_batch_size" | "concurrency" | "load" | "request_rate",
    loadOf: (value: T) => Load | null,
  ): Said[] => {
    const placed: Placed<T> | null = fromConfig<T>(config, name);
    return placed ? [{ name, where: placed.where, load: loadOf(placed.value) }] : [];
  };
  return [
    ...read<number>("min_batch_size", () => null),
    ...read<number>("max_batch_size", () => null),
    ...read<number>("concurrency", (sequences) => ({ kind: "concurrency", sequences })),
    ...read<"max">("load", () => ({ kind: "max" })),
    ...read<number>("request_rate", (requestsPerSecond) => ({
      kind: "request_rate",
      requestsPerSecond,
    })),
  ];
}

function mergeBatches(config: Settings, flags: LoadFlags): Omit<MergedLoad, "load"> {
  const merge = (
    flag: string,
    value: number | undefined,
    key: "min_batch_size" | "max_batch_size",
  ): Placed<number> | null =>
    value === undefined
      ? fromConfig<number>(config, key)
      : { value: flagNumber(flag, value, SEQUENCES), where: flag };
  const minBatch = merge("--min-batch-size", flags.minBatch, "min_batch_size");
  const maxBatch = merge("--max-batch-size", flags.maxBatch, "max_batch_size");
  if (minBatch && maxBatch && minBatch.value > maxBatch.value) {
    throw new InputError(
      minBatch.where,
      `the smallest batch ${minBatch.value} is above the largest, ${maxBatch.value} (${maxBatch.where}).`,
      "Give min_batch_size and max_batch_size, or their flags, so that the smallest is not above the largest.",
    );
  }
  return { minBatch: minBatch?.value ?? null, maxBatch: maxBatch?.value ?? null };
}
