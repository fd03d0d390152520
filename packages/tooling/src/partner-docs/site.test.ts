import { buildSchema, isEnumType } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { partnerFile, supergraphFile } from '../composition.ts';
import { operationProblems } from '../schema-checks.ts';
import { partnerOperationsFolder, readOperations } from '../operations.ts';
import { escaped } from './html.ts';
import { documentedTypes } from './reference.ts';
import { partnerSite } from './site.ts';

const contract = readFileSync(partnerFile, 'utf8');
const schema = buildSchema(contract);
const operations = await readOperations(partnerOperationsFolder);
const site = partnerSite({ contract, supergraph: readFileSync(supergraphFile, 'utf8'), operations });
const pageOf = (name: string): string => site.get(name)!;

type Member = Readonly<{ name: string; args?: readonly { name: string }[] }>;

function coordinates(): readonly string[] {
  return documentedTypes(schema).flatMap((type) => {
    const members: readonly Member[] = isEnumType(type)
      ? type.getValues()
      : 'getFields' in type
        ? Object.values(type.getFields())
        : [];
    return [
      type.name,
      ...members.flatMap(({ name, args = [] }) => {
        const coordinate = `${type.name}.${name}`;
        return [coordinate, ...args.map((it) => `${coordinate}(${it.name}:)`)];
      }),
    ];
  });
}

describe('the partners’ documentation', () => {
  it('has a place for every type, field, argument, input and value of the contract', () => {
    const missing = coordinates().filter((it) => !pageOf('reference.html').includes(`id="${escaped(it)}"`));
    expect(missing).toEqual([]);
    expect(coordinates().length).toBeGreaterThan(400);
  });

  it('says beside a field which scope it needs, and in the guide which ones an account needs', () => {
    expect(pageOf('reference.html')).toMatch(/id="WorkOrder\.reports"[^]*?Needs report:view\.[^]*?<\/tr>/);
    expect(pageOf('index.html')).toContain('<code>inspection:view</code>');
    expect(pageOf('index.html')).not.toContain('cost:view');
  });

  it('has links that lead somewhere', () => {
    const broken = [...site].flatMap(([file, text]) =>
      [...text.matchAll(/href="([^"#]*)#?([^"]*)"/g)]
        .filter(([, to = '', place = '']) => {
          const target = site.get(to === '' ? file : to);
          return target === undefined || (place !== '' && !target.includes(`id="${place}"`));
        })
        .map(([link]) => `${file}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('opens from a folder and asks nobody else for anything', () => {
    for (const [file, text] of site) {
      if (!file.endsWith('.html')) continue;
      expect(text).not.toMatch(/<script|<iframe|<img|@import|(src|href)="(https?:)?\/\//);
      expect(text.match(/<(section|table|tr|td|dl|ul|pre)\b/g)?.length).toBe(
        text.match(/<\/(section|table|tr|td|dl|ul|pre)>/g)?.length,
      );
    }
  });

  it('shows operations that are valid in the contract', () => {
    expect(operations.length).toBeGreaterThan(5);
    for (const operation of operations) {
      expect(operationProblems(schema, operation)).toEqual([]);
      expect(pageOf('examples.html')).toContain(`id="${operation.name.replace('.graphql', '')}"`);
    }
  });

  it('shows what a description says, and runs none of it', () => {
    const wicked = 'type Query { "Below <script>alert(1)</script> & `a < b` \\" \' " a(b: String = "<b>"): Int }';
    const text = partnerSite({ contract: wicked, supergraph: wicked, operations: [] }).get('reference.html')!;
    expect(text).toContain(
      '<p>Below &lt;script&gt;alert(1)&lt;/script&gt; &amp; <code>a &lt; b</code> &quot; &#39; </p>',
    );
    expect(text).toContain('<code> = &quot;&lt;b&gt;&quot;</code>');
    expect(text).not.toContain('<script');
  });
});
