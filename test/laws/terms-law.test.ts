import { refusalOf } from '../support/law-rig.ts';
import {
  type TermsRig,
  ENDED,
  NEXT,
  acceptWith,
  addLegs,
  addTerms,
  applyWith,
  holdIs,
  reversedIs,
  startTermsRig,
} from '../support/terms-rig.ts';

let rig: TermsRig;
beforeAll(async () => {
  rig = await startTermsRig();
});
afterAll(() => rig?.service.stop());

it('x', async () => {
  expect(rig.book.size).toBeGreaterThan(0);
});
