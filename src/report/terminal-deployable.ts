import type { Problem } from "../placement/problem.ts";
import type { Answer, NoAnswer } from "../solver/solution.ts";
import type { Colours } from "./colours.ts";
import { percent, plural } from "./format.ts";
import { wrap } from "./layout.ts";
import { objectiveText } from "./objective-text.ts";
import { placementText } from "./placement-text.ts";

const PER_CENT = 100;

/** Whether an answer can be started by the target it was restricted to, and what that costs; empty without a restriction. */
export function renderDeployable({ pool }: Problem, answer: Answer, colours: Colours): string {
  const { deployable } = answer;
  if (!deployable) return "";
  const {
    title,
    refused,
    status_without,
    objective_without,
    cost_of_restriction_percent,
    placement_without,
  } = deployable;
  if (refused !== null) {
    return wrap(
      `${colours.bold(`Deployable with ${title}: no`)} (any shape is allowed): ${refused}`,
    );
  }
  const head = `${colours.bold(`Deployable with ${title}: yes`)}, ${nodeText(answer)}.`;
  if (status_without === null) return wrap(head);
  if (objective_without === null) {
    return wrap(`${head} What the restriction costs is unknown: the search stopped.`);
  }
  if (placement_without === null) {
    return wrap(`${head} The restriction costs nothing: no placement in the pool is better.`);
  }
  const cost =
    cost_of_restriction_percent === null
      ? ""
      : `, so it costs ${percent(cost_of_restriction_percent / PER_CENT)}`;
  return wrap(
    `${head} Without that restriction: ${objectiveText(answer, objective_without)}${cost} (${placementText(pool, placement_without)}).`,
  );
}

/** The placement that there is without the restriction, where it leaves nothing; empty where there is none. */
export function renderWithoutRestriction({ pool }: Problem, { deployable }: NoAnswer): string {
  const placement = deployable?.placement_without ?? null;
  if (!deployable || placement === null) return "";
  return wrap(
    `Best placement without the restriction to ${deployable.title}: ${placementText(pool, placement)}.`,
  );
}

function nodeText({ placement: { stages }, metrics: { num_instances } }: Answer): string {
  const degrees = [...new Set(stages.map(({ tp_degree }) => tp_degree))];
  const tp = `TP ${degrees.join(" and ")}`;
  const nodes = plural(num_instances, "node");
  const each = stages.length / num_instances;
  if (!Number.isInteger(each)) return `${plural(stages.length, "stage")} of ${tp} on ${nodes}`;
  return `${nodes} with ${plural(each, "stage")} of ${tp}${num_instances > 1 ? " each" : ""}`;
}
