import { describe, expect, it } from "vitest";
import * as core from "../../src/index.ts";
import * as node from "../../src/node.ts";
import { messageOf, problemFiles } from "../input/texts.ts";

const CATALOGUE = {
  model: "llama-3.1-8b",
  phase: "aggregated",
  inputTokens: 512,
  outputTokens: 64,
  gpus: ["L4"],
};
const problem = core.buildProblem(problemFiles(), {
  phase: "prefill",
  inputTokens: 128,
  minBatch: 4,
  maxBatch: 4,
});
const placement: core.Placement = {
  batch_size: 4,
  sequence_length: 128,
  output_length: 0,
  workload_phase: "prefill",
  stages: [{ gpu_type: "box.2x#0", tp_degree: 2, start_layer: 1, end_layer: 12 }],
};
const split = { family: "box.2x", tpDegree: 2, ppStages: 1 };
const point = core.placementPoint(placement);
const request = core.DEFAULT_REQUEST;
const highs = core.createInlineHighs();
const success = core.evaluate(problem, placement) as core.Success;
const exportRequest: core.ExportRequest = {
  form: "vllm",
  image: null,
  checkpoint: null,
  onlineFp8: false,
};
const entries = problem.pool.types.map(({ instance, count, price }) => ({
  instance,
  count,
  price,
}));
const catalogue = node.readCatalogue(undefined);
const item: core.PoolItem = { where: "here", gpus: ["L4"], maxCount: 1 };

/** Calls a public function as JavaScript would: nothing of its types is known. */
const call = (run: unknown, ...values: readonly unknown[]): string =>
  messageOf(() => (run as (...given: readonly unknown[]) => unknown)(...values));

const asks = (limits: object) => () => node.readProblem({ ...CATALOGUE, limits: limits as never });

