import LeakEnvironment from '../support/leak-environment.js';

/** Skips the rest of a test file after the first test that failed. Hooks still run, so everything is stopped. */
export default class FirstFailureEnvironment extends LeakEnvironment {
  async handleTestEvent(event, state) {
    if (event.name === 'test_done' && event.test.errors.length > 0) this.hasFailed = true;
    if (event.name === 'test_start' && this.hasFailed) event.test.mode = 'skip';
    await super.handleTestEvent(event, state);
  }
}
