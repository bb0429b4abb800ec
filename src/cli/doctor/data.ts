import { ageDays, STALE_AFTER_DAYS } from "../../catalogue/days.ts";
import { readCatalogue } from "../../files/read-catalogue.ts";
import { count, plural } from "../../report/format.ts";
import type { DoctorFinding } from "./finding.ts";

type Result = Omit<DoctorFinding, "name">;

/** Whether the shipped prices can be read, and how old they are. @param today ISO date */
export function checkCatalogue(today: string): Result {
  const { instances, prices } = readCatalogue(undefined);
  const dates = prices.flatMap(({ asOf }) => (asOf === null ? [] : [asOf])).sort();
  const stale = dates.filter((date) => ageDays(date, today) > STALE_AFTER_DAYS).length;
  const what = `${plural(instances.length, "instance type")}, ${plural(prices.length, "price")} of ${dates[0] ?? "no date"} to ${dates.at(-1) ?? "no date"}`;
  return stale === 0
    ? { level: "ok", message: what }
    : {
        level: "warn",
        message: `${what}; ${count(stale)} are more than ${STALE_AFTER_DAYS} days old: check what you would pay`,
      };
}

/** Whether the shipped models can be read. */
export async function checkModels(): Promise<Result> {
  const { readLibrary } = await import("../../files/read-model.ts");
  return { level: "ok", message: `${plural(readLibrary().length, "model")} can be read` };
}
