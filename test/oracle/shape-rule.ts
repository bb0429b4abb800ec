import { kvHeadCount } from "../../src/model/attention.ts";
import type { Model } from "../../src/model/model.ts";

/**
 * Whether a model can be shared out to so many GPUs, told by sharing it out: every GPU gets as many query heads, each with its key/value
 * head there; as wide a slice of each feed-forward network; of weights with one scale, all or none.
 */
export function canShareOut(model: Model, gpus: number): boolean {
  if (gpus === 1) return true;
  const each = (count: number): number[] => {
    const shares = new Array<number>(gpus).fill(0);
    for (let i = 0; i < count; i++) shares[Math.floor((i * gpus) / count)]!++;
    return shares;
  };
  const areEqual = (shares: readonly number[]): boolean => shares.every((n) => n === shares[0]);
  const { kinds } = model.architecture;
  const widths = kinds.flatMap((kind) => [kind.ffnWidth, kind.sharedFfnWidth]);
  const group = model.weightGroups?.inputs ?? 1;
  const wholeGroups = kinds.every(({ ffnWidth, sharedFfnWidth }) =>
    [ffnWidth, sharedFfnWidth].every((width) => areEqual(each(width / group))),
  );
  return (
    kinds.every(({ attention }) => {
      const kvHeads = kvHeadCount(attention);
      const areShared =
        kvHeads >= gpus ? areEqual(each(kvHeads)) : Number.isInteger(gpus / kvHeads);
      return areEqual(each(attention.heads)) && areShared;
    }) &&
    widths.every((width) => Number.isInteger(width / gpus)) &&
    wholeGroups
  );
}
