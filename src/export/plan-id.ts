import { textHash } from "../hash.ts";
import { layerCount } from "../model/model.ts";
import { toFile } from "../problem-file/keys.ts";
import type { Launch } from "./launch.ts";
import { shellQuote, variable } from "./shell.ts";

/** Digits of an id: enough to tell plans of one deployment apart. */
const DIGITS = 12;

/** A stable name of what is launched: the same plan for the same target has the same, another has another. */
export function planId({
  traits,
  problem,
  placement,
  settings,
  image,
}: Omit<Launch, "id" | "notes">): string {
  const { model } = problem;
  // Of the model, what is loaded (in the settings): a name in the plan changes no command.
  const plan = [traits.title, layerCount(model), placement, settings, image];
  return textHash(JSON.stringify(toFile(plan))).slice(0, DIGITS);
}

/** First and number of the ports that plans choose from: below those that systems give to programs by themselves. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** A port of the plan's own for its nodes to meet: nodes of another plan wait at another one. */
export function planPort({ id }: Pick<Launch, "id">): number {
  return FIRST_PORT + (Number.parseInt(id.slice(0, 8), 16) % PORTS);
}

/** Lines of a script that print the plan and stop where the caller expects another one (PLAN_ID). */
export function planIdLines({ id }: Pick<Launch, "id">, what: string): string[] {
  return [
    `plan_id=${shellQuote(id)}`,
    `if [ "\${PLAN_ID:-\${plan_id}}" != ${variable("plan_id")} ]; then`,
    `  echo "this script is from plan \${plan_id}, not \${PLAN_ID}: export all nodes again" >&2`,
    "  exit 1",
    "fi",
    `echo "llm-placement plan \${plan_id}: ${what}" >&2`,
  ];
}
