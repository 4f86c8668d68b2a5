import { countText, lossText, percent, points } from '../protocol/numberFormats.ts';
import { gainText } from '../protocol/gain.ts';
import { gainPerMinute } from '../protocol/runRow.ts';
import { Html, html, named } from './html.ts';
import { lineChart, type ChartBand, type ChartLine } from './lineChart.ts';
import type { RunCard, RunCardStage } from './runCard.ts';
import { runCardStyle } from './runCardStyle.ts';
import { stageSection } from './stageSection.ts';

/** Nothing from elsewhere is ever loaded, and no script runs, whatever stands in the page. */
const contentSecurityPolicy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The whole page of a run card: one file that needs no network and no script. */
export function renderRunCard(card: RunCard): string {
  const last = card.stages.at(-1)?.row;
  const sizes = card.stages.map(({ row }) => row.size).join(' → ');
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${card.name}: ${sizes} px</title>
      <style>
        ${new Html(runCardStyle)}
      </style>
    </head>
    <body>
      <h1>${named(card.name)}</h1>
      <p>${sizes} px${last ? html` · val_accuracy <strong>${percent(last.valAccuracy)}</strong>` : ''}</p>
      <p class="soft">
        Run card by Upsize ${card.upsize}, ${new Date(card.written).toISOString().slice(0, 16).replace('T', ' ')} UTC
      </p>
      ${ladder(card.stages)} ${card.control === null ? null : html`<p>${card.control}</p>`}
      <div class="charts">${curves(card.stages)}</div>
      ${card.stages.map(stageSection)}
    </body>
  </html> `;
  return `<!doctype html>\n${page.text}`;
}

/** Three rungs, the stage's own filled. */
function rungs(own: number, count: number): Html {
  return html`<span class="rungs"
    >${Array.from({ length: count }, (_, index) => {
      const height = Math.round((14 * (index + 1)) / count);
      return html`<i class="${index === own ? 'own' : ''}" style="height: ${height}px"></i>`;
    })}</span
  >`;
}

function ladder(stages: readonly RunCardStage[]): Html {
  const rows = stages.map(({ row }, index) => {
    const gain = Math.round(1000 * (row.gain ?? 0));
    // Good and bad have a sign beside their colour; what rounds to nothing has neither.
    const sign =
      gain === 0
        ? gainText(row)
        : html`<span class="${gain < 0 ? 'bad' : 'good'}">${gain < 0 ? '▼' : '▲'} ${points(row.gain)}</span>`;
    return html`<tr>
      <td>${rungs(index, stages.length)}<a href="#${row.id}">${row.size}</a></td>
      <td>${percent(row.valAccuracy)}</td>
      <td>${sign}</td>
      <td>${lossText(row.valLoss)}</td>
      <td>${(row.seconds / 60).toFixed(1)}</td>
      <td>${countText(row.imagesPerSecond)}</td>
      <td>${countText(row.trainableParameters)} / ${countText(row.totalParameters)}</td>
      <td>${points(gainPerMinute(row))}</td>
    </tr>`;
  });
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>size (px)</th>
            <th>val_accuracy</th>
            <th>gain</th>
            <th>val_loss</th>
            <th>minutes</th>
            <th>images/s</th>
            <th>parameters (trainable / total)</th>
            <th>gain per minute</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p class="soft">val_accuracy is that of the saved weights on all validation images; it was used for selection.</p>`;
}

/** Accuracy and loss over all epochs of the ladder, one stage after the other. */
function curves(stages: readonly RunCardStage[]): Html {
  const bands: ChartBand[] = [];
  const accuracy: ChartLine[] = [];
  const loss: ChartLine[] = [];
  let before = 0;
  for (const [stage, { row, epochs }] of stages.entries()) {
    const start = before;
    const line = (thick: boolean, value: (epoch: (typeof epochs)[number]) => number): ChartLine => ({
      stage,
      thick,
      points: epochs.map((epoch, index) => [start + index + 1, value(epoch)] as const),
    });
    accuracy.push(
      line(false, (epoch) => epoch.accuracy),
      line(true, (epoch) => epoch.valAccuracy),
    );
    loss.push(
      line(false, (epoch) => epoch.loss),
      line(true, (epoch) => epoch.valLoss),
    );
    bands.push({ from: start + 0.5, to: start + epochs.length + 0.5, label: `${row.size} px` });
    before += epochs.length;
  }
  const wholePercent = (value: number) => `${Math.round(100 * value)} %`;
  const xLabel = 'epochs';
  return html`<figure>
      <figcaption>accuracy (thin) and val_accuracy (thick)</figcaption>
      ${lineChart({ title: 'Accuracy over the epochs of each stage', xLabel, lines: accuracy, bands, format: wholePercent })}
    </figure>
    <figure>
      <figcaption>loss (thin) and val_loss (thick)</figcaption>
      ${lineChart({ title: 'Loss over the epochs of each stage', xLabel, lines: loss, bands, format: lossText })}
    </figure>`;
}
