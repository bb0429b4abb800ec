/** `npm run fuzz`: an hour from a seed of its own, unless FUZZ_SECONDS, FUZZ_INPUTS or FUZZ_SEED say otherwise. */
import { failureText, fuzz } from "./fuzz.ts";
import { settingsOf } from "./settings.ts";

/** Seeds of a process that another takes over from: far from those of its rounds. */
const NEXT_SEED = 100_003;

const settings = settingsOf(process.env, { seed: Date.now() % 1_000_000_000, seconds: 3600 });
process.stdout.write(`seed ${settings.seed}\n`);
const beganAt = performance.now();
const secondsPassed = (): number => (performance.now() - beganAt) / 1000;
const byTarget = new Map<string, number>();
let inputs = 0;
let failures = 0;
// An input that ends the process ends it for the others as well: with FUZZ_KEEP_GOING the next one takes over.
for (let seed = settings.seed; ; seed += NEXT_SEED) {
  const report = await fuzz(
    {
      ...settings,
      seed,
      seconds: settings.seconds - secondsPassed(),
      inputs: settings.inputs === null ? null : settings.inputs - inputs,
    },
    (failure) => process.stderr.write(failureText(failure)),
  );
  inputs += report.inputs;
  failures += report.failures.length;
  for (const [target, count] of Object.entries(report.byTarget)) {
    byTarget.set(target, (byTarget.get(target) ?? 0) + count);
  }
  const isDone =
    secondsPassed() >= settings.seconds || (settings.inputs !== null && inputs >= settings.inputs);
  if (isDone || (report.failures.length > 0 && !settings.keepsGoing)) break;
}
for (const [target, count] of byTarget) {
  process.stdout.write(`${String(count).padStart(9)}  ${target}\n`);
}
process.stdout.write(
  `${inputs} inputs in ${Math.round(secondsPassed())} s, seed ${settings.seed}, ${failures} failures.\n`,
);
if (failures > 0) process.exitCode = 1;
