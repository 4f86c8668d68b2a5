/** A figure over the rounds: the middle one, and the lowest and the highest. */
export interface Figure {
  median: number;
  spread: [lowest: number, highest: number];
}

/**
 * What is aimed at: so many times as good as the peer, with a lower end of the interval that is at least `lower`; or a
 * figure of Upsize's own of at most so much. A figure without a goal is there to be compared.
 */
export type Goal = { ratio: number; lower: number } | { atMost: number } | null;

/** One comparison: a figure of Upsize's, beside a peer's where there is one. */
export interface BenchRow {
  case: string;
  /** What the figures count, `images/s` for instance. */
  unit: string;
  better: 'more' | 'less';
  upsize: Figure;
  /** Who Upsize is compared with. */
  peer: (Figure & { name: string }) | null;
  /** How many times as good as the peer Upsize is, median over the rounds: above 1 is better, whatever `better` says. */
  ratio: number | null;
  /** 95 % interval of the ratio; of Upsize's median where there is no peer. */
  interval: [low: number, high: number];
  goal: Goal;
  /** True where there is no goal. */
  met: boolean;
}

/** How much a bench measures, and on what. */
export interface BenchOptions {
  /** Rounds in which all contenders are measured, one after the other. */
  rounds: number;
  /** Roughly how long one measurement lasts. */
  seconds: number;
  /** Only cases whose name contains this. */
  only: string;
  /** For development: fewer cases and less work. Nothing that it prints is a result. */
  quick: boolean;
  /** Folder of photographs, one folder for each class; null for the generated sample. It is only read. */
  photos: string | null;
  /** Called with a line to show how far the bench is. */
  progress: (line: string) => void;
}

/** A benchmark: what it is, and how it is run. */
export interface Bench {
  name: string;
  /** A sentence or two for the table's head. */
  title: string;
  /** The rows, or why the bench cannot be run on this machine, as a sentence. */
  run(options: BenchOptions): Promise<BenchRow[] | { skipped: string }>;
}
