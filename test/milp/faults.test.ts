import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Highs } from "highs";
import { describe, expect, it } from "vitest";
import {
  createHighsWorkerBackend,
  type HighsWorkerOptions,
  startHighsWorker,
  type WorkerLike,
} from "../../src/milp/highs-client.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { type HighsAnswer, runHighsJob } from "../../src/milp/highs-job.ts";
import { loadHighs } from "../../src/milp/highs-load.ts";
import type { FromWorker, WorkerBirth } from "../../src/milp/highs-protocol.ts";
import type { MilpModel, MilpOptions, MilpOutcome } from "../../src/milp/model.ts";
import { KNAPSACK, KNAPSACK_OPTIMUM, marketSplit } from "./models.ts";

type Create = (birth: WorkerBirth) => WorkerLike;

const highs = await loadHighs();

/**
 * A worker without a thread, so that it starts at once; `change` alters what it says, null drops a message. With
 * `instead` it says these things about a job and does nothing.
 */
function honestUnless(
  change: (message: FromWorker) => FromWorker | null,
  instead?: readonly FromWorker[],
): Create {
  return ({ cancelFlag }) => {
    const listeners: ((message: FromWorker) => void)[] = [];
    let isEnded = false;
    const say = (message: FromWorker): void => {
      const said = isEnded ? null : change(message);
      if (said !== null) for (const listener of listeners) listener(said);
    };
    const hooks = {
      isCancelled: () => cancelFlag[0] !== 0,
      onImproving: (values: Float64Array) => say({ kind: "improving", values }),
      onProgress: () => undefined,
    };
    setImmediate(() => say({ kind: "ready" }));
    return {
      postMessage: ({ job }) => {
        setImmediate(() => {
          if (instead !== undefined) instead.forEach(say);
          else say({ kind: "answer", answer: runHighsJob(highs, job, hooks) });
        });
      },
      on: (event: string, listener: (value: never) => void) =>
        event === "message" && listeners.push(listener as (message: FromWorker) => void),
      terminate: async () => {
        isEnded = true;
      },
      ref: () => undefined,
      unref: () => undefined,
    };
  };
}

const honest = honestUnless((message) => message);

function answering(change: (answer: HighsAnswer) => HighsAnswer): Create {
  return honestUnless((message) =>
    message.kind === "answer" ? { ...message, answer: change(message.answer) } : message,
  );
}

/** A real thread that runs `script` instead of HiGHS. */
function thread(script: string, options: object = {}): Create {
  return (birth) =>
    new Worker(script, { eval: true, workerData: birth, ...options }) as unknown as WorkerLike;
}

const say = `const { parentPort, workerData } = require("node:worker_threads");
const say = (message) => parentPort.postMessage(message);`;

/** Runs one solve with the first `count` workers faulty and all later ones honest. */
async function solveWith(
  create: Create,
  count: number,
  { model = KNAPSACK, options = {} }: { model?: MilpModel; options?: MilpOptions } = {},
  workerOptions: HighsWorkerOptions = {},
): Promise<{ outcome: MilpOutcome; started: number; later: MilpOutcome | null }> {
  let started = 0;
  const backend = createHighsWorkerBackend({
    ...workerOptions,
    createWorker: (birth) => (++started <= count ? create : honest)(birth),
  });
  try {
    const outcome = await backend.solve(model, options);
    const startedThen = started;
    // Whatever happened, the back end must be usable afterwards as soon as its workers are.
    const later = count < 10 ? await backend.solve(KNAPSACK) : null;
    return { outcome, started: startedThen, later };
  } finally {
    await backend.dispose();
  }
}

const RIGHT = { status: "optimal", objective: KNAPSACK_OPTIMUM, bound: KNAPSACK_OPTIMUM };
const ALWAYS = 10;

