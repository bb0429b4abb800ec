import type { Command } from "commander";
import { KUBERNETES_KINDS } from "../../export/targets.ts";
import { DEPLOYABLE } from "./deployable.ts";
import { addOptions, choiceOption } from "./options.ts";

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
