import type { EngineSettings } from "../../engines/engine-settings.ts";
import type { OperatingPoint, Phase } from "../../workload/workload.ts";
import {
  type BatchSteps,
  continuousSteps,
  requestsBefore,
  type ServedLengths,
  type ServingTerms,
  servedLengths,
} from "./composition.ts";
import type { EngineParameters, Parameters } from "./parameters.ts";
import { type StepOverhead, stepOverhead } from "./stage-steps.ts";

/** Lengths that a phase serves: prefill produces nothing, decode is handed its prompts. */
export function phaseLengths(point: OperatingPoint): ServedLengths {
  const lengths = servedLengths(
    point.inputTokens,
    point.phase === "prefill" ? 0 : Math.max(point.outputTokens, 1),
    point.inputMeanSquareTokens,
    point.phase === "prefill" ? 0 : point.outputMeanSquareTokens,
  );
  return lengths;
}

/** Micro-batch of each stage: b/S, at least one sequence. */
function microBatch(batch: number, stages: number): number {
  return Math.max(1, batch / stages);
}

/** Loss of a pipeline of S stages as a factor on its cycle: 1 + loss·(S − 1)/S. Fitted, see parameters. */
export function pipelineLoss(engine: EngineParameters, stages: number): number {
  return 1 + (engine.pipelineLoss * (stages - 1)) / stages;
}

/** One operating point in a pipeline of so many stages: everything about its stages that no machine changes. */
export class PipelineSteps {
  readonly phase: Phase;
  readonly lengths: ServedLengths;
  readonly steps: BatchSteps;
  readonly decodeOverhead: StepOverhead;
  readonly mixedOverhead: StepOverhead;
  readonly terms: ServingTerms;
  /** Tokens of a message to the next stage: one of each sequence, or those of a step with prompt tokens. */
  readonly decodeMessageTokens: number;
  readonly promptMessageTokens: number;
  /** Tokens served by a stage in one cycle, the pipeline's b/S requests of it: (b/S)·(s + o), of the phase's own tokens. */
  readonly tokensPerCycle: number;

  constructor(
    point: OperatingPoint,
    stages: number,
    { maxBatchedTokens }: EngineSettings,
    { common, engine }: Pick<Parameters, "common" | "engine">,
  ) {
    this.phase = point.phase;
    this.lengths = phaseLengths(point);
    const { inputTokens, outputTokens } = this.lengths;
    this.tokensPerCycle =
      (point.batch / stages) * ((point.phase === "decode" ? 0 : inputTokens) + outputTokens);
    const batch = microBatch(point.batch, stages);
    const steps = continuousSteps(this.lengths, batch, maxBatchedTokens);
    this.steps =
      point.phase === "decode" ? { ...steps, decodeSteps: outputTokens, promptSteps: 0 } : steps;
    this.decodeOverhead = stepOverhead(engine, steps.decode, 1 / stages);
    this.mixedOverhead = stepOverhead(engine, steps.mixed, 1 / stages);
    this.decodeMessageTokens = batch;
    this.promptMessageTokens = steps.promptTokens + steps.mixed.decodeTokens;
    this.terms = {
      bubble: pipelineLoss(engine, stages),
      running: point.batch,
      requestsBefore: requestsBefore(common.waveRandom, common.waveExponent, point.batch),
      queueWeight: common.queueWeight / stages,
      interference: common.prefillInterference,
    };
  }
}
