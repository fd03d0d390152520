/** The six ways in which systems like this one lose reports or count them twice. */
import type { Change, Defect } from './defect.ts';

/** Sums of orders are read, added to in between, and written: whoever wrote meanwhile is overwritten. */
const readModifyWrite: readonly Change[] = [
  {
    from: `         WHERE r.request_id IS NULL OR r.request_id = ANY (booked)))
   ORDER BY id FOR NO KEY UPDATE;`,
    to: `         WHERE r.request_id IS NULL OR r.request_id = ANY (booked)));`,
  },
  {
    from: 'w_good[spot] := 0; w_scrap[spot] := 0; w_rework[spot] := 0; w_reports[spot] := 0;',
    to: ['good:good_quantity', 'scrap:scrap_quantity', 'rework:rework_quantity', 'reports:report_count']
      .map((pair) => pair.split(':'))
      .map(([sum, of]) => `w_${sum}[spot] := (SELECT ${of} FROM mes.work_orders WHERE id = report.work_order_id);`)
      .join('\n      '),
  },
  {
    from: `SET good_quantity = w.good_quantity + s.good,
           scrap_quantity = w.scrap_quantity + s.scrap,
           rework_quantity = w.rework_quantity + s.rework,
           report_count = w.report_count + s.reports`,
    to: 'SET good_quantity = s.good, scrap_quantity = s.scrap, rework_quantity = s.rework, report_count = s.reports',
  },
];

export const defects: readonly Defect[] = [
  {
    name: 'no-dedupe',
    title: 'a request id that comes again counts again',
    functions: {
      'mes.report_production': [
        {
          from: `      FROM given ORDER BY request_id
    ON CONFLICT DO NOTHING RETURNING request_id`,
          to: `      FROM given ORDER BY request_id
    ON CONFLICT (tenant_id, request_id) DO UPDATE SET answer = excluded.answer RETURNING request_id`,
        },
      ],
    },
    scenario: 'F1a',
    minutes: 0.5,
    caughtBy: ['duplicated', 'wrongReplay'],
  },
  {
    name: 'lost-update',
    title: 'sums of orders are read, changed and written back',
    functions: { 'mes.report_production': readModifyWrite },
    // One process sends its reports one statement after another; two of them meet.
    scenario: 'F17',
    minutes: 0.5,
    caughtBy: ['wrongSum'],
  },
  {
    name: 'outbox-outside',
    title: 'events are written after the transaction of the report',
    functions: {
      'mes.report_production': [
        {
          from: `WITH ORDINALITY AS e(event, turn)
       ORDER BY given.place, e.turn`,
          to: `WITH ORDINALITY AS e(event, turn)
       WHERE false ORDER BY given.place, e.turn`,
        },
      ],
    },
    sources: {
      'subgraphs/mes/src/production-reporting/store.ts': [
        {
          from: `import type { OutboxEvent } from '@enghub/messaging/outbox';`,
          to: `import { appendEvents, type OutboxEvent } from '@enghub/messaging/outbox';`,
        },
        {
          from: `  const { answers, materials } = row!.result;
`,
          to: `  const { answers, materials } = row!.result;
  const isAccepted = (_: unknown, at: number) => answers[at]!.outcome === 'ACCEPTED';
  await appendEvents(db, prepared.filter(isAccepted).flatMap(({ events }) => events));
`,
        },
      ],
    },
    scenario: 'F3a',
    minutes: 1,
    caughtBy: ['outboxMissing'],
  },
  {
    name: 'marked-first',
    title: 'events are marked sent before the broker has confirmed them',
    sources: {
      'packages/messaging/src/relay.ts': [
        {
          from: `    await transport.publish(events);
`,
          to: `    await session.query(\`UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY ($1::bigint[])\`, [
      rows.map((row) => row.id),
    ]);
    await transport.publish(events);
`,
        },
      ],
    },
    scenario: 'F8a',
    minutes: 0.8,
    caughtBy: ['effectMissing'],
  },
  {
    name: 'acknowledged-first',
    title: 'events are acknowledged to the broker before their effect',
    sources: {
      'packages/messaging/src/rabbitmq-consumer.ts': [
        {
          from: `        if (!message) return void own.channel.close().catch(() => {});
`,
          to: `        if (!message) return void own.channel.close().catch(() => {});
        own.channel.ack(message);
`,
        },
        {
          from: 'if ((await what(own, message)) && isOpen(own)) own.channel.ack(message);',
          to: 'await what(own, message);',
        },
      ],
    },
    scenario: 'F3a',
    minutes: 1,
    caughtBy: ['effectMissing'],
  },
  {
    name: 'no-inbox',
    title: 'an event that comes again has its effect again',
    sources: {
      'packages/messaging/src/inbox.ts': [{ from: 'return claimed === 1;', to: 'return claimed <= 1;' }],
      // This consumer has no row in the inbox: that a report counts once is kept by its own table.
      'subgraphs/qms/src/inspections/store.ts': [
        {
          from: `      ON CONFLICT DO NOTHING
      RETURNING tenant_id, factory_id)`,
          to: `      ON CONFLICT (tenant_id, production_report_id) DO UPDATE SET counted_at = excluded.counted_at
      RETURNING tenant_id, factory_id)`,
        },
      ],
    },
    scenario: 'F14',
    minutes: 0.5,
    caughtBy: ['effectTwice'],
  },
];
