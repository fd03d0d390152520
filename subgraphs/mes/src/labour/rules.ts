export type JobKind = 'LABOUR' | 'SETUP' | 'MACHINE';

/** One operator, or a machine by itself, on one operation at one station from start to end. */
export type Job = Readonly<{
  id: string;
  factoryId: string;
  workOrderId: string;
  operationId: string;
  stationId: string;
  kind: JobKind;
  /** Null for a machine's job. */
  operatorId: string | null;
  startedAt: Date;
  /** Null while it runs. */
  endedAt: Date | null;
  recordedBy: string;
}>;
