// Runs the built program on every example and checks its exit code; what the answers say is checked by the tests.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const paths = readdirSync("examples", { recursive: true })
  .filter((path) => /(^|[\\/])example[^\\/]*\.json$/.test(path))
  .sort();
let failures = paths.length === 0 ? 1 : 0;
for (const path of paths) {
  const { args, exit_code: expected } = JSON.parse(readFileSync(`examples/${path}`, "utf8"));
  const { status, stdout, stderr } = spawnSync("node", ["dist/cli/main.js", ...args], {
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
process.exit(failures === 0 ? 0 : 1);
