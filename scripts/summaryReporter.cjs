// Mocha's spec reporter, and beside it what the summary of `npm test` needs, as JSON in the file that
// UPSIZE_TEST_SUMMARY names. Written after each test, so that a run that dies says how far it came.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** Of a failure's text: as much as tells why, where the end of a log is all that is kept of it. */
const mostCharacters = 1500;

/** What a test failed of and where, indented to stand under its name. */
function whyOf({ message, stack = '' }) {
  const place = stack.split('\n').find((line) => /[\\/]test[\\/]/.test(line)) ?? '';
  return `${message.slice(0, mostCharacters)}\n${place.trim()}`.replace(/^/gm, '    ');
}

module.exports = class SummaryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const summary = { finished: false, passed: 0, failed: [], skipped: [] };
    const write = () => writeFileSync(process.env.UPSIZE_TEST_SUMMARY, JSON.stringify(summary));
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Runner.constants;
    runner.on(EVENT_TEST_PASS, () => {
      summary.passed++;
      write();
    });
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      summary.failed.push(`${test.fullTitle()}\n${whyOf(error)}`);
      write();
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      summary.skipped.push(test.fullTitle());
      write();
    });
    runner.on(EVENT_RUN_END, () => {
      summary.finished = true;
      write();
    });
  }
};