const faults: [string, Create, RegExp][] = [
  [
    "abort",
    honestUnless((message) =>
      message.kind === "answer"
        ? { kind: "crashed", reason: "HiGHS stopped with RuntimeError: Aborted()" }
        : message,
    ),
    /Aborted/,
  ],
  [
    "load failure",
    thread(`${say} say({ kind: "crashed", reason: "HiGHS did not load: no file" });
      parentPort.on("message", () => say({ kind: "crashed", reason: "did not load" }));`),
    /did not load/,
  ],
  ["sudden exit", thread(`${say} parentPort.on("message", () => process.exit(3));`), /code 3/],
  [
    "uncaught error",
    thread(
      `${say} parentPort.on("message", () => { throw new Error("x".repeat(30000) + "\\nmore"); });`,
    ),
    /^(?!.*more)(?=.*worker stopped with Error: xxx).{0,1000}$/,
  ],
  [
    "out of memory",
    thread(
      `${say} parentPort.on("message", () => { const all = []; for (;;) all.push(new Array(1e5).fill(1.5)); });`,
      { resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } },
    ),
    /memory/i,
  ],
  [
    "wrong objective",
    answering((answer) => ({ ...answer, objective: -40, bound: -40 })),
    /reported as -40/,
  ],
  [
    "values that are not whole",
    answering((answer) => ({ ...answer, values: Float64Array.of(2.5, 2) })),
    /integer column x has the value 2.5/,
  ],
  [
    "a broken row",
    answering((answer) => ({
      ...answer,
      values: Float64Array.of(3, 3),
      objective: -51,
      bound: -51,
    })),
    /row weight = 24/,
  ],
  ["no values", answering((answer) => ({ ...answer, values: null })), /without a solution/],
  [
    "a bound that does not prove it",
    answering((answer) => ({ ...answer, bound: -35 })),
    /optimal with the bound -35/,
  ],
  ["a bound above it", answering((answer) => ({ ...answer, bound: -30 })), /bound -30 is above/],
  ["a status nobody knows", answering((answer) => ({ ...answer, end: "error" })), /gave up/],
];

describe.each(faults)("%s", (_, create, reason) => {
  it("is survived by one try with a new worker", async () => {
    const { outcome, started, later } = await solveWith(create, 1);
    expect(outcome).toMatchObject(RIGHT);
    expect(started).toBe(2);
    expect(later).toMatchObject(RIGHT);
  });

  it("ends as failed when it comes again", async () => {
    const { outcome, started } = await solveWith(create, ALWAYS);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(reason) });
    expect(started).toBeLessThanOrEqual(3);
  });
});

describe("a wrong 'infeasible'", () => {
  const LIE: FromWorker = {
    kind: "answer",
    answer: {
      end: "infeasible",
      modelStatus: 8,
      values: null,
      objective: 0,
      bound: Infinity,
      conflict: null,
      rowDuals: null,
    },
  };
  /** Says "infeasible" to the first `count` jobs and keeps the solutions found for itself. */
  function liar(count: number): Create {
    let answers = 0;
    return honestUnless((message) => {
      if (message.kind === "improving") return null;
      return message.kind === "answer" && ++answers <= count ? LIE : message;
    });
  }
  const start = Float64Array.of(1, 1);

  it("is found out by solving again with another seed", async () => {
    const { outcome, started } = await solveWith(liar(1), ALWAYS);
    expect(outcome).toMatchObject(RIGHT);
    expect(started).toBe(1);
  });

  it("is believed at once when asked to", async () => {
    const { outcome } = await solveWith(liar(1), 1, {}, { confirm: false });
    expect(outcome).toEqual({ status: "infeasible" });
  });

  it("is a failure when a solution is known", async () => {
    const known = { options: { start } };
    const unconfirmed = { confirm: false };
    const once = await solveWith(liar(1), ALWAYS, known, unconfirmed);
    expect(once.outcome).toMatchObject(RIGHT);
    const always = await solveWith(liar(9), ALWAYS, known, unconfirmed);
    expect(always.outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/infeasible, but a solution of -17 is known/),
    });
  });

  it("is a failure when the run itself found a solution", async () => {
    let answers = 0;
    const forgetful = honestUnless((message) =>
      message.kind === "answer" && ++answers === 1 ? LIE : message,
    );
    const { outcome, started } = await solveWith(forgetful, ALWAYS, {}, { confirm: false });
    expect(outcome).toMatchObject(RIGHT);
    expect(started).toBe(2);
  });
});

it("does not take an optimum that is worse than a known solution", async () => {
  const worse = answering((answer) => ({
    ...answer,
    values: Float64Array.of(1, 1),
    objective: -17,
    bound: -17,
  }));
  const known = { options: { start: Float64Array.of(2, 2) } };
  expect((await solveWith(worse, ALWAYS, known)).outcome).toMatchObject({
    status: "failed",
    reason: expect.stringMatching(/-17 optimal, but a solution of -34 is known/),
  });
});

