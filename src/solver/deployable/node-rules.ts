import type { StageMetrics } from "../../placement/evaluation.ts";
import { type Placement, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { NodeRules } from "../request.ts";

/** How the nodes of one search look: one number of stages on each, and which types they may have. */
export interface NodeShape {
  /** k: stages on every node. */
  readonly stagesPerNode: number;
  /** Type of all nodes but the first, which may be of any type; null: every node may. */
  readonly restType: string | null;
  /** Every node uses all GPUs of its instance. */
  readonly wholeInstances: boolean;
  /** Nodes from this one on use their GPUs in the same order; null: in any. */
  readonly alikeFrom: 0 | 1 | null;
  /**
   * Whether the formulations place whole nodes, each with its k stages, instead of stages. That is enough where all GPUs of an
   * instance are alike, so that it does not matter which of them a stage has.
   */
  readonly placesNodes: boolean;
}

/** The types of a placement's nodes, in the order of their first stages. */
export function typesOfNodes({ stages }: Placement): string[] {
  const names = new Set(stages.map(({ gpu_type }) => gpu_type));
  return [...names].map((name) => parseInstanceName(name)!.typeName);
}

/** Whether nodes of these types, with so many stages together, may be of a shape. */
export function hasShape(
  types: readonly string[],
  stages: number,
  { stagesPerNode, restType }: NodeShape,
): boolean {
  return (
    types.length * stagesPerNode === stages &&
    (restType === null || types.slice(1).every((name) => name === restType))
  );
}

/** Where the stages of a placement stand. */
export interface UsedGpus {
  readonly stages: readonly Pick<StageMetrics, "instance" | "gpu_ids" | "tp_degree">[];
}

/** A node of a placement. */
interface UsedNode {
  readonly instance: string;
  readonly typeName: string;
  readonly index: number;
  /** Stages on the node, from 0, rising. */
  readonly stages: readonly number[];
  /** GPUs inside the instance, stage by stage. */
  readonly gpuIds: readonly number[];
}

function usedNodes({ stages }: UsedGpus): UsedNode[] {
  const names = [...new Set(stages.map(({ instance }) => instance))];
  return names.map((instance) => {
    const own = [...stages.keys()].filter((i) => stages[i]!.instance === instance);
    return {
      instance,
      ...parseInstanceName(instance)!,
      stages: own,
      gpuIds: own.flatMap((i) => stages[i]!.gpu_ids),
    };
  });
}

/** The first rule on nodes that an evaluated placement breaks, in words; null when it keeps them all. */
export function brokenNodeRule(
  { pool }: Problem,
  rules: NodeRules,
  placement: Placement,
  metrics: UsedGpus,
): string | null {
  const nodes = usedNodes(metrics);
  const { mostSequences } = rules;
  if (mostSequences !== null && placement.batch_size > mostSequences) {
    return `${placement.batch_size} sequences in flight, at most ${mostSequences}`;
  }
  const names = nodes.map(({ typeName }) => typeName);
  if (
    rules.typeGroups &&
    !rules.typeGroups.some((group) => names.every((n) => group.includes(n)))
  ) {
    return `${names.join(", ")} may not be used together`;
  }
  if (rules.rentedOnly) {
    const owned = nodes.find(
      (node) => node.index < (pool.byName.get(node.typeName)!.ownedCount ?? 0),
    );
    if (owned) return `${owned.instance} is owned`;
  }
  return rules.stagesPerNode === "any" ? null : brokenEquality(pool, rules, nodes, metrics);
}

function brokenEquality(
  pool: Problem["pool"],
  { stagesPerNode, nodeKinds, wholeInstances }: NodeRules,
  nodes: readonly UsedNode[],
  { stages }: UsedGpus,
): string | null {
  const [first] = nodes;
  if (new Set(stages.map(({ tp_degree }) => tp_degree)).size > 1) {
    return "TP degrees differ between stages";
  }
  const count = stagesPerNode === "one" ? 1 : first!.stages.length;
  const other = nodes.find((node) => node.stages.length !== count);
  if (other) return `${other.stages.length} stages on ${other.instance} instead of ${count}`;
  const torn = nodes.find((node) => node.stages.at(-1)! - node.stages[0]! >= count);
  if (torn) return `the stages of ${torn.instance} do not follow each other`;
  if (wholeInstances) {
    const part = nodes.find(
      ({ typeName, gpuIds }) => gpuIds.length < pool.byName.get(typeName)!.instance.gpuCount,
    );
    if (part) return `${part.instance} has idle GPUs`;
  }
  if (nodeKinds === "any") return null;
  const [like, ...rest] = nodeKinds === "one" ? nodes : nodes.slice(1);
  const kindOf = ({ typeName, gpuIds }: UsedNode): string =>
    wholeInstances ? `${typeName} ${gpuIds.join()}` : typeName;
  const unlike = rest.find((node) => kindOf(node) !== kindOf(like!));
  return unlike ? `${like!.instance} and ${unlike.instance} are not alike` : null;
}
