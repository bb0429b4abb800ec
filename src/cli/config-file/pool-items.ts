import { isSeq, type Node } from "yaml";
import type { z } from "zod";
import type { PoolItem } from "../../catalogue/pool-item.ts";
import { DEFAULT_MAX_COUNT } from "../../catalogue/pool-spec.ts";
import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { type ConfigDocument, type Entry, keyNode, nodeAt } from "./document.ts";
import { POOL_FIELDS, POOL_ITEM, poolFieldHelp } from "./pool-schema.ts";

/**
 * Reads `pool:`.
 * @param maxCount instances of each offer, where an item does not say it
 * @throws InputError with file, line and column
 */
export function readPoolItems(
  { node, where }: Entry,
  document: ConfigDocument,
  maxCount: number | undefined,
): readonly PoolItem[] {
  if (!isSeq(node) || node.items.length === 0) {
    throw new InputError(
      where,
      "it is not a list of instances.",
      "Give items such as - { gpus: [H100], max_count: 4 }.",
    );
  }
  return node.items.map((item, index) =>
    readItem(document.resolve(item), `pool[${index}]`, document, maxCount),
  );
}

function readItem(
  node: Node | null,
  name: string,
  document: ConfigDocument,
  maxCount: number | undefined,
): PoolItem {
  const where = `${document.placeOf(node)}, ${name}`;
  const parsed = POOL_ITEM.safeParse(document.valueOf(node));
  if (!parsed.success) throw issueError(parsed.error.issues[0]!, node, name, document);
  const { instance, gpus, providers, regions, price_kinds, max_count, usd_per_hour, owned } =
    parsed.data;
  if (instance !== undefined && gpus !== undefined) {
    throw new InputError(where, "it has both instance and gpus.", "Keep one of the two.");
  }
  if ([instance, gpus, providers, regions].every((condition) => condition === undefined)) {
    throw new InputError(
      where,
      "it does not select any instances.",
      "Give instance, gpus, providers or regions.",
    );
  }
  const most = max_count ?? maxCount ?? Math.max(DEFAULT_MAX_COUNT, owned ?? 0);
  if (owned !== undefined && owned > most) {
    throw new InputError(
      where,
      `${owned} of ${most} instances cannot be owned.`,
      "Raise max_count, or lower owned.",
    );
  }
  return {
    where,
    ...(instance !== undefined && { types: listOf(instance) }),
    ...(gpus !== undefined && { gpus: listOf(gpus) }),
    ...(providers !== undefined && { providers: listOf(providers) }),
    ...(regions !== undefined && { regions: listOf(regions) }),
    ...(price_kinds !== undefined && { kinds: listOf(price_kinds) }),
    maxCount: most,
    ...(usd_per_hour !== undefined && { usdPerHour: usd_per_hour }),
    ...(owned !== undefined && { ownedCount: owned }),
  };
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === "string" ? [value] : value;
}

/** What zod found, at the value it found it in. */
function issueError(
  issue: z.core.$ZodIssue,
  item: Node | null,
  name: string,
  document: ConfigDocument,
): InputError {
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return new InputError(
      `${document.placeOf(keyNode(item, key) ?? item)}, ${name}`,
      `unknown key "${key}".`,
      nearestHint(key, POOL_FIELDS),
    );
  }
  const [key] = issue.path.map(String);
  const value = key === undefined ? item : (nodeAt(item, issue.path) ?? item);
  const where = [`${document.placeOf(value)}, ${name}`, key].filter(Boolean).join(".");
  return new InputError(where, `it is invalid: ${lowerFirst(issue.message)}.`, hintOf(key));
}

function hintOf(key: string | undefined): string {
  const help = key === undefined ? undefined : poolFieldHelp(key);
  return help === undefined
    ? "Give a map such as { gpus: [H100], max_count: 4 }."
    : `Meaning: ${help}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
