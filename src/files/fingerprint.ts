import { createHash } from "node:crypto";
import type { Problem } from "../placement/problem.ts";
import { runIdentity } from "../sweep/identity.ts";
import type { RunParameters } from "../sweep/run.ts";

/** Hash of everything that decides what a run says, 64 hexadecimal digits. */
export function runFingerprint(problem: Problem, run: RunParameters): string {
  return createHash("sha256")
    .update(stableText(runIdentity(problem, run)))
    .digest("hex");
}

/**
 * JSON with sorted keys, so that equal data gives equal text however the objects were built. Numbers that JSON does not
 * have (an infinite bandwidth inside a group of one GPU) are told apart by name.
 */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "number" && !Number.isFinite(item)) return { notFinite: String(item) };
    if (item === null || typeof item !== "object" || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
