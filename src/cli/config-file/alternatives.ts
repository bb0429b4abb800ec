/** Ways of saying one thing, each a set of keys that go together. */
const ALTERNATIVES: readonly (readonly (readonly string[])[])[] = [
  [["instances"], ["pool"]],
  [["instances"], ["max_count"]],
  [["min_batch_size", "max_batch_size"], ["concurrency"], ["max_load"], ["request_rate"]],
  [["input_length", "input_length_p95"], ["input_lengths"]],
  [["output_length", "output_length_p95"], ["output_lengths"]],
  [["placement"], ["placements"], ["instance_family", "tp_degree", "pp_stages"]],
  [["placement"], ["solution"]],
  [["derive"], ["intra", "inter"]],
];

/** Whether a key of the file gives way because the command line says the same thing in another way. */
export function givesWay(key: string, onCommandLine: ReadonlySet<string>): boolean {
  return ALTERNATIVES.some(
    (ways) =>
      ways.some((keys) => keys.includes(key)) &&
      ways.some((keys) => !keys.includes(key) && keys.some((other) => onCommandLine.has(other))),
  );
}
