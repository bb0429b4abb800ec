// Preloaded into a child process: kills it, as `kill -9` does, just before its KILL_AT-th change of the file system.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

let left = Number(process.env.KILL_AT);
for (const name of ["writeFileSync", "renameSync", "rmSync", "mkdirSync", "fsyncSync"]) {
  const real = fs[name];
  fs[name] = (...args) => {
    if (left-- === 0) process.kill(process.pid, "SIGKILL");
    return real(...args);
  };
}
syncBuiltinESMExports();
