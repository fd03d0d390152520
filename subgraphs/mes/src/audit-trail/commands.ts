import type { AuditChange, AuditEntry } from './rules.ts';
import * as rules from './rules.ts';

export const changesOf = ({ before, after }: AuditEntry): AuditChange[] => rules.changesOf(before, after);
