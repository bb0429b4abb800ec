/** After so many guesses numbers are halved: guesses that are always off on one side would take as many steps as there are numbers. */
const MOST_GUESSES = 3;

/**
 * The first number from 0 that is so, all after it being so as well; `count` where none is.
 * @param guess a number near the last one that is not so, given one that is not and one that is
 */
export function firstThat(
  count: number,
  isSo: (number: number) => boolean,
  guess?: (isNot: number, is: number) => number,
): number {
  if (count === 0 || !isSo(count - 1)) return count;
  if (isSo(0)) return 0;
  let [isNot, is] = [0, count - 1];
  for (let step = 0; is - isNot > 1; step++) {
    const next = guess && step < MOST_GUESSES ? guess(isNot, is) : (isNot + is) >> 1;
    const number = Math.min(Math.max(next, isNot + 1), is - 1);
    if (isSo(number)) is = number;
    else isNot = number;
  }
  return is;
}
