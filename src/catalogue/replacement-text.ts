import { placeText, type Replacement } from "./catalogue.ts";

/** A replacement in words: "price AWS p5.48xlarge us-east-1 on-demand, usd_per_hour 60 for 98.32 (…:2 over …:31)". */
export function replacementText({ what, name, changes, before, after }: Replacement): string {
  const figures = changes.map((change) => `${change.column} ${change.after} for ${change.before}`);
  return `${what} ${name}, ${figures.join(", ")} (${placeText(after)} over ${placeText(before)})`;
}
