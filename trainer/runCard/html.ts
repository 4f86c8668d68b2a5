/** Text that is already HTML: what `html` made. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML that shows just that text, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  // Control characters have no place in HTML, and a file's name may hold any.
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd')
    .replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

type Part = Html | string | number | null | readonly (Html | string | number | null)[];

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === null) return '';
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeHtml(String(part));
}

/** A template whose values are escaped, except where they are HTML themselves: nothing a user named can become markup. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, string, index) => `${text}${textOf(parts[index - 1] ?? null)}${string}`));
}

/** A name of a class or a file. Its writing direction stays its own and does not turn the words around it. */
export function named(name: string): Html {
  return html`<bdi>${name}</bdi>`;
}
