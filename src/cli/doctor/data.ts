import type { Catalogue } from "../../catalogue/catalogue.ts";
import { ageDays, STALE_AFTER_DAYS } from "../../catalogue/days.ts";
import { readCatalogue } from "../../files/read-catalogue.ts";
import { count, plural } from "../../report/format.ts";
import type { DoctorFinding } from "./finding.ts";

type Result = Omit<DoctorFinding, "name">;

const REINSTALL = "files of the package are missing; reinstall it";

/** Whether the shipped prices are there and can be read, and how old they are. @param today ISO date */
export function checkCatalogue(
  today: string,
  { instances, prices }: Catalogue = readCatalogue(undefined),
): Result {
  const dates = prices.flatMap(({ asOf }) => (asOf === null ? [] : [asOf])).sort();
  const newest = dates.at(-1) ?? "no date";
  const what = `${plural(instances.length, "instance type")}, ${plural(prices.length, "price")} of ${dates[0] ?? "no date"} to ${newest}`;
  if (instances.length === 0 || prices.length === 0) {
    return { level: "fail", message: `${what}: ${REINSTALL}` };
  }
  const warn = (problem: string): Result => ({ level: "warn", message: `${what}${problem}` });
  if (dates.length > 0 && newest > today) {
    return warn(
      `, but the clock (or SOURCE_DATE_EPOCH) says ${today}: set it, since the age of prices is unknown`,
    );
  }
  const stale = dates.filter((date) => ageDays(date, today) > STALE_AFTER_DAYS).length;
  return stale === 0
    ? { level: "ok", message: what }
    : warn(`; ${count(stale)} are more than ${STALE_AFTER_DAYS} days old: check current prices`);
}

/** Whether the shipped models are there and can be read. */
export async function checkModels(): Promise<Result> {
  const { readLibrary } = await import("../../files/read-model.ts");
  const models = plural(readLibrary().length, "model");
  return readLibrary().length === 0
    ? { level: "fail", message: `${models}: ${REINSTALL}` }
    : { level: "ok", message: `${models} can be read` };
}
