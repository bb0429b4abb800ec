import { InputError } from "../../errors.ts";
import {
  EXPORT_TARGETS,
  type ExportForm,
  type ExportTarget,
  formOf,
  type KubernetesKind,
} from "../../export/targets.ts";

/** What `--deployable` takes. */
export const DEPLOYABLE: readonly (ExportTarget | "none")[] = [...EXPORT_TARGETS, "none"];

/** The flags that restrict answers to what a target can start. */
export interface DeployableFlags {
  readonly deployable?: ExportTarget | "none";
  readonly kind?: KubernetesKind;
}

/**
 * The form that an answer has to be exportable to; null for no restriction, undefined where nothing is said, and then a kind says
 * nothing.
 * @throws InputError for a kind of a target without kinds
 */
export function deployableForm({
  deployable,
  kind,
}: DeployableFlags): ExportForm | null | undefined {
  if (deployable === undefined) return undefined;
  if (kind !== undefined && deployable !== "kubernetes") {
    throw new InputError("--kind", `--deployable ${deployable} has no kinds.`, "Leave it out.");
  }
  return deployable === "none" ? null : formOf(deployable, kind);
}