describe("a false optimum", () => {
  /** Calls a dear solution optimal, in its first `count` answers, and keeps the solutions found for itself. */
  function flatterer(count: number): Create {
    let answers = 0;
    return honestUnless((message) => {
      if (message.kind === "improving") return null;
      if (message.kind !== "answer" || ++answers > count) return message;
      const values = Float64Array.of(1, 1);
      return { ...message, answer: { ...message.answer, values, objective: -17, bound: -17 } };
    });
  }

  it("is found out by solving again with another seed", async () => {
    const { outcome } = await solveWith(flatterer(1), ALWAYS);
    expect(outcome).toMatchObject(RIGHT);
  });

  it("is believed at once when asked to", async () => {
    const { outcome } = await solveWith(flatterer(1), 1, {}, { confirm: false });
    expect(outcome).toMatchObject({ status: "optimal", objective: -17 });
  });

  it("is not what a run says that fails while it confirms", async () => {
    let answers = 0;
    const stumbling = honestUnless((message) => {
      if (message.kind !== "answer" || ++answers !== 2) return message;
      return { ...message, answer: { ...message.answer, bound: -35 } };
    });
    const { outcome } = await solveWith(stumbling, ALWAYS);
    expect(outcome).toMatchObject(RIGHT);
  });

  it("is a failure when no two runs agree", async () => {
    let answers = 0;
    const liar = honestUnless((message) => {
      if (message.kind === "improving") return null;
      if (message.kind !== "answer" || ++answers % 3 === 0) return message;
      const values = answers % 3 === 1 ? Float64Array.of(1, 1) : Float64Array.of(1, 2);
      const objective = answers % 3 === 1 ? -17 : -27;
      return { ...message, answer: { ...message.answer, values, objective, bound: objective } };
    });
    const { outcome } = await solveWith(liar, ALWAYS);
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/but to confirm it: it said optimal at/),
    });
  });
});

describe("an optimum that attains a bound that the caller knows", () => {
  /** How many runs it takes. */
  async function runsWith(options: MilpOptions): Promise<number> {
    let runs = 0;
    const counting = honestUnless((message) => {
      if (message.kind === "answer") runs++;
      return message;
    });
    const { outcome } = await solveWith(counting, ALWAYS, { options });
    expect(outcome).toMatchObject({ status: "optimal", objective: KNAPSACK_OPTIMUM });
    return runs;
  }

  it("needs no second run", async () => {
    expect(await runsWith({})).toBe(2);
    expect(await runsWith({ knownBound: KNAPSACK_OPTIMUM })).toBe(1);
    expect(await runsWith({ knownBound: KNAPSACK_OPTIMUM - 0.4, absoluteGap: 0.5 })).toBe(1);
  });

  it("is not one above it", async () => {
    expect(await runsWith({ knownBound: KNAPSACK_OPTIMUM - 0.6, absoluteGap: 0.5 })).toBe(2);
    expect(await runsWith({ knownBound: KNAPSACK_OPTIMUM - 1 })).toBe(2);
  });

  it("is not 'infeasible'", async () => {
    let answers = 0;
    const lie = honestUnless((message) => {
      if (message.kind === "improving") return null;
      if (message.kind !== "answer" || ++answers > 1) return message;
      const nothing = { values: null, objective: 0, bound: Infinity };
      return { ...message, answer: { ...message.answer, ...nothing, end: "infeasible" as const } };
    });
    const options = { knownBound: KNAPSACK_OPTIMUM };
    expect((await solveWith(lie, ALWAYS, { options })).outcome).toMatchObject(RIGHT);
  });
});

describe("a worker that hangs", () => {
  const patience = { overtime: 0.05, afterLimit: 0.05, afterCancel: 0.05, load: 0.3 };
  const hang = thread(`${say} parentPort.on("message", () => { for (;;); });`);
  /** Says these things about its job and then nothing more. */
  const silentAfter = (said: readonly FromWorker[]): Create =>
    honestUnless((message) => message, said);
  const hangAfterSolution = silentAfter([
    { kind: "improving", values: Float64Array.of(1, 1) },
    { kind: "improving", values: Float64Array.of(3, 3) },
    { kind: "progress", bound: -40 },
  ]);

  it("is terminated after the time limit, without a solution", async () => {
    const options = { timeLimitSeconds: 0.1 };
    const { outcome, later } = await solveWith(hang, 1, { options }, { patience });
    expect(outcome).toEqual({ status: "no_solution", bound: null });
    expect(later).toMatchObject(RIGHT);
  });

  it("leaves the best of its solutions that holds, and its bound", async () => {
    const options = { timeLimitSeconds: 0.1 };
    const { outcome } = await solveWith(hangAfterSolution, ALWAYS, { options }, { patience });
    expect(outcome).toEqual({
      status: "feasible",
      values: Float64Array.of(1, 1),
      objective: -17,
      bound: -40,
    });
  });

  it("leaves the start when it found nothing", async () => {
    const options = { timeLimitSeconds: 0.1, start: Float64Array.of(2, 1) };
    const { outcome } = await solveWith(hang, ALWAYS, { options }, { patience });
    expect(outcome).toMatchObject({ status: "feasible", objective: -24, bound: -Infinity });
  });

  it("is terminated after a cancellation", async () => {
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort() };
    const create = thread(`${say} say({ kind: "ready" });
      parentPort.on("message", () => { say({ kind: "improving", values: Float64Array.of(0, 1) }); for (;;); });`);
    const { outcome, later } = await solveWith(create, 1, { options }, { patience });
    expect(outcome).toMatchObject({ status: "feasible", objective: -10 });
    expect(later).toMatchObject(RIGHT);
  });

  it("is given up when it never loads", async () => {
    const never = thread(`${say} parentPort.on("message", () => {});`);
    const { outcome, started } = await solveWith(never, ALWAYS, {}, { patience });
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/did not load in 0.3 s/),
    });
    expect(started).toBe(2);
  });
});

