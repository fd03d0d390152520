/** For other slices: what they need to know of GS1 identifiers. */
export { isGtin, toGtin14 } from './check-digit-rules.ts';
