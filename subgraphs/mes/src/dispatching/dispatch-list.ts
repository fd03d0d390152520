/** What is to be done at a station or by a class of stations, in pages. */
import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import { readPage, toPage, type Page } from '@enghub/subgraph-kit/pages';
import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import { pageOfDispatchList, type ListKey, type Place } from './dispatch-list-store.ts';

type PageArgs = Readonly<{ first: number; after?: string | null | undefined }>;
type Listed = Readonly<{ id: string; factoryId: string; equipmentClass?: string | null }>;

export const listOfStation = (
  { id, factoryId, equipmentClass = null }: Listed,
  page: PageArgs,
  context: Context,
): Promise<Page<ListKey>> => listOf({ stationId: id, factoryId, equipmentClass }, page, context);

export async function dispatchList(
  args: PageArgs &
    Readonly<{
      stationId?: string | null | undefined;
      factoryId?: string | null | undefined;
      equipmentClass?: string | null | undefined;
    }>,
  context: Context,
): Promise<Page<ListKey> | null> {
  const { stationId, factoryId, equipmentClass } = args;
  if (stationId != null && factoryId == null && equipmentClass == null) {
    const station = await context.loaders.station.load(stationId);
    return station && listOfStation(station, args, context);
  }
  if (stationId != null || factoryId == null || equipmentClass == null) {
    throw fault('BAD_USER_INPUT', 'Give stationId, or factoryId and equipmentClass.');
  }
  if (!isLabel(equipmentClass) || !(await context.loaders.factory.load(factoryId))) return null;
  return listOf({ factoryId, equipmentClass }, args, context);
}

async function listOf(place: Place, args: PageArgs, { db }: Context): Promise<Page<ListKey>> {
  const { first, after } = readPage({ first: args.first, after: args.after ?? null }, 7);
  const rows = await pageOfDispatchList(db, place, { first, after: after && readKey(after) });
  return toPage(rows, first, ({ rank, priority, due, planned, sequence, number, id }) => [
    rank,
    priority,
    due,
    planned,
    sequence,
    number,
    id,
  ]);
}

const INTEGER = /^-?\d{1,19}$/;
const fits = (text: string, bits: number): boolean =>
  INTEGER.test(text) && BigInt.asIntN(bits, BigInt(text)) === BigInt(text);

function readKey(after: readonly string[]): ListKey {
  const [rank = '', priority = '', due = '', planned = '', sequence = '', number = '', id = ''] = after;
  const areNumbers = [rank, priority, due, sequence].every((text) => fits(text, 32)) && fits(planned, 64);
  if (!areNumbers || !isLabel(number) || !isId(id))
    throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  return {
    rank: Number(rank),
    priority: Number(priority),
    due: Number(due),
    planned,
    sequence: Number(sequence),
    number,
    id,
  };
}
