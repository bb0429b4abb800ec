import { InputError } from "../errors.ts";
import {
  type ConfigFields,
  countOf,
  findField,
  flagOf,
  isText,
  isWhole,
  listByLayer,
  placeOfField,
  requiredCount,
} from "./config-fields.ts";
import type { Family } from "./families.ts";

/** Tokens that each layer's attention looks back at most, and what has to be said of it. */
export interface Windows {
  /** Null for all tokens; in the order of the layers. */
  readonly tokens: readonly (number | null)[];
  readonly notes: readonly string[];
}

/** What is known of a window before it is known which layers have it. */
interface Window {
  readonly tokens: number;
  readonly isChunk: boolean;
}

/**
 * The windows of all layers: as `layer_types` lists them, else by the family's rule.
 * @throws InputError for kinds of attention that are not modelled, and for windows that no rule assigns to layers
 */
export function windowsOfLayers(fields: ConfigFields, family: Family, layers: number): Windows {
  const none = { tokens: Array.from({ length: layers }, () => null), notes: [] };
  // Only Qwen has this switch, and there it is off where it is absent.
  if (!flagOf(fields, "use_sliding_window", family.windows !== "above")) return none;
  const window = windowOf(fields, family);
  const listed = listByLayer(fields, "layer_types", layers, isText, "a list of kinds of attention");
  if (listed !== null) {
    const has = listed.map((kind) => isWindowed(fields, kind));
    if (has.includes(true) && window === null) requiredCount(fields, "sliding_window");
    return windowed(fields, has, window);
  }
  if (window === null) return none;
  return windowed(fields, byRule(fields, family, layers), window);
}

function windowOf(fields: ConfigFields, family: Family): Window | null {
  if (family.windows === "chunked") {
    const chunk = countOf(fields, "attention_chunk_size");
    return chunk === null ? null : { tokens: chunk, isChunk: true };
  }
  const tokens = countOf(fields, "sliding_window", 0);
  return tokens === null || tokens === 0 ? null : { tokens, isChunk: false };
}

function windowed(fields: ConfigFields, has: readonly boolean[], window: Window | null): Windows {
  const context = countOf(fields, "max_position_embeddings");
  const isUsed = window !== null && has.includes(true);
  // A window as long as the longest context shuts nothing out.
  if (!isUsed || (context !== null && window.tokens >= context)) {
    return { tokens: has.map(() => null), notes: [] };
  }
  return {
    tokens: has.map((isWindowed) => (isWindowed ? window.tokens : null)),
    notes: window.isChunk
      ? [
          `${placeOfField(fields, "attention_chunk_size")}: attention in chunks of ${window.tokens} tokens is modelled as a window of the same size, which never needs less work or memory.`,
        ]
      : [],
  };
}

function isWindowed(fields: ConfigFields, kind: string): boolean {
  if (kind === "full_attention") return false;
  if (kind === "sliding_attention" || kind === "chunked_attention") return true;
  throw new InputError(
    placeOfField(fields, "layer_types"),
    `it names layers of ${kind}, which is not modelled.`,
    "Only full_attention, sliding_attention and chunked_attention are.",
  );
}

/** Which layers have a window, by the family's rule. */
function byRule(fields: ConfigFields, family: Family, layers: number): boolean[] {
  const each = (has: (layer: number) => boolean): boolean[] =>
    Array.from({ length: layers }, (_, index) => has(index + 1));
  switch (family.windows) {
    case "all":
      return each(() => true);
    case "even":
      return each((layer) => layer % 2 === 1);
    case "above": {
      // Qwen: the first max_window_layers layers look back all the way.
      const full =
        countOf(fields, "max_window_layers", 0) ?? missingRule(fields, "max_window_layers");
      return each((layer) => layer > full);
    }
    case "pattern": {
      const every = countOf(fields, ["sliding_window_pattern", "_sliding_window_pattern"]);
      const pattern = every ?? missingRule(fields, "sliding_window_pattern");
      return each((layer) => layer % pattern !== 0);
    }
    case "chunked":
      return chunkedLayers(fields, layers);
    default:
      return missingRule(fields, "layer_types");
  }
}

/** Llama 4: layers with rotary embedding (1 in no_rope_layers) are chunked; absent or empty, all but every nth. */
function chunkedLayers(fields: ConfigFields, layers: number): boolean[] {
  const found = findField(fields, "no_rope_layers");
  if (found !== null && !(Array.isArray(found.value) && found.value.length === 0)) {
    const list = listByLayer(fields, "no_rope_layers", layers, isWhole, "a list of 0 and 1")!;
    return list.map((hasRope) => hasRope > 0);
  }
  const every = requiredCount(fields, "no_rope_layer_interval");
  return Array.from({ length: layers }, (_, index) => (index + 1) % every !== 0);
}

function missingRule(fields: ConfigFields, field: string): never {
  throw new InputError(
    placeOfField(fields, field),
    `it is missing: which layers have the sliding_window of ${countOf(fields, "sliding_window")} tokens is not given.`,
    "Add it, or remove sliding_window.",
  );
}
