/** Every type of a schema, with its fields, arguments and values, and the scopes that they need. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  print,
  astFromValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
} from 'graphql';
import { describeNeed, type Need } from '../required-scopes.ts';
import { html, prose, type Html } from './html.ts';

export type Needs = ReadonlyMap<string, Need>;

const rootNames = ['Query', 'Mutation', 'Subscription'];

export const documentedTypes = (schema: GraphQLSchema): readonly GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((it) => !it.name.startsWith('__') && !isSpecifiedScalarType(it));

/** A type as it is written, with a link to its own place on the page. */
function typeLink(type: GraphQLType): Html {
  const { name } = getNamedType(type);
  const [before = '', after = ''] = String(type).split(name);
  const link = isSpecifiedScalarType(getNamedType(type)) ? html`${name}` : html`<a href="#${name}">${name}</a>`;
  return html`<code>${before}${link}${after}</code>`;
}

function defaultOf({ defaultValue, type }: GraphQLArgument | GraphQLInputField): Html | false {
  const value = defaultValue === undefined ? undefined : astFromValue(defaultValue, type);
  return value != null && html`<code> = ${print(value)}</code>`;
}

const deprecation = ({ deprecationReason }: { deprecationReason?: string | null | undefined }) =>
  deprecationReason != null && html`<p class="deprecated">Deprecated: ${deprecationReason}</p>`;

function fieldRow(
  type: GraphQLNamedType,
  field: GraphQLField<unknown, unknown> | GraphQLInputField,
  needs: Needs,
): Html {
  const id = `${type.name}.${field.name}`;
  const need = needs.get(id);
  const args = 'args' in field ? field.args : [];
  return html`<tr id="${id}">
    <th><code>${field.name}</code></th>
    <td>${typeLink(field.type)}${!('args' in field) && defaultOf(field)}</td>
    <td>
      ${prose(field.description)}${deprecation(field)} ${need && html`<p class="need">Needs ${describeNeed(need)}.</p>`}
      ${
        args.length > 0 &&
        html`<dl>
          ${args.map(
            (it) =>
              html`<dt id="${id}(${it.name}:)"><code>${it.name}: </code>${typeLink(it.type)}${defaultOf(it)}</dt>
                <dd>${prose(it.description)}</dd>`,
          )}
        </dl>`
      }
    </td>
  </tr>`;
}

function membersOf(type: GraphQLNamedType, needs: Needs): Html {
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
    const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(type.getFields());
    return html`<table>
      ${fields.map((field) => fieldRow(type, field, needs))}
    </table>`;
  }
  if (isEnumType(type)) {
    return html`<table>
      ${type.getValues().map(
        (it) =>
          html`<tr id="${type.name}.${it.name}">
            <th><code>${it.name}</code></th>
            <td>${prose(it.description)}${deprecation(it)}</td>
          </tr>`,
      )}
    </table>`;
  }
  if (isUnionType(type)) return html`<p>One of ${type.getTypes().map((it) => html` ${typeLink(it)}`)}</p>`;
  return html``;
}

function kindOf(type: GraphQLNamedType): string {
  if (rootNames.includes(type.name)) return 'where an operation begins';
  if (isEnumType(type)) return 'enum';
  if (isInputObjectType(type)) return 'input';
  if (isInterfaceType(type)) return 'interface';
  if (isUnionType(type)) return 'union';
  return isObjectType(type) ? 'type' : 'scalar';
}

function section(type: GraphQLNamedType, needs: Needs): Html {
  const interfaces = isObjectType(type) ? type.getInterfaces() : [];
  const need = needs.get(type.name);
  return html`<section id="${type.name}">
    <h2>${type.name} <small>${kindOf(type)}</small></h2>
    ${prose(type.description)}
    ${interfaces.length > 0 && html`<p>Implements ${interfaces.map((it) => typeLink(it))}</p>`}
    ${need && html`<p class="need">Needs ${describeNeed(need)}.</p>`} ${membersOf(type, needs)}
  </section>`;
}

export function reference(schema: GraphQLSchema, needs: Needs): Html {
  const types = documentedTypes(schema);
  const roots = rootNames.flatMap((name) => types.filter((it) => it.name === name));
  const inOrder = [...roots, ...types.filter((it) => !roots.includes(it))];
  return html`<h1>Reference</h1>
    <ul class="index">
      ${inOrder.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}
    </ul>
    ${inOrder.map((type) => section(type, needs))}`;
}
