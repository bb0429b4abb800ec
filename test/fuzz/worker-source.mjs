// Runs worker.ts unbuilt: a worker of Node 20 reads TypeScript only after JavaScript has registered a loader for it.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
