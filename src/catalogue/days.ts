const MILLISECONDS_PER_DAY = 86_400_000;

/** Whether a text is a day of the calendar as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    (new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) ?? false)
  );
}

/** Days from one ISO date to another; negative when `day` lies after `today`. */
export function ageDays(day: string, today: string): number {
  return (Date.parse(today) - Date.parse(day)) / MILLISECONDS_PER_DAY;
}

/** Prices of cloud GPUs move within months; from this age on a price is called stale. */
export const STALE_AFTER_DAYS = 90;
