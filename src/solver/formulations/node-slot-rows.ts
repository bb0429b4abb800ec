import { groupBy } from "../../lists.ts";
import { type Builder, ones } from "../../milp/builder.ts";
import type { NodeShape } from "../deployable/node-rules.ts";
import type { ConcreteGroup } from "./concrete-groups.ts";
import { groupsByInstance } from "./group-rows.ts";

/**
 * Rows of the slot formulation for nodes: slots n·k to n·k + k − 1 are those of node n. That an instance holds k stages or none
 * is a row of its own (`RentalRules.stagesPerInstance`).
 *
 *   stages of a node on one instance h:       X_sh = X_{s+1,h} for slots s, s + 1 of one node
 *   nodes but the first are of one type:      x_su = 0 for s ≥ k and u of another type
 *   nodes use their GPUs in the same order:   Σ {x_su : GPUs of u = G} = Σ {x_{s+k,u} : GPUs of u = G}
 */
export function addNodeSlots(
  build: Builder,
  groups: readonly ConcreteGroup[],
  x: readonly (readonly number[])[],
  { stagesPerNode: k, restType, alikeFrom }: NodeShape,
): void {
  const instances = groupsByInstance(groups);
  const others = groups.flatMap((group, u) => (isOfType(group, restType) ? [] : [u]));
  const byGpus = groupBy(groups.keys(), (u) => groups[u]!.gpuIds.join("_"));
  const equal = (name: string, a: readonly number[], b: readonly number[]): void =>
    build.row(name, 0, 0, [...ones(a), ...b.map((column) => ({ column, coefficient: -1 }))]);
  const at = (slot: number, members: readonly number[]): number[] =>
    members.map((u) => x[slot]![u]!);
  for (let s = 0; s < x.length; s++) {
    if ((s + 1) % k !== 0) {
      for (const { label, members } of instances) {
        equal(`node.s${s}.${label}`, at(s, members), at(s + 1, members));
      }
    }
    if (s >= k && others.length > 0) build.row(`rest_type.s${s}`, 0, 0, ones(at(s, others)));
    if (alikeFrom !== null && s >= alikeFrom * k && s + k < x.length) {
      for (const [gpus, members] of byGpus) {
        equal(`alike.s${s}.g${gpus}`, at(s, members), at(s + k, members));
      }
    }
  }
}

/**
 * An instance of another type than the rest is the first node: it has no start behind the first layer without one there.
 *
 *   X_hp ≤ X_h0
 *
 * @param columns columns[before][group]
 */
export function addFirstNode(
  build: Builder,
  groups: readonly ConcreteGroup[],
  columns: readonly (readonly (readonly number[])[])[],
  { restType }: NodeShape,
): void {
  for (const { group, label, members } of groupsByInstance(groups)) {
    if (isOfType(group, restType)) continue;
    const first = members.flatMap((u) => columns[0]![u]!);
    for (let before = 1; before < columns.length; before++) {
      const here = members.flatMap((u) => columns[before]![u]!);
      if (here.length === 0) continue;
      build.row(`first_node.a${before}.${label}`, Number.NEGATIVE_INFINITY, 0, [
        ...ones(here),
        ...first.map((column) => ({ column, coefficient: -1 })),
      ]);
    }
  }
}

function isOfType({ instanceClass }: ConcreteGroup, restType: string | null): boolean {
  return restType === null || instanceClass.type.instance.name === restType;
}
