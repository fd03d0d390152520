import type { Language } from '@enghub/subgraph-kit/claims';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import { hasCheckDigit, checkDigitOf, toGtin14 } from './check-digit-rules.ts';
import { messages } from './messages.ts';
import * as rules from './rules.ts';

export { isGtin, toGtin14 } from './check-digit-rules.ts';

export const parseGs1 = rules.parse;

type Refusal = Readonly<{ code: rules.Gs1Code | 'NO_LOT'; position: number; ai: string | null }>;

/** A refusal as it stands in the answer. */
export const gs1RefusalIn = (language: Language, refusal: Refusal) => {
  const { code, position, ai } = refusal;
  const details = { position: String(position), ai: ai ?? '' };
  return { __typename: 'Gs1Refusal' as const, position, ai, ...refusalIn(language, messages, code, details) };
};

export const checkDigit = (digits: string) => ({ valid: hasCheckDigit(digits), next: checkDigitOf(digits) });

/** Which lot the data names: its GTIN as 14 digits with the number of the serial or lot; else the pallet's SSCC. */
export function readLotKey(
  data: string,
  today: Date,
): Decision<Readonly<{ gtin: string | null; number: string }>, never, Refusal> {
  const read = rules.parse(data, today);
  if (!read.ok) return read;
  const valueOf = (ai: string) => read.state.find((element) => element.ai === ai)?.value;
  const gtin = valueOf('01');
  const number = valueOf('21') ?? valueOf('10');
  const sscc = valueOf('00');
  if (!(gtin && number) && sscc) return accept({ gtin: null, number: sscc });
  if (!gtin || !number) return refuse({ code: 'NO_LOT', position: 1, ai: null });
  return accept({ gtin: toGtin14(gtin), number });
}

type LabelledLot = Readonly<{ gtin: string | null; number: string; kind: 'LOT' | 'SERIAL'; expiresOn: string | null }>;

/** What the barcode on a lot's label says; null when it has no GTIN or its number cannot be encoded. */
export function gs1Of(lot: LabelledLot, today: Date): { elementString: string; humanReadable: string } | null {
  if (!lot.gtin) return null;
  const pairs = [
    { ai: '01', value: lot.gtin },
    { ai: lot.kind === 'SERIAL' ? '21' : '10', value: lot.number },
    ...(lot.expiresOn ? [{ ai: '17', value: rules.writeDay(lot.expiresOn) }] : []),
  ];
  const elementString = rules.build(pairs);
  return rules.parse(elementString, today).ok ? { elementString, humanReadable: rules.label(pairs) } : null;
}
