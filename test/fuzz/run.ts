/** `npm run fuzz`: an hour from a seed of its own, unless FUZZ_SECONDS, FUZZ_INPUTS or FUZZ_SEED say otherwise. */
import { failureText, fuzz } from "./fuzz.ts";
import { settingsOf } from "./settings.ts";

const settings = settingsOf(process.env, { seed: Date.now() % 1_000_000_000, seconds: 3600 });
process.stdout.write(`seed ${settings.seed}\n`);
const beganAt = performance.now();
const report = await fuzz(settings, (failure) => process.stderr.write(failureText(failure)));
const seconds = Math.round((performance.now() - beganAt) / 1000);
for (const [target, inputs] of Object.entries(report.byTarget)) {
  process.stdout.write(`${String(inputs).padStart(9)}  ${target}\n`);
}
process.stdout.write(
  `${report.inputs} inputs in ${seconds} s, seed ${settings.seed}, ${report.failures.length} failures.\n`,
);
if (report.failures.length > 0) process.exitCode = 1;
