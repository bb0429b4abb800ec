import { collectives } from "../cost/calibrated/collectives.ts";
import {
  continuousSteps,
  decodeLoad,
  requestsBefore,
  type ServingTerms,
  type StageServing,
  servedLengths,
  stageServing,
  staticSteps,
} from "../cost/calibrated/composition.ts";
import { gpuMemory } from "../cost/calibrated/gpu-memory.ts";
import { hopSeconds, insideHop, outsideHop } from "../cost/calibrated/hop.ts";
import type { StepLoad } from "../cost/calibrated/layer-time.ts";
import { type GroupKernels, groupKernels } from "../cost/calibrated/layer-work.ts";
import {
  kvSpaceBytes,
  type StageContent,
  sequenceKvBytes,
  stageActivations,
  stageWeights,
} from "../cost/calibrated/memory.ts";
import type { Parameters, ParameterValues } from "../cost/calibrated/parameters.ts";
import { pipelineLoss } from "../cost/calibrated/pipeline-steps.ts";
import { effectiveRates, hasGgmlEnds } from "../cost/calibrated/rates.ts";
import { resolveParameters } from "../cost/calibrated/resolve-parameters.ts";
import { StepTimes, stageSeconds, stepOverhead } from "../cost/calibrated/stage-steps.ts";
import { ENGINE_TABLE } from "../engines/engines.ts";
import { tpLayout } from "../model/layout.ts";
import type { RowPlan } from "./plan-row.ts";

/** What the model says of a row; NaN where the row's kind has no such figure. */
export interface RowPrediction {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly requestsPerSecond: number;
  /** Sequences that the KV cache of a replica holds at once. */
  readonly kvSequences: number;
}

const NOTHING: RowPrediction = {
  ttftSeconds: Number.NaN,
  tpotSeconds: Number.NaN,
  requestsPerSecond: Number.NaN,
  kvSequences: Number.NaN,
};

const CHUNK_TOKENS = 8192;
/** What runs used that do not say: vLLM's default, and what NVIDIA's published runs of TensorRT-LLM were started with. */
const MEMORY_UTILIZATION = { share_of_total: 0.9, share_of_free: 0.95 };
const MAX_SEQUENCES = 256;
/** Most tokens of a step, as far as memory is set aside for them. */
const MEMORY_TOKENS = { share_of_total: CHUNK_TOKENS, share_of_free: 2048 };
/** Where the weights hardly fit, engines still admit a little: least share of memory left for KV cache. */
const LEAST_KV_SHARE = 0.004;

/** Predicts a row. Throughput is that of the whole deployment (all replicas). */
export function predictRow(plan: RowPlan, values: ParameterValues): RowPrediction {
  return predictWith(plan, resolveParameters(values, plan.gpu, plan.profile));
}

/** The same with the parameters of the row's GPU and engine. */
export function predictWith(plan: RowPlan, parameters: Parameters): RowPrediction {
  const row = new RowModel(plan, parameters);
  switch (plan.kind) {
    case "prefill":
      return { ...NOTHING, ttftSeconds: row.promptSeconds() };
    case "decode":
      return { ...NOTHING, tpotSeconds: row.tokenSeconds() };
    case "offline_e2e":
    case "online_e2e":
      return row.serving();
  }
}

/** A finite open-loop run on one replica. */
interface ArrivalRun {
  readonly arrivalsPerSecond: number;
  readonly requests: number;
  /** Sequences that run at once. */
  readonly slots: number;
  /** From start to end of one request. */
  readonly residenceSeconds: number;
  readonly servedPerSecond: number;
}

/**
 * Mean wait for a slot when requests arrive whatever the server does: the i-th arrives at i/λ; the first ones find a slot, the others
 * start at R + (i − slots)/X, when one is free again: mean over i of max(0, R + (i − slots)/X − i/λ).
 */
function arrivalWaitSeconds(run: ArrivalRun): number {
  let total = 0;
  for (let i = Math.floor(run.slots) + 1; i <= run.requests; i++) {
    const starts = run.residenceSeconds + (i - run.slots) / run.servedPerSecond;
    total += Math.max(0, starts - i / run.arrivalsPerSecond);
  }
  return total / run.requests;
}

/** A row's deployment: an even split, whose last stage holds the LM head. */
class RowModel {
  private readonly kernels: GroupKernels;
  private readonly ordinary: StageContent;
  private readonly last: StageContent;

