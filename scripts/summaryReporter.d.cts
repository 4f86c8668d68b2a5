import type { reporters } from 'mocha';

declare const SummaryReporter: typeof reporters.Spec;
export = SummaryReporter;
