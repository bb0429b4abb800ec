// Runs highs-worker.ts unbuilt, for tests and development: a worker of Node 20 reads TypeScript only after JavaScript has
// registered a loader for it. Not part of the build, where the worker starts from highs-worker.js.
import { register } from "tsx/esm/api";

register();
await import("./highs-worker.ts");
