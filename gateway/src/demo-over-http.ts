import { request } from 'undici';
import { z } from 'zod';
import type { Demo } from './http/dev-token-route.ts';

const users = [
  { id: 'emp-001', name: 'emp-001', role: 'production manager' },
  { id: 'emp-101', name: 'emp-101', role: 'operator' },
  { id: 'emp-201', name: 'emp-201', role: 'quality engineer' },
  { id: 'emp-301', name: 'emp-301', role: 'planner' },
  { id: 'emp-401', name: 'emp-401', role: 'maintainer' },
  { id: 'emp-901', name: 'emp-901', role: 'administrator' },
  { id: 'partner-001', name: 'partner-001', role: 'partner' },
  { id: 'emp-701', name: 'emp-701', role: 'production manager of tenant-002' },
];

const answerSchema = z.object({ token: z.string() });

/** The simulated ERP's demo users, whose tokens it hands out at `/token`. */
export function demoOverHttp(simulatorUrl: string): Demo {
  const url = new URL('/token', simulatorUrl);
  return {
    users,
    async tokenFor(userId) {
      const response = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ userId }),
        signal: AbortSignal.timeout(5_000),
      });
      const answer = await response.body.text();
      return response.statusCode === 200 ? answerSchema.parse(JSON.parse(answer)).token : null;
    },
  };
}