  constructor(
    private readonly plan: RowPlan,
    private readonly parameters: Parameters,
  ) {
    const { architecture, gpu, profile, tpDegree, pipelineStages } = plan;
    const layersOfKind = architecture.kinds.map(() => 0);
    for (const kind of architecture.kindOf) {
      layersOfKind[kind] = layersOfKind[kind]! + 1 / pipelineStages;
    }
    this.ordinary = { layersOfKind, hasEmbedding: true, hasHead: false };
    this.last = { layersOfKind, hasEmbedding: pipelineStages === 1, hasHead: true };
    const busyGpus = plan.crossesNodes ? tpDegree : tpDegree * pipelineStages * plan.replicas;
    this.kernels = groupKernels(
      {
        architecture,
        layout: tpLayout(tpDegree),
        rates: effectiveRates(gpu, architecture, profile, parameters),
        collectives:
          tpDegree > 1
            ? collectives(
                gpu.link,
                plan.hostBridge ? "host_bridge" : "peer",
                tpDegree,
                busyGpus,
                Number.POSITIVE_INFINITY,
                parameters.common,
              )
            : null,
        parameters,
      },
      hasGgmlEnds(profile, architecture),
    );
  }

  /** Time of one prompt, seconds: all stages in turn; llama.cpp sends chunks of it through them one after the other. */
  promptSeconds(): number {
    const { plan, parameters } = this;
    const { engine, common } = parameters;
    const { inputTokens: S, pipelineStages: count } = plan;
    const tokens = S * (plan.batch ?? 1);
    const { promptChunkTokens = tokens } = ENGINE_TABLE[plan.profile];
    const chunk = Math.min(tokens, promptChunkTokens);
    const once = this.pass({
      decodeTokens: 0,
      contextTokens: 0,
      promptTokens: chunk,
      promptLength: S,
      logitSequences: chunk / S,
    });
    const passes = (tokens / chunk + count - 1) / count;
    const server = plan.served ? engine.httpMs * 1e-3 + common.tokenizeUs * 1e-6 * S : 0;
    return once * passes + (count - 1) * this.hop(chunk) + engine.promptMs * 1e-3 + server;
  }

  /** Time between two tokens of a decode row, seconds: a step, and a share of the prompts that ran beside it. */
  tokenSeconds(): number {
    const step = this.decodeSeconds();
    if (!this.plan.sharesPrompts) return step;
    const withPrompts = this.serving().tpotSeconds;
    return step + this.parameters.common.cachedPromptShare * Math.max(0, withPrompts - step);
  }

  /** One decode step through all stages, seconds. */
  private decodeSeconds(): number {
    const { inputTokens, outputTokens, pipelineStages } = this.plan;
    const batch = this.plan.batch!;
    const lengths = servedLengths(inputTokens, outputTokens);
    return this.pass(decodeLoad(lengths, batch)) + (pipelineStages - 1) * this.hop(batch);
  }

  /** Sequences that the KV cache of the tightest stage holds: space ÷ bytes of S + φ·O tokens. */
  private kvSequences(): number {
    const { plan } = this;
    const { gpu, architecture, tpDegree } = plan;
    const traits = ENGINE_TABLE[plan.profile];
    const memory = gpuMemory(architecture, gpu, tpLayout(tpDegree), {
      traits,
      utilization: plan.memoryUtilization ?? MEMORY_UTILIZATION[traits.memoryRule],
      maxBatchedTokens: MEMORY_TOKENS[traits.memoryRule],
    });
    const share =
      traits.memoryRule === "share_of_free" ? 1 : this.parameters.common.pagedOutputShare;
    const tokens = plan.inputTokens + share * plan.outputTokens;
    const holds = (content: StageContent): number => {
      const kvSpace = kvSpaceBytes(
        memory,
        stageWeights(memory, content),
        stageActivations(memory, content, MAX_SEQUENCES),
      );
      const least = LEAST_KV_SHARE * gpu.usableMemoryGib * 1024 ** 3;
      return Math.max(kvSpace, least) / sequenceKvBytes(architecture, content, tpDegree, tokens);
    };
    return Math.min(...this.stages().map(([content]) => holds(content)));
  }

