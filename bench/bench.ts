/** One comparison: a figure of Upsize's beside a peer's, the higher the better. */
export interface BenchRow {
  case: string;
  /** Who Upsize is compared with. */
  peer: string;
  /** What the figures count, `images/s` for instance. */
  unit: string;
  /** Medians over the rounds. */
  upsizeMedian: number;
  peerMedian: number;
  /** Median over the rounds of Upsize's figure divided by the peer's of the same round, with a 95 % interval. */
  ratio: number;
  interval: [number, number];
  /** Smallest ratio that is aimed at, and smallest lower end of the interval. */
  goal: { ratio: number; lower: number };
  met: boolean;
  /** Lowest and highest figure of each. */
  upsizeSpread: [number, number];
  peerSpread: [number, number];
}

/** How much a bench measures. */
export interface BenchOptions {
  /** Rounds in which all contenders are measured, one after the other. */
  rounds: number;
  /** Roughly how long one measurement lasts. */
  seconds: number;
  /** Only cases whose name contains this. */
  only: string;
  /** Called with a line to show how far the bench is. */
  progress: (line: string) => void;
}

/** A benchmark: what it is, and how it is run. */
export interface Bench {
  name: string;
  /** A sentence for the table's head. */
  title: string;
  run(options: BenchOptions): Promise<BenchRow[]>;
}
