import type { GraphQLFormattedError } from 'graphql';

type Variables = Readonly<Record<string, unknown>>;
type Answer = Readonly<{
  data?: Readonly<Record<string, unknown>> | null;
  errors?: readonly GraphQLFormattedError[];
}>;

/**
 * Sixty operations stand at eight stations, and the Apollo gateway asks for sixty entities. Here each is asked for once,
 * and its answer given to all who wanted it.
 */
export async function askOnceEach(
  variables: Variables | undefined,
  ask: (variables: Variables | undefined) => Promise<Answer>,
): Promise<Answer> {
  const representations = variables?.representations;
  if (!Array.isArray(representations) || representations.length < 2) return ask(variables);
  const places = new Map<string, number>();
  const unique: unknown[] = [];
  const placeOf = representations.map((representation) => {
    const text = JSON.stringify(representation);
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, unique.length);
    return unique.push(representation) - 1;
  });
  if (unique.length === representations.length) return ask(variables);
  return handedOut(await ask({ ...variables, representations: unique }), placeOf);
}

function handedOut({ data, errors }: Answer, placeOf: readonly number[]): Answer {
  const entities = data?._entities;
  const handed = Array.isArray(entities) ? { ...data, _entities: eachItsOwn(entities, placeOf) } : (data ?? null);
  return errors ? { data: handed, errors: errors.flatMap((error) => atEveryPlace(error, placeOf)) } : { data: handed };
}

/** The gateway merges into what it gets, so nobody shares an object. */
function eachItsOwn(entities: readonly unknown[], placeOf: readonly number[]): unknown[] {
  const given = new Set<number>();
  return placeOf.map((place) => {
    if (given.has(place)) return copyOf(entities[place]);
    given.add(place);
    return entities[place];
  });
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyOf((value as Record<string, unknown>)[key]);
  return copy;
}

function atEveryPlace(error: GraphQLFormattedError, placeOf: readonly number[]): GraphQLFormattedError[] {
  const [root, place, ...rest] = error.path ?? [];
  if (root !== '_entities' || typeof place !== 'number') return [error];
  return placeOf.flatMap((its, at) => (its === place ? [{ ...error, path: [root, at, ...rest] }] : []));
}
