// Loads the core where imports of Node's modules fail, and evaluates a placement there.
import { register } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { register as registerTypeScript } from "tsx/esm/api";

registerTypeScript();
register("./reject-node.mjs", import.meta.url);
for (const name of ["process", "Buffer", "require", "setImmediate", "global"]) {
  Object.defineProperty(globalThis, name, { value: undefined });
}

const attempt = async (entry) => {
  try {
    return { core: await import(entry) };
  } catch (error) {
    return { error: String(error) };
  }
};

const { core, error } = await attempt("../../src/index.ts");
const control = await attempt("../../src/node.ts");
parentPort.postMessage({
  error,
  controlError: control.error,
  evaluation: core && evaluateThere(core, workerData),
});

function evaluateThere(core, { model, factors, rules, entries, placement, limits, weights }) {
  return core.evaluate(
    {
      model,
      pool: core.createPool(entries),
      network: { kind: "derived" },
      costModel: core.createReferenceModel(model, factors),
      rules,
      workload: {
        phase: null,
        inputTokens: null,
        outputTokens: null,
        minBatch: null,
        maxBatch: null,
      },
      limits,
      weights,
      totalTokensToProcess: 1_000_000,
      timeLimitSeconds: null,
      warnings: [],
    },
    placement,
  );
}
