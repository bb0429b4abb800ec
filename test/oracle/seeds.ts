/**
 * Which problems the oracle's tests draw: problem numbers from ORACLE_FIRST (1) on, ORACLE_PROBLEMS of them. Without that, `npm run
 * test:long` draws `standard` of them and `npm test` the first quarter.
 * Every failure names its problem, which ORACLE_FIRST=<number> ORACLE_PROBLEMS=1 draws again alone.
 */
export function oracleSeeds(standard: number): number[] {
  const count = numberFrom("ORACLE_PROBLEMS") ?? (isLongRun() ? standard : Math.ceil(standard / 4));
  const first = numberFrom("ORACLE_FIRST") ?? 1;
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Whether this is `npm run test:long`, which takes its time. */
function isLongRun(): boolean {
  return process.env.TEST_LONG === "1";
}

function numberFrom(variable: string): number | null {
  const text = process.env[variable];
  if (text === undefined || text === "") return null;
  if (!/^\d+$/.test(text)) throw new Error(`${variable}=${text} is not a number of problems.`);
  return Number(text);
}
