import type { LaunchEngine } from "../engines/engines.ts";
import { InternalError } from "../errors.ts";
import type { Success } from "../placement/evaluation.ts";
import type { Problem } from "../placement/problem.ts";
import { rateService } from "../placement/rate-service.ts";
import { dynamoFiles } from "./dynamo.ts";
import { kserveFiles } from "./kserve.ts";
import type { EngineWriter, Launch, LaunchFile } from "./launch.ts";
import { planLaunch } from "./launch-plan.ts";
import { leaderWorkerSetFiles } from "./leader-worker-set.ts";
import { type ExportLimit, limitsOf } from "./limits.ts";
import { launchNotes } from "./notes.ts";
import { planId } from "./plan-id.ts";
import { rayFiles } from "./ray.ts";
import { type LaunchChoices, type LaunchSettings, launchSettings } from "./settings.ts";
import { SGLANG_WRITER } from "./sglang.ts";
import { skypilotFiles } from "./skypilot.ts";
import { type ClusterForm, type ExportForm, FORMS, isClusterForm } from "./targets.ts";
import { TENSORRT_LLM_WRITER } from "./tensorrt-llm.ts";
import { VLLM_WRITER } from "./vllm.ts";

/** What is to be written, and what the user chooses beside the placement. */
export interface ExportRequest extends LaunchChoices {
  readonly form: ExportForm;
  /** Container image in place of the target's own; null: that. */
  readonly image: string | null;
}

/** The files that start a placement, or everything that the target cannot say of it. */
export type Export =
  | {
      readonly status: "SUCCESS";
      readonly files: readonly LaunchFile[];
      /** The plan's stable name, which is in every file. */
      readonly planId: string;
      readonly settings: LaunchSettings;
      /** What the user has to know of the files. */
      readonly warnings: readonly string[];
    }
  | { readonly status: "NOT_EXPORTABLE"; readonly limits: readonly ExportLimit[] };

const ENGINE_WRITERS: Readonly<Record<LaunchEngine, EngineWriter>> = {
  vllm: VLLM_WRITER,
  sglang: SGLANG_WRITER,
  "tensorrt-llm": TENSORRT_LLM_WRITER,
};

const CLUSTER_WRITERS: Readonly<Record<ClusterForm, EngineWriter["files"]>> = {
  skypilot: skypilotFiles,
  leaderworkerset: leaderWorkerSetFiles,
  kserve: kserveFiles,
  dynamo: dynamoFiles,
  ray: rayFiles,
};

/**
 * Turns an evaluated placement into what starts it. Nothing is approximated: a placement that the target cannot express is refused
 * with all reasons.
 * @throws InputError for choices that contradict the plan
 */
export function exportPlacement(
  problem: Problem,
  evaluation: Success,
  { form, image, ...choices }: ExportRequest,
): Export {
  const service = rateService(problem, evaluation.placement);
  // What was bought is the rate: the batch that an answer was found with is one of the search.
  const { placement, metrics } = service?.atRate ?? evaluation;
  const limits = limitsOf(form, problem, placement);
  if (limits.length > 0) return { status: "NOT_EXPORTABLE", limits };
  const plan = planLaunch(problem, placement);
  if (plan.layout === null) {
    throw new InternalError("a placement with several TP degrees passed the limits of a target.");
  }
  const traits = FORMS[form];
  const settings = launchSettings(traits.engine, problem, placement, choices);
  const { checkpoint, checkpoint16Bit } = problem.model;
  const hasCheckpoint =
    choices.checkpoint !== null || [checkpoint, checkpoint16Bit].includes(settings.checkpoint);
  const writer = ENGINE_WRITERS[traits.engine];
  const planned = {
    traits,
    writer,
    problem,
    placement,
    metrics,
    service,
    plan,
    layout: plan.layout,
    settings,
    image,
  };
  const notes = launchNotes(planned, hasCheckpoint);
  const launch: Launch = { ...planned, notes, id: planId(planned) };
  const files = isClusterForm(form) ? CLUSTER_WRITERS[form](launch) : writer.files(launch);
  return { status: "SUCCESS", files, planId: launch.id, settings, warnings: notes };
}
