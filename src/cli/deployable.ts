import { InputError } from "../errors.ts";
import {
  type ExportForm,
  type ExportTarget,
  formOf,
  type KubernetesKind,
} from "../export/targets.ts";

/** The flags that restrict a solve to what a target can start. */
export interface DeployableFlags {
  readonly deployable?: ExportTarget;
  readonly kind?: KubernetesKind;
}

/**
 * The form that an answer has to be exportable to; null for no restriction, and then a kind says nothing.
 * @throws InputError for a kind of a target without kinds
 */
export function deployableForm({ deployable, kind }: DeployableFlags): ExportForm | null {
  if (deployable === undefined) return null;
  if (kind !== undefined && deployable !== "kubernetes") {
    throw new InputError("--kind", `--deployable ${deployable} has no kinds.`, "Leave it out.");
  }
  return formOf(deployable, kind);
}
