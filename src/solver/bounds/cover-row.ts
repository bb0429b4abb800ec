/**
 * One instance more: lowers the costs of covering 0, 1, … steps of a demand (the row at `to`) to what they are with an instance that
 * holds `holds` of them and costs `cost`, beside what the row at `from` says of the rest. Rows never fall; both stay so.
 *
 *   row_to[l] = min(row_to[l], cost + row_from[max(0, l − holds)])
 *
 * @param width steps of a row, at least 1; the rows do not overlap
 * @returns whether anything got cheaper
 */
export function addInstanceTo(
  cells: Float64Array,
  from: number,
  to: number,
  width: number,
  holds: number,
  cost: number,
): boolean {
  const alone = cells[from]! + cost;
  if (!(alone < cells[to + width - 1]!)) return false;
  let changed = false;
  const most = Math.min(holds, width - 1);
  for (let l = most; l >= 0 && alone < cells[to + l]!; l--) {
    cells[to + l] = alone;
    changed = true;
  }
  for (let l = most + 1; l < width; l++) {
    const total = cells[from + l - holds]! + cost;
    if (total < cells[to + l]!) {
      cells[to + l] = total;
      changed = true;
    }
  }
  return changed;
}
