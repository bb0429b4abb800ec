/** What a solve is asked for. */
export const OBJECTIVES = ["cost-per-token", "throughput", "cost", "weighted"] as const;
export type ObjectiveName = (typeof OBJECTIVES)[number];

/** What the types of a pool can be grouped by. */
export const GROUPINGS = ["provider", "region", "gpu", "price-kind"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What the program that starts a pipeline can say of its nodes. A node is an instance with the stages that stand on it. */
export interface NodeRules {
  /**
   * equal: one TP degree, equally many stages on every node, and the stages of a node follow each other; one: besides, a single
   * stage on every node; any: whatever the instances have room for.
   */
  readonly stagesPerNode: "any" | "equal" | "one";
  /** How nodes may differ in their type: not at all, the first from the others, or freely. Needs nodes with equal stages. */
  readonly nodeKinds: "one" | "first_and_rest" | "any";
  /** A node has all GPUs of its instance in use, and nodes of a kind use them in the same order. Needs equal stages. */
  readonly wholeInstances: boolean;
  /** Lists of types, by name, of which a placement uses one only; null: any of the pool. */
  readonly typeGroups: readonly (readonly string[])[] | null;
  /** Owned instances are not used. */
  readonly rentedOnly: boolean;
  /** Most sequences in flight; null: any number. */
  readonly mostSequences: number | null;
}

/**
 * Free coefficients of the weighted objective: maximise perTokensPerSecond · T − perUsdPerHour · C − perLink · X, with T in tokens/s, C in
 * USD per hour and X the links between instances. None is below 0. Prices of instances are those of the pool, whatever they mean.
 */
export interface LinearObjective {
  readonly perTokensPerSecond: number;
  readonly perUsdPerHour: number;
  readonly perLink: number;
}

/** Choices of one solve; limits, rules and workload come from the problem. */
export interface SolveRequest {
  readonly objective: ObjectiveName;
  /** w of the weighted objective, 0 to 1; null takes the problem's. */
  readonly weight: number | null;
  /** Coefficients of the weighted objective, in place of a weight and the problem's normalizations; null: none. */
  readonly linear: LinearObjective | null;
  /** TP degrees that may be used, up to the GPUs of each instance. */
  readonly tpDegrees: readonly number[];
  /** Largest TP degree of an instance type, by name. */
  readonly maxTpByType: ReadonlyMap<string, number>;
  /** The only instance types that may be used, by name; null: all of the pool. */
  readonly includeTypes: readonly string[] | null;
  /** Instance types that may not be used, by name. */
  readonly excludeTypes: readonly string[];
  /** Every GPU of a rented instance has to be used (the founding program's rule). */
  readonly noIdleGpus: boolean;
  /** At most this many instance types; null: any number. */
  readonly maxInstanceTypes: number | null;
  /** At most this many instances; null: any number. */
  readonly maxInstances: number | null;
  /** At most this many stages on a type, by name. */
  readonly maxStagesByType: ReadonlyMap<string, number>;
  /** At most this many rented instances of a type, by name; owned ones do not count. The pool stays as it is. */
  readonly maxRentedByType: ReadonlyMap<string, number>;
  /** At most this many stages; null: as many as the problem's rules allow. The sizes that stages may have stay as they are. */
  readonly mostStages: number | null;
  /** At most this many GPUs in use, over all stages; null: any number. */
  readonly mostGpusInUse: number | null;
  /** One TP degree for all stages. */
  readonly uniformTp: boolean;
  /** Allowed |objective − bound| / |objective|; 0 is exact. */
  readonly gap: number;
  /**
   * How much worse than the optimum, per cent of its value, the answer may be for being simpler: fewest stages, then fewest
   * instance types, then one TP degree. 0: the optimum.
   */
  readonly preferSimplePercent: number;
  /** Also find the best placement of each group of instance types; null: no. */
  readonly by: Grouping | null;
  /** Also return every non-dominated (cost per hour, tokens/s) pair. */
  readonly frontier: boolean;
  /** Also say what would change the answer. */
  readonly explain: boolean;
  /** Links between instances slower than this share (0 to 1) of all links between instances are not used; null: off. */
  readonly bandwidthPercentile: number | null;
  /** What can be said of nodes where the pipeline is started; null: anything. Equal stages on all nodes need `uniformTp`. */
  readonly nodeRules: NodeRules | null;
}

/** The founding program's TP degrees. */
export const DEFAULT_TP_DEGREES: readonly number[] = [1, 2, 4, 8];

export const DEFAULT_REQUEST: SolveRequest = {
  objective: "cost-per-token",
  weight: null,
  linear: null,
  tpDegrees: DEFAULT_TP_DEGREES,
  maxTpByType: new Map(),
  includeTypes: null,
  excludeTypes: [],
  noIdleGpus: false,
  maxInstanceTypes: null,
  maxInstances: null,
  maxStagesByType: new Map(),
  maxRentedByType: new Map(),
  mostStages: null,
  mostGpusInUse: null,
  uniformTp: false,
  preferSimplePercent: 0,
  by: null,
  gap: 0,
  frontier: false,
  explain: false,
  bandwidthPercentile: null,
  nodeRules: null,
};
