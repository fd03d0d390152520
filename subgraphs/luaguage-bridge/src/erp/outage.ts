/** The ERP gave no usable answer. */
type ErpOutage = Error & { readonly [outage]: { readonly isPassing: boolean } };

const outage = Symbol('erp outage');

/** A passing outage is worth another try. */
export function erpUnavailable(message: string, about: { cause?: unknown; isPassing?: boolean } = {}): Error {
  const error = new Error(`luaguage: ${message}`, { cause: about.cause });
  return Object.assign(error, { [outage]: { isPassing: about.isPassing ?? false } });
}

export const isErpUnavailable = (error: unknown): error is ErpOutage => error instanceof Error && outage in error;

export const isPassing = (error: unknown): boolean => isErpUnavailable(error) && error[outage].isPassing;
