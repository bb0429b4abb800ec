/** Items by the key of each, the keys in the order of their first appearance; Node 20 has no Map.groupBy. */
export function groupBy<Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Items in rising order of a text of each, which is made once; such of one text keep their order. */
export function sortedByText<Item>(items: Iterable<Item>, textOf: (item: Item) => string): Item[] {
  return Array.from(items, (item) => ({ item, text: textOf(item) }))
    .sort((a, b) => ascending(a.text, b.text))
    .map(({ item }) => item);
}

/** The largest of some numbers, however many: arguments of Math.max end at some hundred thousand. -Infinity for none. */
export function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), Number.NEGATIVE_INFINITY);
}

/** Rising order of numbers, infinite ones too, and of texts by their code units, the same in every locale. */
export function ascending<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
