import type { StepLoad } from "./layer-time.ts";

/** What is served, in means over requests. */
export interface ServedLengths {
  /** S: mean input tokens. */
  readonly inputTokens: number;
  /** O: mean output tokens. */
  readonly outputTokens: number;
  /** Mean over decode steps of the tokens that a sequence has behind it: E[S] + E[O²]/(2·E[O]). */
  readonly contextTokens: number;
  /** Mean length of the prompt that a prompt token belongs to: E[S²]/E[S]. */
  readonly promptLength: number;
}

/** Moments of lengths that may spread; a missing mean square stands for fixed lengths. */
export function servedLengths(
  inputTokens: number,
  outputTokens: number,
  inputMeanSquareTokens: number = inputTokens ** 2,
  outputMeanSquareTokens: number = outputTokens ** 2,
): ServedLengths {
  const growth = outputTokens > 0 ? outputMeanSquareTokens / (2 * outputTokens) : 0;
  return {
    inputTokens,
    outputTokens,
    contextTokens: inputTokens + growth,
    promptLength: inputTokens > 0 ? inputMeanSquareTokens / inputTokens : 1,
  };
}

/** The two kinds of steps that serve a batch, and how often each occurs while every request of it is served once. */
export interface BatchSteps {
  /** D: only decodes. */
  readonly decode: StepLoad;
  /** M: carries prompt tokens as well. */
  readonly mixed: StepLoad;
  readonly decodeSteps: number;
  /** n_pf. */
  readonly promptSteps: number;
  /** Mp: prompt tokens of a mixed step. */
  readonly promptTokens: number;
}

/**
 * Continuous batching of `batch` sequences.
 *
 *   Mp = n·min(S, chunk), n = clip(b/O, 1, chunk/S) requests whose prompts share a step;  n_pf = b·S/Mp such steps
 *   busy time of a stage: c = max(O − n_pf, 0)·D + n_pf·M
 *
 * D decodes b sequences; M carries Mp prompt tokens and b of them, or O·Mp/S when prompts take all steps (n_pf > O).
 * @param chunkTokens most prompt tokens of a step
 */
export function continuousSteps(
  lengths: ServedLengths,
  batch: number,
  chunkTokens: number,
): BatchSteps {
  const { inputTokens: S, outputTokens: O } = lengths;
  const merged = Math.min(Math.max(batch / Math.max(O, 1), 1), Math.max(1, chunkTokens / S));
  const promptTokens = merged * Math.min(S, chunkTokens);
  const promptSteps = (batch * S) / promptTokens;
  const decoding = promptSteps <= O ? batch : (O * promptTokens) / S;
  return {
    decode: decodeLoad(lengths, batch),
    mixed: {
      decodeTokens: decoding,
      contextTokens: lengths.contextTokens,
      promptTokens,
      promptLength: lengths.promptLength,
      logitSequences: decoding + promptTokens / S,
    },
    decodeSteps: Math.max(O - promptSteps, 0),
    promptSteps,
    promptTokens,
  };
}

/** Most prompt tokens that a static batch prefills in one step. Shape of TensorRT-LLM's static benchmarks. */
const STATIC_PROMPT_TOKENS = 16_384;

/** A batch that is prefilled whole, then decoded whole: c = (O − 1)·D + n_pf·M, M without decoding sequences. */
export function staticSteps(lengths: ServedLengths, batch: number): BatchSteps {
  const { inputTokens: S, outputTokens: O } = lengths;
  const promptTokens = Math.min(batch * S, Math.max(STATIC_PROMPT_TOKENS, S));
  return {
    decode: decodeLoad(lengths, batch),
    mixed: promptLoad(lengths, promptTokens),
    decodeSteps: Math.max(O - 1, 0),
    promptSteps: (batch * S) / promptTokens,
    promptTokens,
  };
}

/** A step of decoding sequences only. */
export function decodeLoad(
  { contextTokens, promptLength }: ServedLengths,
  batch: number,
): StepLoad {
  return {
    decodeTokens: batch,
    contextTokens,
    promptTokens: 0,
    promptLength,
    logitSequences: batch,
  };
}

/** A step of prompt tokens only. */
function promptLoad({ inputTokens, promptLength }: ServedLengths, promptTokens: number): StepLoad {
  return {
    decodeTokens: 0,
    contextTokens: 0,
    promptTokens,
    promptLength,
    logitSequences: promptTokens / inputTokens,
  };
}

