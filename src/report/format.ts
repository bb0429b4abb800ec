/** Text of numbers, units and names as the terminal reports print them. The same everywhere: no locale takes part. */

import { REPLACEMENT } from "../terminal-text.ts";

/** From here on a grouped number is too long to be read. */
const MOST_GROUPED = 1e9;

/** A number with thousands commas and about four significant digits: 1,210.4, 40.96, 0.2295. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= MOST_GROUPED) return value.toExponential(3);
  if (size >= 100) return grouped(value, 1);
  if (size >= 10) return value.toFixed(2);
  if (size >= 1) return value.toFixed(3);
  return value === 0 ? "0" : shortPrecise(value, 4);
}

/** A whole number with thousands commas. */
export function count(value: number): string {
  return Math.abs(value) >= MOST_GROUPED ? value.toExponential(3) : grouped(value, 0);
}

/** Dollars with two to four decimals: $40.96, $9.3999; amounts below ten cents keep four significant digits. */
export function usd(value: number): string {
  const size = Math.abs(value);
  if (size >= MOST_GROUPED) return `$${value.toExponential(3)}`;
  if (size > 0 && size < 0.1) return `$${shortPrecise(value, 4)}`;
  return `$${grouped(value, 4)
    .replace(/(\.\d\d\d?)0{1,2}$/, "$1")
    .replace(/(\.\d\d)0$/, "$1")}`;
}

/** A year's hours by its months, 8,760 / 12: what providers reckon a month with. */
const HOURS_PER_MONTH = 730;

/** "$0.34 per hour ($248 per month)": the same rented for a month of 730 hours. */
export function hourlyText(usdPerHour: number): string {
  return `${usd(usdPerHour)} per hour${usdPerHour === 0 ? "" : ` (${monthlyUsd(usdPerHour)} per month)`}`;
}

/** What an hourly price is in a month of 730 hours; whole dollars from ten on. */
export function monthlyUsd(usdPerHour: number): string {
  const perMonth = usdPerHour * HOURS_PER_MONTH;
  return perMonth >= 10 && perMonth < MOST_GROUPED ? `$${count(perMonth)}` : usd(perMonth);
}

/** Dollars with four decimals, for columns of prices that are compared; amounts below ten cents as `usd`. */
export function usdColumn(value: number): string {
  const size = Math.abs(value);
  return size >= 0.1 && size < MOST_GROUPED ? `$${grouped(value, 4)}` : usd(value);
}

/** As `usd`, but never less than the amount: what is left out is rounded up. */
export function usdUp(value: number): string {
  const step = value >= 0.1 && value < MOST_GROUPED ? 1e-4 : shortStep(value);
  return usd(toStep(value, step, Math.ceil));
}

/** As `figure`, but never less than the number. */
export function figureUp(value: number): string {
  return figure(toStep(value, figureStep(value), Math.ceil));
}

/** As `figure`, but never more than the number. */
export function figureDown(value: number): string {
  return figure(toStep(value, figureStep(value), Math.floor));
}

/** A share as percent: 0.1234 is "12.3 %", 1 is "100 %". */
export function percent(share: number): string {
  const value = share * 100;
  const size = Math.abs(value);
  if (size >= 1000) return `${count(value)} %`;
  if (Number.isInteger(value)) return `${value} %`;
  return `${size >= 0.1 ? value.toFixed(1) : value.toPrecision(2)} %`;
}

/** Hours in the unit that reads best: "13.8 min", "3.25 h", "12.4 days". */
export function duration(hours: number): string {
  if (hours < 1 / 60) return `${figure(hours * 3600)} s`;
  if (hours < 1) return `${figure(hours * 60)} min`;
  if (hours < 48) return `${figure(hours)} h`;
  return `${figure(hours / 24)} days`;
}

/** "1 stage", "3 stages". */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A text with everything that could steer a terminal made visible. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, REPLACEMENT);
}

/**
 * A text from a file as a report shows it: nothing in it steers the terminal, and all of it is of known width, so that
 * tables stay straight. Letters of any script stay; marks that change their neighbours and pictures do not.
 */
export function printable(text: string): string {
  return visible(text)
    .normalize("NFC")
    .replace(
      /[^\p{L}\p{N}\p{P}\p{S} \uFFFD]|\p{Extended_Pictographic}|\p{Regional_Indicator}/gu,
      REPLACEMENT,
    );
}

/** A GPU's name without its maker: "NVIDIA A10G" is "A10G". */
export function shortGpu(gpuModel: string): string {
  return printable(gpuModel.replace(/^NVIDIA\s+/i, ""));
}

/** Rounds to whole steps; a number that is one but for rounding stays. */
function toStep(value: number, step: number, round: (value: number) => number): number {
  const steps = value / step;
  const whole = Math.round(steps);
  return (Math.abs(steps - whole) <= 1e-10 * Math.abs(steps) ? whole : round(steps)) * step;
}

/** The last digit that `figure` shows of a positive number. */
function figureStep(value: number): number {
  if (value >= MOST_GROUPED) return shortStep(value);
  if (value >= 100) return 0.1;
  if (value >= 10) return 0.01;
  return value >= 1 ? 0.001 : shortStep(value);
}

/** The fourth significant digit of a positive number. */
function shortStep(value: number): number {
  return value > 0 ? 10 ** (Math.floor(Math.log10(value)) - 3) : 1;
}

function grouped(value: number, decimals: number): string {
  const [whole = "", fraction] = value.toFixed(decimals).split(".");
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}

/** Significant digits without trailing zeros. */
function shortPrecise(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  return text.includes("e") ? text : text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}