describe("the library", () => {
  it.each<[string, string, () => string]>([
    [
      "readProblem",
      'options.limits.maxTpotMs: unknown key. Did you mean "maxTpotSeconds"?',
      () => messageOf(asks({ maxTpotMs: 40 })),
    ],
    [
      "readProblem",
      'options.inputToken: unknown key. Did you mean "inputTokens"?',
      () => call(node.readProblem, { ...CATALOGUE, inputToken: 1 }),
    ],
    [
      "readProblem",
      'options.limits.maxTpotSeconds: it is "40". Give a number.',
      () => messageOf(asks({ maxTpotSeconds: "40" })),
    ],
    [
      "readProblem",
      'options.gpus: it is "L4". Give a list.',
      () => call(node.readProblem, { ...CATALOGUE, gpus: "L4" }),
    ],
    [
      "readProblem",
      'options.poolItems[0].region: unknown key. Did you mean "regions"?',
      () => call(node.readProblem, { ...CATALOGUE, poolItems: [{ ...item, region: "x" }] }),
    ],
    ["readProblem", "options: it is missing. Give an object.", () => call(node.readProblem)],
    [
      "buildProblem",
      'files.layer: unknown key. Did you mean "layers"?',
      () => call(core.buildProblem, { ...problemFiles(), layer: null }),
    ],
    [
      "buildProblem",
      'flags.minBatchSize: unknown key. Did you mean "minBatch"?',
      () => call(core.buildProblem, problemFiles(), { minBatchSize: 1 }),
    ],
    [
      "readModel",
      'overrides.kvCacheDType: unknown key. Did you mean "kvCacheDtype"?',
      () => call(node.readModel, "llama-3.1-8b", { kvCacheDType: "fp8" }),
    ],
    [
      "evaluate",
      'problem.limits.maxTpotMs: unknown key. Did you mean "maxTpotSeconds"?',
      () =>
        call(
          core.evaluate,
          { ...problem, limits: { ...problem.limits, maxTpotMs: 40 } },
          placement,
        ),
    ],
    [
      "evaluate",
      "problem.limits.maxHourlyCostUsd: it is missing. Give a number.",
      () => call(core.evaluate, { ...problem, limits: {} }, placement),
    ],
    [
      "evaluate",
      'problem.workload.load.kind: "maxx" is none of them. Did you mean "max"?',
      () =>
        call(
          core.evaluate,
          { ...problem, workload: { ...problem.workload, load: { kind: "maxx" } } },
          placement,
        ),
    ],
    [
      "evaluate",
      'placement.stages[0].tpDegree: unknown key. Did you mean "tp_degree"?',
      () =>
        call(core.evaluate, problem, {
          ...placement,
          stages: [{ ...placement.stages[0], tpDegree: 1 }],
        }),
    ],
    [
      "evaluate",
      "placement.batch_size: it is NaN. Give a number.",
      () => call(core.evaluate, problem, { ...placement, batch_size: Number.NaN }),
    ],
    [
      "evaluateAtMaxLoad",
      "placementAt: it is an object. Give a function.",
      () => call(core.evaluateAtMaxLoad, problem, placement),
    ],
    [
      "evaluateAtRate",
      'requestsPerSecond: it is "1". Give a number.',
      () => call(core.evaluateAtRate, problem, "1", () => placement),
    ],
    [
      "evenSplit",
      'split.ppStage: unknown key. Did you mean "ppStages"?',
      () => call(core.evenSplit, problem, { ...split, ppStage: 1 }, point),
    ],
    [
      "evenSplit",
      'point.batchSize: unknown key. Did you mean "batch"?',
      () => call(core.evenSplit, problem, split, { ...point, batchSize: 1 }),
    ],
    [
      "bestEvenSplits",
      "request.maxTpByType: it is an object. Give a Map.",
      () => call(core.bestEvenSplits, problem, { ...request, maxTpByType: {} }),
    ],
    [
      "exportPlacement",
      'request.images: unknown key. Did you mean "image"?',
      () => call(core.exportPlacement, problem, success, { ...exportRequest, images: "x" }),
    ],
    [
      "createGrid",
      'choices.tpDegree: unknown key. Did you mean "tpDegrees"?',
      () => call(core.createGrid, problem, { tpDegree: [1] }),
    ],
    [
      "createPool",
      'entries[0].owned: unknown key. Did you mean "ownedCount"?',
      () => call(core.createPool, [{ ...entries[0], owned: 1 }]),
    ],
    [
      "createPool",
      'entries[0].instance.gpuMemoryGb: unknown key. Did you mean "gpuMemoryGib"?',
      () =>
        call(core.createPool, [
          { ...entries[0], instance: { ...entries[0]!.instance, gpuMemoryGb: 80 } },
        ]),
    ],
    [
      "selectPool",
      'items[0].kind: unknown key. Did you mean "kinds"?',
      () => call(core.selectPool, catalogue, [{ ...item, kind: "spot" }], "2026-11-24"),
    ],
    [
      "createReferenceModel",
      'factors.microBatch: unknown key. Did you mean "microBatchSize"?',
      () => call(core.createReferenceModel, problem.model, { microBatch: 1 }),
    ],
    [
      "deployableRequest",
      'request.objectiv: unknown key. Did you mean "objective"?',
      () => call(core.deployableRequest, "vllm", problem, { ...request, objectiv: "cost" }),
    ],
    [
      "createCalibratedModel",
      'settings.maxModelLen: unknown key. Did you mean "maxModelLenTokens"?',
      () => call(core.createCalibratedModel, {}, { maxModelLen: 1 }, core.SHIPPED),
    ],
    [
      "architectureOfOutline",
      'outline.numLayer: unknown key. Did you mean "numLayers"?',
      () => call(core.architectureOfOutline, { numLayer: 1 }),
    ],
    [
      "lengthMoments",
      'distribution.p95: unknown key. Did you mean "p95Tokens"?',
      () => call(core.lengthMoments, { kind: "lognormal", meanTokens: 1, p95: 2 }, "here"),
    ],
    [
      "createHighsWorkerBackend",
      'options.liftOffOnly: unknown key. Did you mean "liftoffOnly"?',
      () => call(node.createHighsWorkerBackend, { liftOffOnly: true }),
    ],
    [
      "createInlineHighs",
      'options.confirms: unknown key. Did you mean "confirm"?',
      () => call(core.createInlineHighs, { confirms: true }),
    ],
  ])("refuses what it does not know: %s, %s", (_, message, run) => {
    expect(run()).toBe(message);
  });

  it.each<[string, (given: object, options: object) => Promise<unknown>]>([
    ["solve", (given, options) => core.solve(problem, given as never, highs, options)],
    [
      "solveDeployable",
      (given, options) => core.solveDeployable(problem, given as never, "vllm", highs, options),
    ],
    [
      "solveStartable",
      (given, options) => core.solveStartable(problem, given as never, highs, options),
    ],
  ])("rejects the promise: %s", async (_, run) => {
    await expect(run({ ...request, max_instances: 1 }, {})).rejects.toThrow(
      'request.max_instances: unknown key. Did you mean "maxInstances"?',
    );
    await expect(run({ ...request, objective: "costs" }, {})).rejects.toThrow(
      'request.objective: "costs" is none of them. Did you mean "cost"?',
    );
    await expect(run(request, { timeLimitSeconds: 1 })).rejects.toThrow(
      "options.timeLimitSeconds: unknown key.",
    );
    await expect(run(request, { onProgress: 1 })).rejects.toThrow(
      "options.onProgress: it is 1. Give a function.",
    );
  });

  it("takes as many sequences as pay best where nothing is said of the load, as the command line does", async () => {
    const { workload } = node.readProblem(CATALOGUE);
    expect(workload).toMatchObject({ load: { kind: "max" }, minBatch: null, maxBatch: null });
    expect(node.readProblem({ ...CATALOGUE, concurrency: 3 }).workload).toMatchObject({
      load: { kind: "concurrency", sequences: 3 },
    });
    expect(core.buildProblem(problemFiles(), {}).workload.load).toBeUndefined();
    const solution = await core.solve(node.readProblem(CATALOGUE), request, highs);
    expect(solution.status).toBe("optimal");
  });

  it.each([...Object.entries(core), ...Object.entries(node)])(
    "looks at what %s is given, or a reason says why not",
    async (name, value) => {
      if (typeof value !== "function" || isError(value)) return;
      const nonsense = (): undefined => undefined;
      const run = value as (...given: readonly unknown[]) => unknown;
      const outcome = await Promise.resolve()
        .then(() => run(nonsense, nonsense, nonsense, nonsense))
        .catch((error: unknown) => error);
      if (name in NOT_LOOKED_AT) expect(outcome).not.toBeInstanceOf(core.InputError);
      else expect(outcome).toBeInstanceOf(core.InputError);
    },
  );

  it.each<[string, string, () => string]>([
    [
      "parseCatalogue",
      'texts.price: unknown key. Did you mean "prices"?',
      () => call(core.parseCatalogue, { price: { text: "", fileName: "x" } }),
    ],
    [
      "completePlacement",
      'flags.inputToken: unknown key. Did you mean "inputTokens"?',
      () => call(core.completePlacement, { stages: [] }, problem.workload, "x", { inputToken: 1 }),
    ],
    [
      "formOf",
      'target: "vlm" is none of them. Did you mean "vllm"?',
      () => call(core.formOf, "vlm"),
    ],
    [
      "exportPlacement",
      'request.form: "sglan" is none of them. Did you mean "sglang"?',
      () => call(core.exportPlacement, problem, success, { ...exportRequest, form: "sglan" }),
    ],
    [
      "meetsLimits",
      'limits.maxHourlyCost: unknown key. Did you mean "maxHourlyCostUsd"?',
      () => call(core.meetsLimits, { ...core.NO_LIMITS, maxHourlyCost: 1 }, 1, 1, 1),
    ],
    [
      "storeProblem",
      "placements[0].stages: it is missing. Give a list.",
      () => call(core.storeProblem, problem, [{ ...placement, stages: undefined }]),
    ],
  ])("refuses it for parts too: %s, %s", (_, message, run) => {
    expect(run()).toBe(message);
  });
});

/** Functions that look at nothing they are given, and why. */
const NOT_LOOKED_AT: Readonly<Record<string, string>> = {
  createJslp: "it is given nothing",
  readLibrary: "it is given nothing",
  TableCache: "its constructor is given nothing",
  modelOf: "it is given what huggingFaceModel or libraryModel made",
  whyNotReference: "it is given the architecture of what they made",
  layerPlanOf: "it is given the architecture of what they made",
  placeIn: "it is given a name for messages",
  writeLp: "it is given a model that a solver back end is given too",
  writeMps: "it is given a model that a solver back end is given too",
};

/** Classes of errors: a program catches them, and makes none. */
function isError(value: unknown): boolean {
  return value === core.InputError || value === core.InternalError;
}
