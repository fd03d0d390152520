/** Puts `null` and an error where a field was denied, in the answer to an operation that was executed without it. */
import {
  GraphQLError,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { leavesOut, type Denials } from './guard.ts';
import type { FieldSelection, Selection } from './selection-tree.ts';
import { TYPENAME_KEY } from './strip.ts';

type Data = Record<string, unknown>;
type Path = readonly (string | number)[];
type Completed = Readonly<{ data: Data | null; errors: readonly GraphQLError[] }>;

export type Completion = Readonly<{
  api: GraphQLSchema;
  selections: readonly Selection[];
  denials: Denials;
  touched: ReadonlySet<FieldSelection>;
  variables: Readonly<Record<string, unknown>>;
}>;

/** What stands for a value that may not be null and has to be: its parent becomes null instead. */
const VOID = Symbol('void');

export function completeDenied(root: GraphQLCompositeType, data: Data | null, completion: Completion): Completed {
  const { api, denials, touched, variables } = completion;
  const met = new Map<FieldSelection, { path: Path; occurrences: number }>();

  function completeObject(selections: readonly Selection[], declared: GraphQLCompositeType, value: Data, path: Path) {
    const typeName = String(value[TYPENAME_KEY] ?? declared.name);
    const answer: Data = {};
    for (const [key, sites] of fieldsFor(selections, typeName)) {
      const denied = sites.find((site) => denials.has(site));
      if (denied) {
        note(denied, [...path, key]);
        if (isNonNullType(denied.definition.type)) return VOID;
        answer[key] = null;
        continue;
      }
      if (!(key in value)) continue;
      const completed = sites.some((site) => touched.has(site))
        ? completeValue(sites, sites[0]!.definition.type, value[key], [...path, key])
        : value[key];
      if (completed === VOID) return VOID;
      answer[key] = completed;
    }
    return answer;
  }

  function completeValue(
    sites: readonly FieldSelection[],
    type: GraphQLOutputType,
    value: unknown,
    path: Path,
  ): unknown {
    if (isNonNullType(type)) {
      const inner = completeValue(sites, type.ofType, value, path);
      return inner === null && value !== null ? VOID : inner;
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
      const items = (value as unknown[]).map((item, at) => completeValue(sites, type.ofType, item, [...path, at]));
      return items.includes(VOID) ? null : items;
    }
    const selections = sites.flatMap((site) => site.selections);
    const answer = completeObject(selections, sites[0]!.target!, value as Data, path);
    return answer === VOID ? null : answer;
  }

  /** The fields that count for a value of this type, by the key they are answered under. */
  function fieldsFor(selections: readonly Selection[], typeName: string): Map<string, FieldSelection[]> {
    const fields = new Map<string, FieldSelection[]>();
    const collect = (among: readonly Selection[]): void => {
      for (const selection of among) {
        if (selection.conditions.some((condition) => leavesOut(condition, variables))) continue;
        if (selection.kind === 'narrowing') {
          if (covers(selection.type, typeName)) collect(selection.selections);
          continue;
        }
        const group = fields.get(selection.responseKey);
        if (group) group.push(selection);
        else fields.set(selection.responseKey, [selection]);
      }
    };
    collect(selections);
    return fields;
  }

  function covers(type: GraphQLCompositeType, typeName: string): boolean {
    if (type.name === typeName) return true;
    const concrete = api.getType(typeName);
    return isAbstractType(type) && isObjectType(concrete) && api.isSubType(type, concrete);
  }

  function note(site: FieldSelection, path: Path): void {
    const before = met.get(site);
    met.set(site, before ? { ...before, occurrences: before.occurrences + 1 } : { path, occurrences: 1 });
  }

  const completed = data === null ? null : completeObject(completion.selections, root, data, []);
  const errors = [...met].map(([site, { path, occurrences }]) => denialAt(site, denials.get(site)!, path, occurrences));
  return { data: completed === VOID ? null : completed, errors };
}

function denialAt(site: FieldSelection, error: GraphQLError, path: Path, occurrences: number): GraphQLError {
  const type = site.types[0]?.name;
  const coordinate = type ? { coordinate: `${type}.${site.definition.name}` } : {};
  return new GraphQLError(error.message, {
    path,
    extensions: { ...error.extensions, ...coordinate, ...(occurrences > 1 ? { occurrences } : {}) },
  });
}
