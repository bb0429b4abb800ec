import { groupBy } from "../../lists.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { NodeRules, SolveRequest } from "../request.ts";
import type { BatchOptions } from "../stages/stage-options.ts";
import type { NodeShape } from "./node-rules.ts";

/** A part of the placements of a setting that is searched on its own. The parts together are all that a request allows. */
export interface Restriction {
  /** One degree for all stages; null: each its own. */
  readonly groupGpus: number | null;
  /** The classes that may be used. */
  readonly classes: readonly InstanceClass[];
  /** Numbers of stages, rising. */
  readonly stages: readonly number[];
  /** Null: stages stand wherever there is room. */
  readonly shape: NodeShape | null;
}

/**
 * The parts of a setting: one for each TP degree where it has to be the same everywhere and, by the rules on nodes, for each list of
 * types that may be used together, each number k of stages on a node and each type of all nodes (or of all but the first). What is
 * left of a rule within a part is a matter of counting: N = S / k nodes, one of them of another type at most.
 *
 * @param batch options of `classes`
 * @param stages numbers of stages, rising
 */
export function restrictions(
  batch: BatchOptions,
  classes: readonly InstanceClass[],
  stages: readonly number[],
  request: SolveRequest,
  isMatrix: boolean,
): Restriction[] {
  const { nodeRules } = request;
  const degrees: readonly (number | null)[] = request.uniformTp ? usedDegrees(batch) : [null];
  return degrees.flatMap((groupGpus) =>
    usableTogether(classes, nodeRules).flatMap((group) => {
      if (nodeRules === null || nodeRules.stagesPerNode === "any" || groupGpus === null) {
        return [{ groupGpus, classes: group, stages, shape: null }];
      }
      const able = classesWith(batch, group, groupGpus);
      const shapes = nodeShapes(able, groupGpus, stages, request, nodeRules, isMatrix);
      return shapes.flatMap((part): Restriction[] =>
        // Links of a matrix are decided class by class, which one node allows and several may not.
        isMatrix
          ? part.stages.map((number) => ({ ...part, groupGpus, stages: [number] }))
          : [{ ...part, groupGpus }],
      );
    }),
  );
}

function usedDegrees(batch: BatchOptions): number[] {
  const degrees = batch.candidates.flatMap(({ options }) =>
    options.map(({ groupGpus }) => groupGpus),
  );
  return [...new Set(degrees)].sort((a, b) => a - b);
}

function usableTogether(
  classes: readonly InstanceClass[],
  rules: NodeRules | null,
): readonly (readonly InstanceClass[])[] {
  if (!rules?.typeGroups) return [classes];
  return rules.typeGroups
    .map((names) => classes.filter(({ type }) => names.includes(type.instance.name)))
    .filter((group) => group.length > 0);
}

/** The classes that can carry a stage of a TP degree. */
function classesWith(
  batch: BatchOptions,
  group: readonly InstanceClass[],
  groupGpus: number,
): InstanceClass[] {
  const able = new Set(
    batch.candidates
      .filter(({ options }) => options.some((option) => option.groupGpus === groupGpus))
      .map(({ instanceClass }) => instanceClass),
  );
  return group.filter((instanceClass) => able.has(instanceClass));
}

function nodeShapes(
  classes: readonly InstanceClass[],
  groupGpus: number,
  stages: readonly number[],
  { noIdleGpus }: SolveRequest,
  { stagesPerNode, nodeKinds, wholeInstances }: NodeRules,
  isMatrix: boolean,
): Omit<Restriction, "groupGpus">[] {
  const mostGpus = Math.max(0, ...classes.map(({ type }) => type.instance.gpuCount));
  const most = stagesPerNode === "one" ? 1 : Math.floor(mostGpus / groupGpus);
  const parts: Omit<Restriction, "groupGpus">[] = [];
  for (let k = 1; k <= most; k++) {
    const numbers = stages.filter((number) => number % k === 0);
    const isFull = wholeInstances || noIdleGpus;
    const able = classes.filter(({ type: { instance } }) =>
      isFull ? instance.gpuCount === k * groupGpus : instance.gpuCount >= k * groupGpus,
    );
    if (numbers.length === 0 || able.length === 0) continue;
    const shape = { stagesPerNode: k, wholeInstances, placesNodes: !isMatrix };
    const types = [...new Set(able.map(({ type }) => type.instance.name))];
    if (nodeKinds === "any") {
      const free = { ...shape, restType: null, alikeFrom: null };
      parts.push({ classes: able, stages: numbers, shape: free });
    } else if (nodeKinds === "one") {
      for (const ofType of groupBy(able, ({ type }) => type.instance.name).values()) {
        parts.push({
          classes: ofType,
          stages: numbers,
          shape: { ...shape, restType: null, alikeFrom: wholeInstances ? 0 : null },
        });
      }
    } else {
      for (const [i, restType] of types.entries()) {
        parts.push({
          classes: able,
          // A single node has no others: one part is enough for it.
          stages: i === 0 ? numbers : numbers.filter((number) => number > k),
          shape: { ...shape, restType, alikeFrom: wholeInstances ? 1 : null },
        });
      }
    }
  }
  return parts.filter((part) => part.stages.length > 0);
}
