/** Who asks, and what they may touch. The gateway vouches for it; a subgraph never takes it from a client. */
export type Claims = Readonly<{
  tenantId: string;
  factoryIds: readonly string[];
  userId: string;
  permissions: readonly string[];
  language: Language;
  traceId: string;
  /** Where the request came from: the address that the gateway saw and the terminal's name, if it gave one. */
  origin?: string | null;
  /**
   * Says that the answer must hold every commit of before the question: it is what a command answers, or what is looked at
   * because something changed and nobody would look again.
   */
  mustBeCurrent?: boolean | undefined;
}>;

export type Language = 'en' | 'zh-CN';

/** Work that no person asked for: consumers, schedulers, the gateway's own look-ups. */
export function systemClaims(
  service: string,
  scope: { tenantId: string; factoryIds: readonly string[]; traceId: string },
): Claims {
  return { ...scope, userId: `system:${service}`, permissions: [], language: 'en', mustBeCurrent: true };
}
