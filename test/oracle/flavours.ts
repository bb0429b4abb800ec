import type { Prng } from "./prng.ts";

/** What problems of a kind look like; what is not said here is drawn alike for all. */
export interface Flavour {
  readonly name: string;
  readonly maxStages: (prng: Prng) => number;
  readonly layers: (prng: Prng) => number;
  readonly types: (prng: Prng, maxStages: number) => number;
  readonly gpus: (prng: Prng) => number;
  /** Most instances of a type. */
  readonly mostInstances: number;
  readonly tpDegrees: readonly (readonly number[])[];
  /** Whether bandwidths are such that links may decide: always, or as often as not. */
  readonly slowLinks: "always" | "often";
  /** Inside bandwidth as a multiple of the network share, where links are slow. */
  readonly insidePerShare: readonly number[];
  /** Chance of an explicit bandwidth matrix. */
  readonly matrixChance: number;
  /** Chance of layers that are not alike. */
  readonly unevenChance: number;
  /** Whether the cost model predicts latencies, and stages may depend on their number; absent: it does not. */
  readonly hasLatencies?: true;
  /** Whether stages send messages whose time depends on where the next one stands; absent: never. */
  readonly hasMessages?: true;
  /** How layers differ where they do; absent: in any way. */
  readonly plan?: "ends";
}

const layers = (prng: Prng): number => (prng.chance(0.3) ? prng.int(2, 11) : prng.int(12, 48));
const INSIDE_PER_SHARE = [0.2, 0.7, 1, 1.5, 3, 100, 1000];

/** Two to six types, up to four instances of each. */
const PLAIN: Flavour = {
  name: "plain",
  maxStages: (prng) => prng.int(1, 5),
  layers,
  types: (prng, maxStages) => prng.int(2, maxStages >= 4 ? 4 : 6),
  gpus: (prng) => prng.pick([1, 2, 3, 4, 4, 6, 8, 8]),
  mostInstances: 4,
  tpDegrees: [[1, 2, 4, 8], [1, 2, 4, 8], [1, 2, 3], [2, 6], [1, 3, 6], [4], [8, 1]],
  slowLinks: "often",
  insidePerShare: INSIDE_PER_SHARE,
  matrixChance: 0,
  unevenChance: 0,
};

/** Hardly any GPUs, and more stages allowed than there are GPUs. */
const FEW_GPUS: Flavour = {
  ...PLAIN,
  name: "few GPUs",
  maxStages: (prng) => prng.int(5, 16),
  types: (prng) => prng.int(2, 3),
  gpus: (prng) => prng.int(1, 3),
  mostInstances: 2,
  tpDegrees: [[1, 2, 4, 8], [1], [2, 1], [1, 3]],
};

/** Many stages on few instances, some of them slower inside than between them. */
const CROWDED: Flavour = {
  ...PLAIN,
  name: "crowded",
  maxStages: (prng) => prng.int(4, 7),
  types: (prng) => prng.int(1, 3),
  gpus: (prng) => prng.int(2, 5),
  mostInstances: 1,
  tpDegrees: [[1], [1], [1, 2], [1, 3]],
  slowLinks: "always",
  insidePerShare: [0.2, 0.7, 0.9, 1.2, 3],
};

/** Instances that groups fill only in some combinations. */
const PACKING: Flavour = {
  ...PLAIN,
  name: "packing",
  maxStages: (prng) => prng.int(2, 5),
  types: (prng) => prng.int(1, 2),
  gpus: (prng) => prng.pick([3, 5, 6, 7]),
  mostInstances: 3,
  tpDegrees: [[2], [4], [3], [1, 2], [2, 4], [1, 2, 4], [2, 3], [2, 5], [3, 4]],
};

/** Every pair of GPUs has a bandwidth of its own. */
const MATRIX: Flavour = {
  ...PLAIN,
  name: "matrix",
  maxStages: (prng) => prng.int(1, 5),
  types: (prng) => prng.int(1, 3),
  gpus: (prng) => prng.int(1, 4),
  mostInstances: 3,
  tpDegrees: [[1, 2, 4], [1, 2], [1, 3], [2], [1], [2, 3]],
  slowLinks: "always",
  matrixChance: 1,
};

/** So small that every placement can be evaluated. */
export const TINY: Flavour = {
  ...PLAIN,
  name: "tiny",
  maxStages: (prng) => prng.int(1, 4),
  layers: (prng) => prng.int(2, 7),
  types: (prng) => prng.int(1, 2),
  gpus: (prng) => prng.int(1, 4),
  mostInstances: 2,
  tpDegrees: [
    [1, 2, 4],
    [1, 2],
    [2, 3],
    [1, 3],
  ],
  matrixChance: 0.3,
  unevenChance: 0.3,
};

/** Layers of several kinds, embedding and head at the ends, cuts that are not allowed: the order of the stages matters. */
const UNEVEN: Flavour = {
  ...PLAIN,
  name: "uneven",
  maxStages: (prng) => prng.int(2, 5),
  layers: (prng) => prng.int(3, 18),
  types: (prng) => prng.int(1, 3),
  gpus: (prng) => prng.int(1, 5),
  mostInstances: 3,
  tpDegrees: [[1, 2, 4], [1, 2], [1, 3], [2], [1]],
  matrixChance: 0.15,
  unevenChance: 1,
};

