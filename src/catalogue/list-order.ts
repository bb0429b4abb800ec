/** Orders of a list; all but `name` and `memory` put the smallest first. */
export const LIST_ORDERS = ["price", "price-per-gpu", "price-per-gib", "memory", "name"] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];
