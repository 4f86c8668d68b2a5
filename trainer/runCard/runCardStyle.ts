/** Style of a run card: light or dark as the reader's system is, no font and no picture from elsewhere. */
export const runCardStyle = `
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --page: #ffffff; --band: #f6f8fa; --good: #1a7f37; --bad: #cf222e;
  --s0: #6cb0f0; --s1: #3f8fdc; --s2: #1f6fc0; --s3: #14549a; --s4: #0c3d75; --s5: #072a54; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --band: #151b23; --good: #3fb950; --bad: #f85149;
    --s0: #1f6fc0; --s1: #3f8fdc; --s2: #6cb0f0; --s3: #93c6f7; --s4: #b8dbfb; --s5: #dceefe; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 24px; background: var(--page); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 32px 0 8px; padding-top: 16px; border-top: 1px solid var(--line); }
h3 { font-size: 14px; margin: 20px 0 6px; } p { margin: 4px 0; } .soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); }
table { border-collapse: collapse; } th, td { padding: 4px 10px; text-align: right; white-space: nowrap; }
th { font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); }
td:first-child, th:first-child { text-align: left; padding-left: 0; }
.scroll { overflow-x: auto; }
.rungs { display: inline-flex; align-items: flex-end; gap: 2px; height: 14px; margin-right: 8px; }
.rungs i { width: 5px; border: 1px solid var(--soft); } .rungs i.own { background: var(--s2); border-color: var(--s2); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px; }
figure { margin: 0; } figcaption { color: var(--soft); margin-bottom: 4px; }
.chart { width: 100%; height: auto; display: block; } .chart text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.chart .bandLabel { text-anchor: middle; } .chart .band.even { fill: var(--band); } .chart .band.odd { fill: none; }
.chart .grid { stroke: var(--line); } .chart .line { fill: none; stroke-linejoin: round; }
.chart .thin { stroke-width: 1.25; } .chart .thick { stroke-width: 2.75; } .chart .dot { stroke: none; }
${[0, 1, 2, 3, 4, 5]
  .map(
    (stage) =>
      `.chart .line.stage${stage} { stroke: var(--s${stage});${stage === 0 ? '' : ` stroke-dasharray: ${[0, 9, 6, 4, 3, 2][stage] ?? 2} ${[0, 2, 2, 2, 2, 2][stage] ?? 2};`} } .chart .dot.stage${stage} { fill: var(--s${stage}); }`,
  )
  .join('\n')}
.matrix { font-size: 12px; } .matrix th, .matrix td { padding: 0; border: 0; }
.matrix thead th { height: 90px; vertical-align: bottom; text-align: left; }
.matrix thead th span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 86px; overflow: hidden; display: inline-block; padding: 2px 0; }
.matrix tbody th { text-align: right; padding-right: 6px; max-width: 160px; overflow: hidden; text-overflow: ellipsis; }
.matrix td { width: 26px; min-width: 26px; height: 26px; text-align: center; padding: 0; border: 1px solid var(--page); }
.matrix td.right { background: color-mix(in srgb, var(--s2) calc(var(--share) * 85%), var(--band)); }
.matrix td.wrong { background: color-mix(in srgb, var(--bad) calc(var(--share) * 85%), var(--band)); }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(116px, 1fr)); gap: 12px; }
.images figure { font-size: 12px; overflow-wrap: anywhere; }
.images img, .images .gone { width: 112px; height: 112px; image-rendering: pixelated; background: var(--band); display: grid; place-items: center; text-align: center; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 8px 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; background: var(--band); padding: 12px; font-size: 12px; } code { font-size: 12px; } summary { cursor: pointer; margin: 8px 0; }
@media print { body { max-width: none; } details { display: none; } }
`;
