import type { Evaluation } from '../protocol/runFolder.ts';
import { html, named, type Html } from './html.ts';

/** The matrix as a table: rows true, columns predicted, shade = share of the row, right and wrong in two colours. */
export function confusionMatrix({ classNames, confusionMatrix: matrix }: Evaluation): Html {
  return html`<div class="scroll">
    <table class="matrix">
      <thead>
        <tr>
          <th></th>
          ${classNames.map((name) => html`<th scope="col" title="${name}"><span>${named(name)}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${matrix.map((row, index) => matrixRow(row, index, classNames))}
      </tbody>
    </table>
  </div>`;
}

function matrixRow(row: readonly number[], trueClass: number, classNames: readonly string[]): Html {
  const total = row.reduce((sum, count) => sum + count, 0);
  const name = classNames[trueClass] ?? '?';
  const cells = row.map((count, predicted) => {
    const share = total > 0 ? count / total : 0;
    const title = `${count} of ${total} images of ${name}, predicted as ${classNames[predicted] ?? '?'}`;
    return html`<td
      class="${predicted === trueClass ? 'right' : 'wrong'}"
      style="--share: ${share.toFixed(3)}"
      title="${title}"
    >
      ${count > 0 ? String(count) : ''}
    </td>`;
  });
  return html`<tr>
    <th scope="row" title="${name}">${named(name)}</th>
    ${cells}
  </tr>`;
}
