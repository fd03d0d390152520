import type { Language } from './claims.ts';

/** Words for every refusal of a slice, in each language: a refusal without words does not compile. */
export type RefusalMessages<Code extends string> = Readonly<Record<Code, Readonly<Record<Language, string>>>>;

/** The refusal as it stands in the answer. `details` fills `{name}` gaps in the message. */
export function refusalIn<Code extends string>(
  language: Language,
  messages: RefusalMessages<Code>,
  code: Code,
  details: Readonly<Record<string, string>> = {},
): { code: Code; message: string } {
  const message = messages[code][language].replace(/\{(\w+)\}/g, (gap, name: string) => details[name] ?? gap);
  return { code, message };
}
