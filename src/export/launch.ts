import type { Layout } from "../model/layout.ts";
import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { RateService } from "../placement/rate-service.ts";
import type { LaunchPlan } from "./launch-plan.ts";
import type { LaunchSettings } from "./settings.ts";
import type { FormTraits } from "./targets.ts";

/** One file of an export. */
export interface LaunchFile {
  /** Name within the directory of the export. */
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

/** How launch files of an engine are written, and what is said beside them, whatever the target. */
export interface EngineWriter {
  /** The files of the engine alone, without an orchestrator. */
  readonly files: (launch: Launch) => LaunchFile[];
  /** A pattern of grep for the lines of its log on its KV cache. */
  readonly logPattern: string;
  /** Those lines, for a KV cache of so many tokens; what is not known of them is said. */
  readonly logLines: (tokens: number, maxModelLenTokens: number, plan: LaunchPlan) => string[];
  /** What the engine does in its own way, and a user has to know. */
  readonly notes: (plan: LaunchPlan, settings: LaunchSettings) => string[];
  /** Flags that are not set and may be wanted for a checkpoint. */
  readonly hints: (checkpoint: string) => string[];
}

/** Everything that launch files are written from. All stages have one TP degree. */
export interface Launch {
  readonly traits: FormTraits;
  readonly writer: EngineWriter;
  readonly problem: Problem;
  readonly placement: Placement;
  readonly metrics: Metrics;
  /** At a rate of requests what is so there and at capacity; `placement` and `metrics` are then those at the rate. Null without. */
  readonly service: RateService | null;
  readonly plan: LaunchPlan;
  /** Of every stage. */
  readonly layout: Layout;
  readonly settings: LaunchSettings;
  /** What the user has to know of the files. */
  readonly notes: readonly string[];
  /** The plan's stable name, see plan-id.ts. */
  readonly id: string;
  /** Container image of targets that have one; null: the target's own. */
  readonly image: string | null;
}

/** PP: stages of the pipeline. */
export function pipelineSize({ plan }: Pick<Launch, "plan">): number {
  return plan.layerPartition.length;
}

/** The layers of the stages as the engines' partition variables take them; null for one stage, which needs none. */
export function partitionText({ plan }: Pick<Launch, "plan">): string | null {
  return plan.layerPartition.length > 1 ? plan.layerPartition.join(",") : null;
}
