/** Text that is HTML already; all other text is escaped where it is put in. */
export type Html = Readonly<{ html: string }>;

type Part = string | number | Html | readonly Part[] | null | undefined | false;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (it) => escapes[it]!);

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'html' in part ? part.html : part.map(render).join('');
}

export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: texts.map((text, at) => (at === 0 ? '' : render(parts[at - 1])) + text).join(''),
});

/** Descriptions are Markdown, of which ours use paragraphs and `code`. */
export const prose = (text: string | null | undefined): Html =>
  html`${(text ?? '')
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map(
      (paragraph) => html`<p>${paragraph.split('`').map((it, at) => (at % 2 ? html`<code>${it}</code>` : it))}</p>`,
    )}`;
