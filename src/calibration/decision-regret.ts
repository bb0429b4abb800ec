import {
  type BatchChoice,
  type DecisionSet,
  decisionSets,
  type MeasuredOption,
} from "./decision-sets.ts";
import type { PredictedRow } from "./predicted-row.ts";
import { mean, numberOrNull, quantile } from "./statistics.ts";

/** How good the choices of one way to choose are. */
export interface RegretSummary {
  readonly chooser: string;
  readonly sets: number;
  /** Share of the measured best that a choice loses, 0 to 1: its mean over the sets, 90th percentile and largest; null without sets. */
  readonly mean_regret: number | null;
  readonly p90_regret: number | null;
  readonly max_regret: number | null;
  /** Share of the sets in which the measured best was chosen. */
  readonly top1_share: number | null;
  /** Share of the pairs of options that are ordered as they were measured, mean over the sets; a tie counts half. */
  readonly pairwise_agreement: number | null;
}

export interface DecisionRegret {
  readonly batch: BatchChoice;
  /** The model first, then naive choosers. */
  readonly all: readonly RegretSummary[];
  /** The same over the sets in which "fewest GPUs, then largest batch" loses more than 2 %. */
  readonly non_trivial: readonly RegretSummary[];
}

/** A set is trivial unless the plain rule loses more than this share. */
const TRIVIAL_REGRET = 0.02;

/** Orders options: the first on which two differ counts, larger is better. */
interface Chooser {
  readonly name: string;
  readonly merits: readonly ((option: MeasuredOption) => number)[];
}

const fewGpus = ({ gpus }: MeasuredOption): number => -gpus;
const largeBatch = ({ batch }: MeasuredOption): number => batch;

/** Where the model sees no difference, because the KV cache caps both batches, the larger one costs nothing. */
const MODEL: Chooser = {
  name: "model",
  merits: [({ predictedScore }) => predictedScore, largeBatch],
};
const PLAIN_RULE: Chooser = {
  name: "fewest GPUs, then largest batch",
  merits: [fewGpus, largeBatch],
};

/** With a given batch the two that look at it choose nothing of their own. */
const CHOOSERS: Readonly<Record<BatchChoice, readonly Chooser[]>> = {
  fixed_batch: [MODEL, { name: "fewest GPUs", merits: [fewGpus] }],
  free_batch: [
    MODEL,
    { name: "fewest GPUs", merits: [fewGpus] },
    { name: "largest batch", merits: [largeBatch] },
    PLAIN_RULE,
  ],
};

/** How much worse than the measured best the choices are, with a given and with a free batch. */
export function decisionRegret(rows: readonly PredictedRow[]): DecisionRegret[] {
  return (["fixed_batch", "free_batch"] as const).map((batch) => {
    const sets = decisionSets(rows, batch);
    const nonTrivial = sets.filter((set) => regretOf(set, PLAIN_RULE) > TRIVIAL_REGRET);
    return {
      batch,
      all: CHOOSERS[batch].map((chooser) => summary(chooser, sets)),
      non_trivial: CHOOSERS[batch].map((chooser) => summary(chooser, nonTrivial)),
    };
  });
}

function summary(chooser: Chooser, sets: readonly DecisionSet[]): RegretSummary {
  const regrets = sets.map((set) => regretOf(set, chooser));
  return {
    chooser: chooser.name,
    sets: sets.length,
    mean_regret: numberOrNull(mean(regrets)),
    p90_regret: numberOrNull(quantile(regrets, 0.9)),
    max_regret: numberOrNull(quantile(regrets, 1)),
    top1_share: numberOrNull(mean(sets.map((set) => top1Of(set, chooser)))),
    pairwise_agreement: numberOrNull(mean(sets.map((set) => agreementOf(set, chooser)))),
  };
}

/** 1 − score of the choice ÷ best score, 0 to 1; of options that tie for the choice, the mean: any of them may be taken. */
function regretOf({ options }: DecisionSet, chooser: Chooser): number {
  const best = Math.max(...options.map(({ score }) => score));
  return mean(choices(options, chooser).map(({ score }) => 1 - score / best));
}

function top1Of({ options }: DecisionSet, chooser: Chooser): number {
  const best = Math.max(...options.map(({ score }) => score));
  return mean(choices(options, chooser).map(({ score }) => (score === best ? 1 : 0)));
}

/** The options that no other one is preferred to. */
function choices(options: readonly MeasuredOption[], chooser: Chooser): MeasuredOption[] {
  return options.filter((option) =>
    options.every((other) => preference(other, option, chooser) <= 0),
  );
}

/** Above 0 when a is preferred to b, 0 when they tie. */
function preference(a: MeasuredOption, b: MeasuredOption, { merits }: Chooser): number {
  for (const merit of merits) {
    const [ofA, ofB] = [merit(a), merit(b)];
    if (ofA !== ofB) return ofA > ofB ? 1 : -1;
  }
  return 0;
}

/** Of the pairs that differ as measured, the share that is ordered alike; 1 when there is none. */
function agreementOf({ options }: DecisionSet, chooser: Chooser): number {
  const agreements: number[] = [];
  for (const [i, a] of options.entries()) {
    for (const b of options.slice(i + 1)) {
      if (a.score === b.score) continue;
      const order = preference(a, b, chooser);
      if (order === 0) agreements.push(0.5);
      else agreements.push(order > 0 === a.score > b.score ? 1 : 0);
    }
  }
  return agreements.length === 0 ? 1 : mean(agreements);
}
