interface PanelPage {
  title: string;
  /** The reader's language, as a BCP 47 tag. */
  language: string;
  nonce: string;
  /** What VS Code serves the panel's own files from. */
  cspSource: string;
  scriptUri: string;
  styleUri: string;
}

/** Text as an attribute's value or an element's content. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * The page of a panel. Nothing may load but its own script, style sheet, icon font and pictures; nothing is fetched, and
 * text never becomes code. Style sheets that scripts construct (the toolkit's) need no further source.
 */
export function panelHtml(page: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `img-src ${page.cspSource} data:`,
    `font-src ${page.cspSource}`,
    `style-src ${page.cspSource} 'nonce-${page.nonce}'`,
    `script-src 'nonce-${page.nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(page.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
    <meta property="csp-nonce" content="${page.nonce}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(page.title)}</title>
    <link rel="stylesheet" href="${escapeHtml(page.styleUri)}">
  </head>
  <body>
    <div id="panel"></div>
    <script nonce="${page.nonce}" src="${escapeHtml(page.scriptUri)}"></script>
  </body>
</html>
`;
}
