/** What is said of an order but never stored. */
export { latenessOf, type Lateness } from './lateness-rules.ts';
export { remaining as remainingQuantity } from './rules.ts';
