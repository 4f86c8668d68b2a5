import { gainText } from '../protocol/gain.ts';
import { countText, durationText, lossText, noNumber, percent } from '../protocol/numberFormats.ts';
import type { Evaluation } from '../protocol/runFolder.ts';
import { confusionMatrix } from './confusionMatrix.ts';
import { html, named, type Html } from './html.ts';
import type { HardImage, RunCardStage } from './runCard.ts';

/** `59.3 % (57.1 to 61.4 %)`: an accuracy with its 95 % interval. */
export function accuracyWithInterval({ accuracy, accuracyInterval: [low, high] }: Evaluation): string {
  return `${percent(accuracy)} (95 % interval ${(100 * low).toFixed(1)} to ${percent(high)})`;
}

/** One stage of the card: its figures, confusion matrix, hardest images, proofs and config. */
export function stageSection(stage: RunCardStage): Html {
  const { row, config, evaluation, test, warnings } = stage;
  return html`<section>
    <h2 id="${row.id}">${row.size} px</h2>
    <p class="soft">
      Run <code>${row.id}</code>${row.name === null ? '' : html` · ${named(row.name)}`} ·
      ${row.state}${row.message === null ? '' : ` · ${row.message}`}
    </p>
    ${facts(stage)}
    ${
      warnings.length === 0
        ? null
        : html`<details>
            <summary>${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}</summary>
            <ul>
              ${warnings.map((warning) => html`<li>${named(warning)}</li>`)}
            </ul>
          </details>`
    }
    ${evaluation === null ? html`<p>Not evaluated: the stage did not get so far.</p>` : evaluated(evaluation, stage.hardest)}
    ${
      test === null
        ? null
        : html`<h3>Test images</h3>
            <p>
              ${accuracyWithInterval(test)}, ${countText(test.images.file.length)} images, looked at ${row.testLooks}
              ${row.testLooks === 1 ? 'time' : 'times'}.
            </p>`
    }
    <details>
      <summary>Config of this run</summary>
      <pre>${JSON.stringify(config, null, 2)}</pre>
    </details>
  </section>`;
}

function evaluated(evaluation: Evaluation, hardest: readonly HardImage[]): Html {
  return html`<h3>Confusion matrix</h3>
    <p class="soft">Validation images; rows true, columns predicted; shade is the share of the row.</p>
    ${confusionMatrix(evaluation)}
    <details>
      <summary>Precision, recall and F1 by class</summary>
      ${perClass(evaluation)}
    </details>
    ${
      hardest.length === 0
        ? null
        : html`<h3>Hardest validation images</h3>
            <p class="soft">As the network took them, largest loss first.</p>
            <div class="images">${hardest.map(hardImage)}</div>`
    }`;
}

function perClass({ classNames, perClass: scores }: Evaluation): Html {
  const share = (value: number | undefined) => percent(value ?? null);
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>class</th>
          <th>images</th>
          <th>precision</th>
          <th>recall</th>
          <th>F1</th>
        </tr>
      </thead>
      <tbody>
        ${classNames.map(
          (name, index) =>
            html`<tr>
              <td>${named(name)}</td>
              <td>${countText(scores[index]?.support ?? null)}</td>
              <td>${share(scores[index]?.precision)}</td>
              <td>${share(scores[index]?.recall)}</td>
              <td>${share(scores[index]?.f1)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function hardImage(image: HardImage): Html {
  const right = image.trueClass === image.predictedClass;
  return html`<figure>
    ${image.picture === null ? html`<div class="gone soft">no longer there</div>` : html`<img src="${image.picture}" alt="" />`}
    <figcaption>
      <span class="${right ? 'good' : 'bad'}"
        >${right ? '✓' : '✗'} ${named(image.predictedClass)} ${percent(image.confidence)}</span
      ><br />true: ${named(image.trueClass)}<br /><span class="soft">${named(image.file)}</span>
    </figcaption>
  </figure>`;
}

function fact(name: string, value: Html | string): Html {
  return html`<dt>${name}</dt>
    <dd>${value}</dd>`;
}

function facts(stage: RunCardStage): Html {
  const { row, config, engine, prepared, model, frozen, evaluation, attempts, bestEpoch } = stage;
  const { extend, training } = config.stage;
  const growth =
    extend === null
      ? 'first stage: a new network'
      : extend.strategy === 'resize'
        ? 'resize: the same layers on larger images'
        : `feeder: ${extend.feeder}, ${extend.cut}`;
  return html`<dl>
    ${fact('val_accuracy', evaluation ? `${accuracyWithInterval(evaluation)}, used for selection` : percent(row.valAccuracy))}
    ${fact('val_loss, top 3, macro F1', `${lossText(row.valLoss)}, ${percent(evaluation?.top3Accuracy ?? null)}, ${percent(evaluation?.macroF1 ?? null)}`)}
    ${row.gain === null && !row.otherImages ? null : fact('gain over the stage before', gainText(row))}
    ${fact('time', `${durationText(row.seconds)}${attempts > 1 ? ` in ${attempts} attempts` : ''}, ${countText(row.imagesPerSecond)} images/s`)}
    ${fact('epochs', `${row.epochs} of at most ${training.epochs}${bestEpoch === null ? '' : `; weights of epoch ${bestEpoch + 1} kept`}`)}
    ${fact('grown by', growth)}
    ${fact('parameters', `${countText(row.trainableParameters)} trainable of ${countText(row.totalParameters)}`)}
    ${model === null || model.initialValAccuracy === null ? null : fact('val_accuracy before training', percent(model.initialValAccuracy))}
    ${fact('frozen', frozen === null || frozen.tensors === 0 ? 'nothing' : html`${frozen.tensors} tensors, ${frozen.unchanged ? 'unchanged' : html`<span class="bad">changed</span>`}: SHA-256 <code>${frozen.sha256Before.slice(0, 16)}…</code> before, <code>${frozen.sha256After.slice(0, 16)}…</code> after`)}
    ${fact('optimizer', `${training.optimizer.name}, learning rate ${training.learningRate}, batch ${training.batchSize}`)}
    ${engine === null ? null : fact('engine', `${engine.name} (${engine.tensorflow === null ? `tfjs ${engine.tfjs}` : `TensorFlow ${engine.tensorflow}`}), ${engine.mode}, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}${engine.gpuUsed && engine.gpu !== null ? `, ${engine.gpu}` : ''}`)}
    ${fact('seed', String(config.seed))}
    ${prepared === null ? null : fact('images', `${countText(prepared.train)} to train, ${countText(prepared.validation)} to validate, ${countText(prepared.test)} test, ${countText(prepared.leftOut)} left out; ${countText(prepared.smallerThanStage)} smaller than ${row.size} px`)}
    ${prepared === null ? null : fact('data fingerprint', html`<code>${prepared.fingerprint}</code>`)}
    ${prepared === null ? null : fact('split', html`<code>${prepared.splitHash}</code>`)}
    ${fact('weights', row.weightsSha256 === null ? noNumber : html`<code>${row.weightsSha256}</code>`)}
  </dl>`;
}
