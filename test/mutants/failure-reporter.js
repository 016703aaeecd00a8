import { appendFileSync } from 'node:fs';

/** Writes each failure as it comes, one line of JSON each. */
export default class FailureReporter {
  onTestCaseResult(test, { status, fullName }) {
    if (status === 'failed') tell(test.path, fullName);
  }

  onTestResult(test, { numFailingTests, failureMessage }) {
    // It could not be loaded, or left something open behind.
    if (numFailingTests === 0 && failureMessage) tell(test.path, 'the file as a whole');
  }
}

function tell(path, name) {
  appendFileSync(process.env.TEST_FAILURES_FILE, `${JSON.stringify({ path, name, at: Date.now() })}\n`);
}