/** Most of a queue's load that is reckoned with: above it a closed loop would not settle. */
const MOST_LOAD = 0.95;

/** Relative room for rounding where two counts of steps are compared. */
const ROUNDING = 1e-9;

/** Whether every step carries prompt tokens, O of them being served. */
export function promptsTakeAllSteps(
  { promptSteps }: Pick<BatchSteps, "promptSteps">,
  outputTokens: number,
): boolean {
  return promptSteps > outputTokens * (1 + ROUNDING);
}

/** What the latencies of the stages of a pipeline depend on besides their steps. */
export interface ServingTerms {
  /** β: loss of the pipeline as a factor on the cycle, from 1. */
  readonly bubble: number;
  /** B: sequences in flight. */
  readonly running: number;
  /** Requests of a wave that wait for each other's prompts, see `requestsBefore`. */
  readonly requestsBefore: number;
  /** q. */
  readonly queueWeight: number;
  /** κ. */
  readonly interference: number;
}

/** w·(B − 1)^e/2: requests of a wave whose prompts come before one's own. */
export function requestsBefore(wave: number, waveExponent: number, running: number): number {
  return (wave * othersThan(running) ** waveExponent) / 2;
}

function othersThan(running: number): number {
  return Math.max(running - 1, 0);
}

/** What the two kinds of steps take of a stage, and its messages to the next one, seconds. */
export interface StageStepSeconds {
  readonly decode: number;
  readonly mixed: number;
  /** Messages with one token of each sequence, and with a step's prompt tokens. */
  readonly decodeHop: number;
  readonly promptHop: number;
}

/** One stage while its micro-batch is served once, seconds. */
export interface StageServing {
  /** c: busy time, messages among them. */
  readonly cycleSeconds: number;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}

/**
 * What a stage takes for serving every request of its micro-batch once, and what it adds to their latencies:
 *
 *   c = n_d·(D + hop) + n_pf·(M + hop')
 *   TTFT part: M·⌈S/Mp⌉ + D/2 + w·(B − 1)^e/2 · M·S/Mp + q·ρ/(1 − ρ)·(B − 1)/B·M/2 + hop', ρ = n_pf·M/c: its own prompt, the step under
 *     way, the prompts of its wave before it, the queue for steps with prompts; at least β·c − O·TPOT part, because in a closed
 *     loop a request stays for as long as its micro-batch takes (Little's law)
 *   TPOT part: D + hop + κ·max((β·c − O·(D + hop) − (M + hop'))/O, 0): a decode step, and the prompts of other requests and the
 *     pipeline's losses between two tokens; β·(M + hop') when prompts take all steps
 */
export function stageServing(
  steps: BatchSteps,
  { inputTokens: S, outputTokens: O }: ServedLengths,
  terms: ServingTerms,
  { decode: decodeSeconds, mixed: mixedSeconds, decodeHop, promptHop }: StageStepSeconds,
): StageServing {
  const decode = decodeSeconds + decodeHop;
  const mixed = mixedSeconds + promptHop;
  const cycle = steps.decodeSteps * decode + steps.promptSteps * mixed;
  const rho = Math.min(MOST_LOAD, (steps.promptSteps * mixed) / cycle);
  const others = othersThan(terms.running);
  // Nobody queues behind itself.
  const queue = terms.queueWeight * (rho / (1 - rho)) * (others / Math.max(terms.running, 1));
  const own = steps.promptSteps > 0 ? mixed : 0;
  const tpotSeconds = promptsTakeAllSteps(steps, O)
    ? mixed * terms.bubble
    : decode + terms.interference * Math.max((cycle * terms.bubble - O * decode - own) / O, 0);
  const ttftSeconds =
    mixedSeconds * Math.ceil(S / steps.promptTokens - 1e-9) +
    decodeSeconds / 2 +
    (terms.requestsBefore * mixedSeconds * S) / steps.promptTokens +
    (queue * mixedSeconds) / 2 +
    promptHop;
  return {
    cycleSeconds: cycle,
    ttftSeconds: Math.max(ttftSeconds, cycle * terms.bubble - O * tpotSeconds),
    tpotSeconds,
  };
}
