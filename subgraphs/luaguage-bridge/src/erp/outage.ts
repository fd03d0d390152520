/** The ERP gave no usable answer. */
export type ErpOutage = Error & { readonly [outage]: About };

type About = Readonly<{
  /** Worth another try. */
  isPassing: boolean;
  /** The ERP read what we sent and will not have it. */
  isRefusal: boolean;
}>;

const outage = Symbol('erp outage');

export function erpUnavailable(message: string, about: Partial<About> = {}): ErpOutage {
  const error = new Error(`luaguage: ${message}`);
  return Object.assign(error, { [outage]: { isPassing: false, isRefusal: false, ...about } });
}

export const isErpUnavailable = (error: unknown): error is ErpOutage => error instanceof Error && outage in error;

export const isPassing = (error: unknown): boolean => isErpUnavailable(error) && error[outage].isPassing;

export const isRefusal = (error: unknown): boolean => isErpUnavailable(error) && error[outage].isRefusal;
