import { type Service, startService } from './service.ts';
import { createFundedWallet } from './wallets.ts';

/** One service without a worker and one wallet, per importing file. */
export let service: Service;
export let wallet: string;
beforeAll(async () => {
  service = await startService({ worker: false });
  wallet = await createFundedWallet(service.url);
});
afterAll(() => service.stop());
