import { count, percent } from '../ui/numbers.ts';
import { worstPairs } from './matrixMaths.ts';

const mostPairs = 8;

interface WorstPairsProps {
  matrix: readonly (readonly number[])[];
  classNames: readonly string[];
  onChoose: (trueClass: number, predictedClass: number) => void;
}

/** The mistakes that cost most images; each leads to them. */
export function WorstPairs({ matrix, classNames, onChoose }: WorstPairsProps) {
  const pairs = worstPairs(matrix, mostPairs);
  return (
    <section aria-label="Worst pairs">
      <h2>Most often mistaken</h2>
      {pairs.length === 0 ? <p class="muted">Nothing was mistaken.</p> : null}
      <ul class="files">
        {pairs.map((pair) => (
          <li key={`${pair.trueClass} ${pair.predictedClass}`}>
            <button type="button" class="link name" onClick={() => onChoose(pair.trueClass, pair.predictedClass)}>
              {classNames[pair.trueClass]} → {classNames[pair.predictedClass]}
            </button>
            <span class="number">{count(pair.count)}</span>
            <span class="number muted">{percent(pair.share)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
