import { escapeHtml } from '../panelHtml.ts';

/** What a window needs to bring a card back after a reload. */
export interface RunCardTarget {
  /** Absolute path of the workspace folder. */
  folder: string;
  runId: string;
}

/**
 * The page around a run card. The card lies in a frame where no script runs and nothing is loaded, whatever stands in its file;
 * the page's own script only tells VS Code which card it is, without which a reload would lose it.
 */
export function runCardPage(card: string, target: RunCardTarget, nonce: string): string {
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  // `<` would end the script early where a path has it.
  const state = JSON.stringify({ target }).replaceAll('<', '\\u003c');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <style>
      html, body { height: 100%; margin: 0; padding: 0; overflow: hidden; }
      iframe { width: 100%; height: 100%; border: 0; }
    </style>
  </head>
  <body>
    <iframe title="Run card" sandbox srcdoc="${escapeHtml(card)}"></iframe>
    <script nonce="${nonce}">acquireVsCodeApi().setState(${state});</script>
  </body>
</html>
`;
}