/** The same where it also matters which stages are neighbours. */
const UNEVEN_LINKED: Flavour = {
  ...UNEVEN,
  name: "uneven, slow links",
  layers: (prng) => prng.int(3, 12),
  gpus: (prng) => prng.int(1, 4),
  mostInstances: 2,
  slowLinks: "always",
  insidePerShare: [0.2, 0.7, 0.9, 1.2, 3],
  matrixChance: 0.6,
};

/** Latencies, and layers that differ at the ends only. */
const SERVED: Flavour = {
  ...PLAIN,
  name: "served, ends",
  maxStages: (prng) => prng.int(1, 5),
  layers: (prng) => prng.int(3, 16),
  types: (prng) => prng.int(1, 3),
  gpus: (prng) => prng.int(1, 4),
  mostInstances: 3,
  tpDegrees: [[1, 2, 4], [1, 2], [1, 3], [1]],
  slowLinks: "often",
  unevenChance: 1,
  hasLatencies: true,
  plan: "ends",
};

/** The same with latencies; stages depend on their number, so fewer of them are tried. */
export const TINY_SERVED: Flavour = {
  ...TINY,
  name: "tiny, served",
  maxStages: (prng) => prng.int(1, 3),
  layers: (prng) => prng.int(2, 6),
  gpus: (prng) => prng.int(1, 3),
  hasLatencies: true,
};

/** Problems of serving: latencies that may be limited, stages that depend on their number. */
export const SERVING_FLAVOURS: readonly Flavour[] = [
  SERVED,
  SERVED,
  { ...SERVED, name: "served, slow links", slowLinks: "always", mostInstances: 2 },
  { ...UNEVEN, name: "served, uneven", layers: (prng) => prng.int(3, 12), hasLatencies: true },
  { ...UNEVEN_LINKED, name: "served, uneven, slow links", hasLatencies: true },
  { ...SERVED, name: "served, layers alike", unevenChance: 0 },
  {
    ...MATRIX,
    name: "served, matrix",
    layers: SERVED.layers,
    unevenChance: 0.5,
    hasLatencies: true,
  },
];

export const FLAVOURS: readonly Flavour[] = [
  PLAIN,
  PLAIN,
  FEW_GPUS,
  CROWDED,
  PACKING,
  MATRIX,
  UNEVEN,
  UNEVEN_LINKED,
];

/** Several stages on few instances, whose messages take less time inside than between them, as a rule. */
const MESSAGES: Flavour = {
  ...PLAIN,
  name: "messages",
  maxStages: (prng) => prng.int(2, 5),
  layers: (prng) => prng.int(3, 16),
  types: (prng) => prng.int(1, 3),
  gpus: (prng) => prng.pick([1, 2, 2, 3, 4]),
  mostInstances: 3,
  tpDegrees: [[1, 2, 4], [1, 2], [1, 3], [1], [2]],
  hasMessages: true,
};

/** Problems of cost models that look at where the next stage stands. */
export const MESSAGE_FLAVOURS: readonly Flavour[] = [
  MESSAGES,
  { ...MESSAGES, name: "messages, ends", unevenChance: 1, plan: "ends" },
  { ...MESSAGES, name: "messages, one machine or two", types: () => 1, mostInstances: 2 },
  { ...MESSAGES, name: "messages, uneven", unevenChance: 1, layers: (prng) => prng.int(3, 12) },
  {
    ...MESSAGES,
    name: "messages, slow links",
    unevenChance: 0.5,
    slowLinks: "always",
    layers: (prng) => prng.int(3, 10),
    mostInstances: 2,
    insidePerShare: [0.2, 0.7, 0.9, 1.2, 3],
  },
  { ...MESSAGES, name: "messages, served", hasLatencies: true, mostInstances: 2 },
  {
    ...MESSAGES,
    name: "messages, served, ends",
    hasLatencies: true,
    unevenChance: 1,
    plan: "ends",
  },
  {
    ...MESSAGES,
    name: "messages, served, uneven",
    layers: (prng) => prng.int(3, 9),
    hasLatencies: true,
    unevenChance: 1,
    mostInstances: 2,
  },
  {
    ...MATRIX,
    name: "messages, matrix",
    layers: (prng) => prng.int(3, 10),
    unevenChance: 0.5,
    hasMessages: true,
  },
  {
    ...MATRIX,
    name: "messages, served, matrix",
    layers: (prng) => prng.int(3, 8),
    unevenChance: 0.5,
    hasMessages: true,
    hasLatencies: true,
  },
];

/** The same so small that every placement can be evaluated. */
export const TINY_MESSAGES: Flavour = { ...TINY, name: "tiny, messages", hasMessages: true };
export const TINY_SERVED_MESSAGES: Flavour = {
  ...TINY_SERVED,
  name: "tiny, served, messages",
  hasMessages: true,
};

/** The flavour of a name, of all above. */
export function flavourNamed(name: string): Flavour {
  const found = [...FLAVOURS, ...SERVING_FLAVOURS, ...MESSAGE_FLAVOURS].find(
    (flavour) => flavour.name === name,
  );
  if (!found) throw new Error(`no flavour is called ${name}`);
  return found;
}
