/** How often a guesser was right that looked at nothing but these features. */
export interface Guess {
  /** Share of right guesses. */
  readonly accuracy: number;
  /** The mean over the classes of the share of right guesses. */
  readonly balancedAccuracy: number;
  /** What always guessing the most frequent class would get. */
  readonly majority: number;
}

/**
 * Guesses labels from features by the nearest 15 of the others, five-fold; features are brought to the same spread first. `accuracy` counts votes as they are,
 * `balancedAccuracy` divides them by how frequent their class is.
 */
export function guessLabels(features: readonly (readonly number[])[], labels: readonly string[]): Guess {
  const width = features[0]?.length ?? 0;
  const scaled = features.map((row) => [...row]);
  for (let column = 0; column < width; column++) {
    const values = features.map((row) => row[column]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
    for (const row of scaled) row[column] = (row[column]! - mean) / spread;
  }
  const classes = [...new Set(labels)];
  const size = new Map(classes.map((name) => [name, labels.filter((label) => label === name).length]));
  const right = new Map(classes.map((name) => [name, 0]));
  let plainRight = 0;
  labels.forEach((label, index) => {
    const near: { distance: number; label: string }[] = [];
    for (let other = 0; other < labels.length; other++) {
      if (other % 5 === index % 5) continue;
      let distance = 0;
      for (let column = 0; column < width; column++)
        distance += (scaled[index]![column]! - scaled[other]![column]!) ** 2;
      near.push({ distance, label: labels[other]! });
    }
    near.sort((a, b) => a.distance - b.distance);
    const votes = new Map<string, number>();
    for (const { label: vote } of near.slice(0, 15)) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    const best = (weight: (name: string) => number) =>
      [...votes].reduce((most, vote) => (vote[1] * weight(vote[0]) > most[1] * weight(most[0]) ? vote : most))[0];
    if (best(() => 1) === label) plainRight += 1;
    if (best((name) => 1 / size.get(name)!) === label) right.set(label, right.get(label)! + 1);
  });
  return {
    accuracy: plainRight / labels.length,
    balancedAccuracy: classes.reduce((sum, name) => sum + right.get(name)! / size.get(name)!, 0) / classes.length,
    majority: Math.max(...size.values()) / labels.length,
  };
}
