import type { EngineSettings } from "../../engines/engine-settings.ts";
import type { GpuSpec } from "../../hardware/gpu-specs.ts";
import { externalShareGBytesPerSecond } from "../../hardware/instance.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { OperatingPoint, Phase } from "../../workload/workload.ts";
import {
  type LimitedBy,
  largestItem,
  type NextStage,
  type StageLines,
  type StageShape,
  type TimeBill,
} from "../cost-model.ts";
import { collectives } from "./collectives.ts";
import {
  type BatchSteps,
  continuousSteps,
  type ServedLengths,
  type ServingTerms,
  type StageServing,
  servedLengths,
  stageServing,
} from "./composition.ts";
import { type Hop, hopSeconds, insideHop, outsideHop } from "./hop.ts";
import type { GroupContext } from "./layer-time.ts";
import type { StageContent } from "./memory.ts";
import type { EngineParameters, Parameters } from "./parameters.ts";
import { effectiveRates, hasGgmlEnds } from "./rates.ts";
import { stageLines } from "./stage-lines.ts";
import { type StepTimes, stageSeconds, stepTimes } from "./stage-steps.ts";
import { cycleBill } from "./time-bill.ts";

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

/**
 * One TP group of an instance type at one operating point in a pipeline of so many stages: everything about its stages that
 * does not depend on which layers they hold. A message to a stage on the same instance goes over NVLink or PCIe, one to another
 * instance over the network share of the group's GPUs; the last stage sends none (hop.ts).
 */
export class GroupTimes {
  readonly phase: Phase;
  readonly steps: BatchSteps;
  readonly decode: StepTimes;
  readonly mixed: StepTimes;
  readonly termsByNext: Readonly<Record<NextStage, ServingTerms>>;
  readonly lengths: ServedLengths;
  private readonly context: GroupContext;
  /** By the layers per stage and what it sends to: reports ask again and again. */
  private readonly limits = new Map<string, LimitedBy>();
  /** Whether 4-bit weights of llama.cpp keep embedding and LM head in its own format. */
  private readonly isLlamaCpp4: boolean;
  /** Tokens served by a stage in one cycle, the pipeline's b/S requests of it: (b/S)·(s + o), of the phase's own tokens. */
  readonly tokensPerCycle: number;

  constructor(
    architecture: Architecture,
    gpu: GpuSpec,
    {
      instance,
      group,
      layout,
      pipelineStages: stages,
    }: Omit<StageShape, "startLayer" | "layers" | "next">,
    point: OperatingPoint,
    settings: EngineSettings,
    parameters: Parameters,
  ) {
    const { common } = parameters;
    this.context = {
      architecture,
      layout,
      rates: effectiveRates(gpu, architecture, settings.engine, parameters),
      // All GPUs of a rented instance are taken as busy: what other stages do there is not known to this one.
      collectives:
        layout.tp > 1
          ? collectives(
              gpu.link,
              gpu.link === "pcie3" || gpu.link === "pcie4" ? "host_bridge" : "peer",
              layout.tp,
              instance.gpuCount,
              group.gBytesPerSecond,
              common,
            )
          : null,
      parameters,
    };
    this.phase = point.phase;
    this.lengths = phaseLengths(point);
    const { inputTokens, outputTokens } = this.lengths;
    this.tokensPerCycle =
      (point.batch / stages) * ((point.phase === "decode" ? 0 : inputTokens) + outputTokens);
    const batch = microBatch(point.batch, stages);
    const steps = continuousSteps(this.lengths, batch, settings.maxBatchedTokens);
    this.steps =
      point.phase === "decode" ? { ...steps, decodeSteps: outputTokens, promptSteps: 0 } : steps;
    this.isLlamaCpp4 = hasGgmlEnds(settings.engine, architecture);
    this.decode = stepTimes(this.context, this.steps.decode, 1 / stages, this.isLlamaCpp4);
    this.mixed = stepTimes(this.context, this.steps.mixed, 1 / stages, this.isLlamaCpp4);
    const messages = (hop: Hop | null): ServingTerms => {
      const seconds = (tokens: number): number =>
        hop === null ? 0 : hopSeconds(hop, architecture.hidden, tokens);
      return {
        decodeHop: seconds(batch),
        promptHop: seconds(steps.promptTokens + steps.mixed.decodeTokens),
        bubble: pipelineLoss(parameters.engine, stages),
        running: point.batch,
        wave: common.waveRandom,
        waveExponent: common.waveExponent,
        queueWeight: common.queueWeight / stages,
        interference: common.prefillInterference,
      };
    };
    this.termsByNext = {
      same_instance: messages(insideHop(gpu, instance.insideGBytesPerSecond, common)),
      other_instance: messages(
        outsideHop(externalShareGBytesPerSecond(instance) * group.gpus, common),
      ),
      none: messages(null),
    };
  }

  /** What a stage with these layers takes when it sends to such a next one. */
  serving(content: StageContent, next: NextStage): StageServing {
    const serving = stageServing(
      this.steps,
      this.lengths,
      stageSeconds(this.decode, content),
      stageSeconds(this.mixed, content),
      this.termsByNext[next],
    );
    switch (this.phase) {
      case "prefill":
        return { ...serving, tpotSeconds: 0 };
      case "decode":
        return { ...serving, ttftSeconds: 0 };
      case "aggregated":
        return serving;
    }
  }

  /** Bounds on all stages of the group. */
  lines(withLatencies: boolean): StageLines {
    return stageLines(this, withLatencies);
  }

  /** What the busy time of a stage with these layers goes into. */
  timeBill(content: StageContent, next: NextStage): TimeBill {
    const { decode, mixed, decodeSteps, promptSteps } = this.steps;
    const { decodeHop, promptHop } = this.termsByNext[next];
    return cycleBill(
      this.context,
      [
        { load: decode, times: this.decode, steps: decodeSteps, hopSeconds: decodeHop },
        { load: mixed, times: this.mixed, steps: promptSteps, hopSeconds: promptHop },
      ],
      content,
      this.tokensPerCycle,
      this.isLlamaCpp4,
    );
  }

  /** What takes most of the stage's time over a cycle: the largest item of its bill. */
  limitedBy(content: StageContent, next: NextStage): LimitedBy {
    const key = `${content.layersOfKind.join(" ")} ${content.hasHead} ${next}`;
    let limit = this.limits.get(key);
    if (limit === undefined) {
      limit = largestItem(this.timeBill(content, next)).name;
      this.limits.set(key, limit);
    }
    return limit;
  }
}

/** Loss of a pipeline of S stages as a factor on its cycle: 1 + loss·(S − 1)/S. Fitted, see parameters. */
export function pipelineLoss(engine: EngineParameters, stages: number): number {
  return 1 + (engine.pipelineLoss * (stages - 1)) / stages;
}