  /** Throughput and latencies of a run that serves many requests. */
  serving(): RowPrediction {
    const { plan } = this;
    const { engine, common } = this.parameters;
    const { inputTokens: S, outputTokens: O, pipelineStages: count, requests } = plan;
    const lengths = servedLengths(S, O);
    const kvSequences = this.kvSequences();
    const wanted = plan.batch ?? common.schedulerCap;
    const running = Math.max(1, Math.min(wanted, requests ?? wanted, kvSequences));
    const isMicroBatched = count > 1 && !plan.staticBatch;
    const micro = isMicroBatched ? Math.max(1, running / count) : running;
    const chunkTokens = ENGINE_TABLE[plan.profile].chunked
      ? CHUNK_TOKENS
      : Math.max(CHUNK_TOKENS, S);
    const steps = plan.staticBatch
      ? staticSteps(lengths, micro)
      : continuousSteps(lengths, micro, chunkTokens);
    const bubble = isMicroBatched ? pipelineLoss(engine, count) : 1;
    const decodeTimes = this.times(steps.decode);
    const mixedTimes = this.times(steps.mixed);
    const terms: ServingTerms = {
      bubble,
      running,
      requestsBefore: requestsBefore(this.wave(), common.waveExponent, running),
      queueWeight: common.queueWeight / count,
      interference: plan.burst ? common.burstInterference : common.prefillInterference,
    };
    const stages = this.stages().map(([content, copies]) => ({
      copies,
      ...stageServing(steps, lengths, terms, {
        decode: stageSeconds(decodeTimes, content),
        mixed: stageSeconds(mixedTimes, content),
        // The last stage sends to no other one.
        decodeHop: content === this.last ? 0 : this.hop(micro),
        promptHop:
          content === this.last ? 0 : this.hop(steps.promptTokens + steps.mixed.decodeTokens),
      }),
    }));
    const sum = (secondsOf: (stage: StageServing) => number): number =>
      stages.reduce((total, stage) => total + stage.copies * secondsOf(stage), 0);
    const cycle = isMicroBatched
      ? count * Math.max(...stages.map(({ cycleSeconds }) => cycleSeconds)) * bubble
      : sum(({ cycleSeconds }) => cycleSeconds);
    const inFlight = isMicroBatched ? Math.min(running, micro * count) : running;
    const drain =
      requests !== null && running < requests ? 1 + (common.drainTail * running) / requests : 1;
    const requestsPerSecond = (inFlight / cycle / drain) * plan.replicas;
    const tpotSeconds = sum((stage) => stage.tpotSeconds);
    let ttftSeconds =
      engine.httpMs * 1e-3 + common.tokenizeUs * 1e-6 * S + sum((stage) => stage.ttftSeconds);
    if (plan.arrivalsPerSecond !== null && requests !== null) {
      ttftSeconds += arrivalWaitSeconds({
        arrivalsPerSecond: plan.arrivalsPerSecond / plan.replicas,
        requests,
        slots: Math.min(plan.maxSequences ?? MAX_SEQUENCES, kvSequences),
        residenceSeconds: ttftSeconds + O * tpotSeconds,
        servedPerSecond: requestsPerSecond / plan.replicas,
      });
    } else if (wanted > running) {
      ttftSeconds += (wanted / running - 1) * O * tpotSeconds;
    }
    return { ttftSeconds, tpotSeconds, requestsPerSecond, kvSequences };
  }

  private wave(): number {
    const { burst, lengths } = this.plan;
    const { waveBurst, waveRandom, waveFixed } = this.parameters.common;
    if (burst) return waveBurst;
    return lengths === "random" ? waveRandom : waveFixed;
  }

  /** Kinds of stages and how many there are of each. */
  private stages(): readonly (readonly [StageContent, number])[] {
    const { pipelineStages } = this.plan;
    return pipelineStages === 1
      ? [[this.last, 1]]
      : [
          [this.ordinary, pipelineStages - 1],
          [this.last, 1],
        ];
  }

  private times(load: StepLoad): StepTimes {
    const { engine } = this.parameters;
    const overhead = stepOverhead(engine, load, 1 / this.plan.pipelineStages);
    return new StepTimes(this.kernels, load, overhead);
  }

  /** One step through all stages, seconds. */
  private pass(load: StepLoad): number {
    const times = this.times(load);
    return this.stages().reduce(
      (total, [content, copies]) => total + copies * stageSeconds(times, content),
      0,
    );
  }

  /** Time of a message of so many tokens from a stage to the next, seconds; 0 in a pipeline of one. */
  private hop(tokens: number): number {
    const { architecture, gpu, crossesNodes, ethernetGbits, pipelineStages } = this.plan;
    const { common } = this.parameters;
    if (pipelineStages === 1) return 0;
    const hop = crossesNodes
      ? outsideHop((ethernetGbits ?? 100) / 8, common)
      : insideHop(gpu, Number.POSITIVE_INFINITY, common);
    return hopSeconds(hop, architecture.hidden, tokens);
  }
}
