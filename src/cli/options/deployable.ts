import type { Command } from "commander";
import { InputError } from "../../errors.ts";
import {
  EXPORT_TARGETS,
  type ExportForm,
  type ExportTarget,
  formOf,
  KUBERNETES_KINDS,
  type KubernetesKind,
} from "../../export/targets.ts";
import { addOptions, choiceOption } from "./options.ts";

/** What `--deployable` takes. */
const DEPLOYABLE: readonly (ExportTarget | "none")[] = [...EXPORT_TARGETS, "none"];

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

/** Adds the flags that say what answers have to be started by. */
export function addDeployableOptions(command: Command, words: string): Command {
  return addOptions(command, [
    choiceOption("--deployable <target>", `${words} (default: the engine's own launcher)`, {
      what: "a target",
      choices: DEPLOYABLE,
    }),
    choiceOption("--kind <name>", "resource of --deployable kubernetes", {
      what: "a kind",
      choices: KUBERNETES_KINDS,
      byDefault: KUBERNETES_KINDS[0],
    }),
  ]);
}