it("ends a running solve when it is disposed, and starts no worker after that", async () => {
  let started = 0;
  const backend = createHighsWorkerBackend({
    createWorker: (birth) => {
      started++;
      return startHighsWorker(birth);
    },
  });
  const running = backend.solve(marketSplit(4, 40, 1), {
    onProgress: () => void backend.dispose(),
  });
  expect(await running).toMatchObject({
    status: "failed",
    reason: expect.stringMatching(/disposed/),
  });
  expect(await backend.solve(KNAPSACK)).toMatchObject({ status: "failed" });
  expect(started).toBe(1);
});

describe("inline", () => {
  /** Loads real modules; the first `count` models that any of them is given abort. */
  function loadFaulty(count: number): { load: () => Promise<Highs>; loads: () => number } {
    let models = 0;
    let loads = 0;
    const load = async (): Promise<Highs> => {
      loads++;
      return {
        ...highs,
        createModel: (source) => {
          if (++models > count) return highs.createModel(source);
          throw Object.assign(new Error("Aborted(). Build with more"), { name: "RuntimeError" });
        },
      };
    };
    return { load, loads: () => loads };
  }

  it("loads a new module after an abort and tries once more", async () => {
    const { load, loads } = loadFaulty(1);
    const backend = createInlineHighs({ load });
    expect(await backend.solve(KNAPSACK)).toMatchObject(RIGHT);
    expect(loads()).toBe(2);
    expect(await backend.solve(KNAPSACK)).toMatchObject(RIGHT);
    expect(loads()).toBe(2);
  });

  it("fails after two aborts and works again after that", async () => {
    const { load, loads } = loadFaulty(2);
    const backend = createInlineHighs({ load });
    expect(await backend.solve(KNAPSACK)).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/RuntimeError: Aborted.*tried again: .*Aborted/),
    });
    expect(await backend.solve(KNAPSACK)).toMatchObject(RIGHT);
    expect(loads()).toBe(3);
  });

  it("loads two modules from one description of the source", async () => {
    const source = {
      locateFile: (file: string) =>
        new URL(`../../node_modules/highs/build/${file}`, import.meta.url).href,
    };
    const modules = [await loadHighs(source), await loadHighs(source)];
    expect(modules[0]).not.toBe(modules[1]);
    expect(Object.keys(source)).toEqual(["locateFile"]);
  });

  it("takes the WASM that it is given, as bytes or compiled, and looks for no file", async () => {
    const wasmBinary = readFileSync(createRequire(import.meta.url).resolve("highs/runtime"));
    const locateFile = (): string => "/nowhere/highs.wasm";
    for (const wasm of [{ wasmBinary }, { wasmModule: await WebAssembly.compile(wasmBinary) }]) {
      const backend = createInlineHighs({ ...wasm, locateFile });
      expect(await backend.solve(KNAPSACK)).toMatchObject(RIGHT);
    }
    await expect(loadHighs({ locateFile })).rejects.toThrow();
    await expect(loadHighs({ wasmBinary: new Uint8Array(8) })).rejects.toThrow(/WebAssembly/);
  });
});

it("replaces a real worker whose thread died", async () => {
  const { outcome, started } = await (async () => {
    let count = 0;
    const backend = createHighsWorkerBackend({
      createWorker: (birth) => {
        const worker = startHighsWorker(birth);
        if (++count === 1) void worker.terminate();
        return worker;
      },
    });
    const result = await backend.solve(KNAPSACK);
    await backend.dispose();
    return { outcome: result, started: count };
  })();
  expect(outcome).toMatchObject(RIGHT);
  expect(started).toBe(2);
});
