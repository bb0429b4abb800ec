// Runs the built program on every example and checks its exit code; what the answers say is checked by the tests.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Flags that name what a command writes; all of it goes to a directory that is removed. */
const WRITES = new Set(["--out", "--report", "--export-model"]);
const scratch = mkdtempSync(join(tmpdir(), "examples-"));

const paths = readdirSync("examples", { recursive: true })
  .filter((path) => /(^|[\\/])example[^\\/]*\.json$/.test(path))
  .sort();
let failures = paths.length === 0 ? 1 : 0;
for (const path of paths) {
  const { args, exit_code: expected } = JSON.parse(readFileSync(`examples/${path}`, "utf8"));
  const folder = mkdtempSync(join(scratch, "run-"));
  const written = args.map((arg, i) => (WRITES.has(args[i - 1]) ? join(folder, arg) : arg));
  const { status, stdout, stderr } = spawnSync("node", ["dist/cli/main.js", ...written], {
    encoding: "utf8",
  });
  const isFine = status === expected && stdout !== "";
  process.stdout.write(`${isFine ? "ok" : "FAILED"}  examples/${path}: exit code ${status}\n`);
  if (isFine) continue;
  failures++;
  process.stdout.write(
    `expected exit code ${expected} and an answer on stdout\n${stdout}${stderr}`,
  );
}
rmSync(scratch, { recursive: true });
process.exit(failures === 0 ? 0 : 1);
