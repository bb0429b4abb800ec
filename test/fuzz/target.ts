import fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import {
  type Edit,
  edit,
  edited,
  editText,
  type Format,
  type TextEdit,
  textEdit,
} from "./edits.ts";

/** Something that reads a text from outside. */
export interface Target {
  readonly name: string;
  readonly format: Format;
  /** Valid inputs that are changed. */
  readonly seeds: readonly string[];
  /** Throws what the program would; InputErrors are right answers to a bad input. */
  readonly run: (text: string) => unknown;
  /** Inputs a round: few where one takes milliseconds. */
  readonly inputsPerRound: number;
}

/** What a target is given. */
interface Draft {
  readonly seed: number;
  readonly edits: readonly Edit[];
  readonly textEdits: readonly TextEdit[];
  /** In place of all else. */
  readonly raw: Uint8Array | null;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  seed: fc.nat(1000),
  edits: fc.array(edit, { maxLength: 5 }),
  textEdits: fc.oneof(
    { weight: 4, arbitrary: fc.constant<TextEdit[]>([]) },
    { weight: 1, arbitrary: fc.array(textEdit, { maxLength: 3 }) },
  ),
  raw: fc.oneof(
    { weight: 30, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  ),
});

function inputOf({ seeds, format }: Target, { seed, edits, textEdits, raw }: Draft): string {
  if (raw !== null) return new TextDecoder().decode(raw);
  const structured = edited(seeds[seed % seeds.length]!, format, edits);
  return textEdits.reduce(editText, structured);
}

/** CPU time that one input may take, ms. */
const MOST_MILLISECONDS = 5000;

/**
 * Runs a target on one input.
 * @throws Error for what no input may do: an exception other than InputError, more than five seconds, an answer with a number that is
 * none
 */
export async function judge(target: Target, input: string): Promise<void> {
  const began = process.cpuUsage();
  const wrong = watchNumbers();
  try {
    await target.run(input);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  } finally {
    wrong.stop();
  }
  if (wrong.found() !== null) throw new Error(`the answer holds ${wrong.found()}.`);
  const { user, system } = process.cpuUsage(began);
  const milliseconds = (user + system) / 1000;
  if (milliseconds > MOST_MILLISECONDS) {
    throw new Error(`it took ${Math.round(milliseconds)} ms of CPU time.`);
  }
}

/** JSON has no word for numbers that are none and writes null: they are seen before that, in every answer (what has a status). */
function watchNumbers(): { readonly found: () => string | null; readonly stop: () => void } {
  const { stringify } = JSON;
  let found: string | null = null;
  JSON.stringify = ((value: unknown, ...rest: [never, never]) => {
    if (typeof value === "object" && value !== null && "status" in value) {
      found ??= numberThatIsNone(value, "");
    }
    return stringify(value, ...rest);
  }) as typeof JSON.stringify;
  return {
    found: () => found,
    stop: () => {
      JSON.stringify = stringify;
    },
  };
}

export function numberThatIsNone(value: unknown, path: string): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? null : `${path} ${value}`;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = numberThatIsNone(inner, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** What came of a round. */
export interface Round {
  readonly inputs: number;
  /** The smallest input found that does what none may; null when none does. */
  readonly failure: { readonly input: string; readonly error: string } | null;
}

/**
 * Gives a target inputs of a seed, and makes what fails small.
 * @param onInput told every input before it runs
 */
export async function fuzzTarget(
  target: Target,
  seed: number,
  inputs: number,
  milliseconds: number,
  onInput: (input: string) => void,
): Promise<Round> {
  let count = 0;
  const property = fc.asyncProperty(draft, async (each) => {
    const input = inputOf(target, each);
    count++;
    onInput(input);
    await judge(target, input);
  });
  const result = await fc.check(property, {
    seed,
    numRuns: inputs,
    interruptAfterTimeLimit: milliseconds,
  });
  if (!result.failed || result.counterexample === null) return { inputs: count, failure: null };
  const [smallest] = result.counterexample;
  const { errorInstance } = result;
  return {
    inputs: count,
    failure: {
      input: inputOf(target, smallest),
      error: errorInstance instanceof Error ? `${errorInstance.stack}` : String(errorInstance),
    },
  };
}
