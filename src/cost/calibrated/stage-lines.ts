import type { LayerLine, NextStage, StageLines } from "../cost-model.ts";
import { promptsTakeAllSteps } from "./composition.ts";
import type { PipelineSteps } from "./pipeline-steps.ts";
import { FLOOR_POWER, isLaunchBound, type StepTimes } from "./stage-steps.ts";

/** Seconds of a message, by what it is sent to. */
export type HopSeconds = Readonly<Record<NextStage, number>>;

/** Everything that `stageServing` is told, but for the layers. */
export interface LineTerms {
  readonly pipeline: PipelineSteps;
  readonly decode: StepTimes;
  readonly mixed: StepTimes;
  readonly decodeHops: HopSeconds;
  readonly promptHops: HopSeconds;
}

/**
 * The figures of `stageServing` as lines over the layers: its cycle as it is, its latencies from below.
 *
 *   c = n_d·(D + hop) + n_pf·(M + hop'), D and M sums over layers
 *   TPOT ≥ D + hop, and ≥ D + hop + κ·(β·c − O·(D + hop) − (M + hop'))/O;  β·(M + hop') when prompts take all steps
 *   TTFT ≥ M·⌈S/Mp⌉ + D/2 + w·(B − 1)^e/2·M·S/Mp + hop' (the queue left out), and, where the prompts of others delay tokens whatever the
 *     layers are, = (1 − κ)·(β·c − O·(D + hop)) + κ·(M + hop') at least (Little's law)
 *
 * TTFT itself is no line: its queue is M·(M + hop')/(D + hop) to a factor, up to a cap, and Little's law is concave. How far it is from the line
 * between 1 and 40 layers, for Llama 3.3 70B in FP8 on the machines of the catalogue, TP 1 to 8, 1 to 1,024 sequences, 1 to 8 stages: with
 * 1,024 + 256 tokens 0.005 % at the median, 1.7 % at the 99th percentile, 3.5 % at most; with 8,000 + 100 tokens, where prompts take
 * nearly all steps, 18 % and 34 %. The first line above is 99 % of it at the median with 1,024 + 256 tokens in
 * 16 bit, and 69 % at least.
 *
 * Of two lines that both hold the one that says more of the whole model is taken.
 */
export function stageLines(of: LineTerms, withLatencies: boolean): StageLines {
  const lines = linesOf(of, withLatencies);
  if (!lines.ttft || !lines.tpot) return lines;
  const { phase } = of.pipeline;
  // Prefill has no later tokens, decode no first one.
  return {
    token: lines.token,
    ttft: phase === "decode" ? scaled(0, lines.ttft) : lines.ttft,
    tpot: phase === "prefill" ? scaled(0, lines.tpot) : lines.tpot,
  };
}

function linesOf(of: LineTerms, withLatencies: boolean): StageLines {
  const { steps, lengths, terms, tokensPerCycle } = of.pipeline;
  const { decodeSteps, promptSteps } = steps;
  const decode = stepLine(of.decode, of.decodeHops);
  const mixed = stepLine(of.mixed, of.promptHops);
  const cycle = sum(decodeSteps, decode, promptSteps, mixed);
  const token = scaled(1 / tokensPerCycle, cycle);
  if (!withLatencies) return { token };
  const { outputTokens: O } = lengths;
  const { bubble, interference } = terms;
  if (promptsTakeAllSteps(steps, O)) {
    const ttft = scaled((promptSteps - O) * bubble, mixed);
    return { token, ttft: larger(arrival(of), ttft), tpot: scaled(bubble, mixed) };
  }
  const own = promptSteps > 0 ? 1 : 0;
  /** What a cycle takes beyond the steps of a request itself. */
  const delay = sum(1, sum(bubble, cycle, -O, decode), -own, mixed);
  const settled = sum(1 - interference, delay, own, mixed);
  const isSettled = interference <= 1 && isNowhereNegative(delay);
  return {
    token,
    ttft: isSettled ? larger(arrival(of), settled) : arrival(of),
    tpot: O > 0 ? larger(decode, sum(1, decode, interference / O, delay)) : decode,
  };
}

/** What a request waits for besides other requests' prompts: its own prompt, the step under way, its wave, the message. */
function arrival({ pipeline, decode, mixed, promptHops }: LineTerms): LayerLine {
  const { steps, lengths, terms } = pipeline;
  const { inputTokens: S } = lengths;
  const prompts =
    Math.ceil(S / steps.promptTokens - 1e-9) + (terms.requestsBefore * S) / steps.promptTokens;
  const { sending, ...line } = sum(
    prompts,
    stepLine(mixed, NO_HOPS),
    1 / 2,
    stepLine(decode, NO_HOPS),
  );
  return {
    ...line,
    sending: {
      same_instance: sending.same_instance + promptHops.same_instance,
      other_instance: sending.other_instance + promptHops.other_instance,
      none: sending.none + promptHops.none,
    },
  };
}

const NO_HOPS: HopSeconds = { same_instance: 0, other_instance: 0, none: 0 };

/** A step and a message: `stageSeconds`, from below where launching kernels makes it more than a sum over layers. */
function stepLine(times: StepTimes, hops: HopSeconds): LayerLine {
  const { cpu, launchFloor } = times.overhead;
  const perLayer = times.kernels.layers.map((_, kind) => times.layerSeconds(kind));
  const [only] = perLayer;
  const isFelt = perLayer.length === 1 && isLaunchBound(only!, launchFloor);
  return {
    perLayer: isFelt
      ? [(only! ** FLOOR_POWER + launchFloor ** FLOOR_POWER) ** (1 / FLOOR_POWER)]
      : perLayer,
    sending: {
      same_instance: cpu + hops.same_instance,
      other_instance: cpu + hops.other_instance,
      none: cpu + hops.none,
    },
    head: times.headSeconds(),
  };
}

function sum(f: number, a: LayerLine, g: number, b: LayerLine): LayerLine {
  return {
    perLayer: a.perLayer.map((seconds, kind) => f * seconds + g * b.perLayer[kind]!),
    sending: {
      same_instance: f * a.sending.same_instance + g * b.sending.same_instance,
      other_instance: f * a.sending.other_instance + g * b.sending.other_instance,
      none: f * a.sending.none + g * b.sending.none,
    },
    head: f * a.head + g * b.head,
  };
}

function scaled(factor: number, line: LayerLine): LayerLine {
  return sum(factor, line, 0, line);
}

/** Layers of each kind that lines are compared at. */
const COMPARED_LAYERS = 20;

function larger(a: LayerLine, b: LayerLine): LayerLine {
  const at = ({ perLayer, sending }: LayerLine): number =>
    perLayer.reduce((total, seconds) => total + COMPARED_LAYERS * seconds, sending.none);
  return at(b) > at(a) ? b : a;
}

function isNowhereNegative({ perLayer, sending, head }: LayerLine): boolean {
  return [...perLayer, ...Object.values(sending), head].every((seconds) => seconds >= 0);
}
