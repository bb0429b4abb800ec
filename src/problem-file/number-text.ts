/** Long rows of numbers stand on one line of a file: `0*3 1*58` for three 0 and 58 times 1. */

const RUN = /^(-?[\d.]+(?:e[+-]?\d+)?)(?:\*(\d+))?$/i;

/** Most numbers of one row; no model and no pool has as many. */
const MOST_NUMBERS = 1_000_000;

export function numbersText(numbers: Iterable<number>): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[0] === number) last[1]++;
    else runs.push([number, 1]);
  }
  return runs
    .map(([number, times]) => (times === 1 ? `${number}` : `${number}*${times}`))
    .join(" ");
}

/** The numbers of a text; null where it is none. */
export function numbersOf(text: string): number[] | null {
  const numbers: number[] = [];
  for (const word of text.split(" ")) {
    const [, number, times = "1"] = RUN.exec(word) ?? [];
    const value = Number(number);
    if (number === undefined || !Number.isFinite(value)) return null;
    if (numbers.length + Number(times) > MOST_NUMBERS) return null;
    for (let i = 0; i < Number(times); i++) numbers.push(value);
  }
  return numbers;
}
