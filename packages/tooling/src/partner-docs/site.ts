/** The partners' documentation: a few HTML files that need nothing but each other. Pure. */
import { buildSchema, type GraphQLSchema } from 'graphql';
import type { ClientOperation } from '../operations.ts';
import { requiredScopes } from '../required-scopes.ts';
import { guide } from './guide.ts';
import { html, type Html } from './html.ts';
import { reference, type Needs } from './reference.ts';
import { styleSheet } from './style-sheet.ts';

export type SiteSources = Readonly<{
  /** schema/partner.graphql */
  contract: string;
  supergraph: string;
  operations: readonly ClientOperation[];
}>;

const pages = { 'index.html': 'Guide', 'examples.html': 'Examples', 'reference.html': 'Reference' } as const;

/** File name → text. */
export function partnerSite({ contract, supergraph, operations }: SiteSources): ReadonlyMap<string, string> {
  const schema = buildSchema(contract);
  const needs = requiredScopes(supergraph);
  return new Map([
    ['index.html', page('index.html', guide(scopesOf(schema, needs)))],
    ['examples.html', page('examples.html', examples(operations))],
    ['reference.html', page('reference.html', reference(schema, needs))],
    ['partner.graphql', contract],
    ['style.css', styleSheet],
  ]);
}

function page(file: keyof typeof pages, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${pages[file]} · EngHub MES for partners</title>
        <link rel="stylesheet" href="style.css" />
      </head>
      <body>
        <nav>
          ${Object.entries(pages).map(([to, title]) =>
            to === file ? html`<strong>${title}</strong> ` : html`<a href="${to}">${title}</a> `,
          )}
        </nav>
        <main>${content}</main>
      </body>
    </html> `.html;
}

function examples(operations: readonly ClientOperation[]): Html {
  return html`<h1>Examples</h1>
    ${operations.map(({ name, text, variables }) => {
      const title = name.replace(/\.graphql$/, '');
      const [, comment = '', document = text] = /^# ([^\n]*)\n([^]*)$/.exec(text) ?? [];
      return html`<section id="${title}">
        <h2>${title}</h2>
        <p>${comment}</p>
        <pre><code>${document.trim()}</code></pre>
        ${
          variables &&
          html`<p>Variables:</p>
            <pre><code>${variables.trim()}</code></pre>`
        }
      </section>`;
    })}`;
}

/** All that the fields of the contract ask for. */
function scopesOf(schema: GraphQLSchema, needs: Needs): readonly string[] {
  const isShown = (coordinate: string): boolean => {
    const [name = '', field] = coordinate.split('.');
    const type = schema.getType(name);
    if (!type) return false;
    return field === undefined || ('getFields' in type && type.getFields()[field] !== undefined);
  };
  const asked = [...needs].filter(([coordinate]) => isShown(coordinate)).flatMap(([, need]) => need.flat());
  return [...new Set(asked)].sort();
}
