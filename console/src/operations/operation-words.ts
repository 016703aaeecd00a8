/** The words of the API that pages choose from. */
export const OPERATION_TYPES = [
  ...['deposit', 'withdraw', 'resupply', 'transfer', 'top_up', 'bonus', 'spend'],
  ...['hold', 'capture', 'release', 'reversal', 'posting'],
] as const;
export const OPERATION_STATUSES = ['scheduled', 'pending', 'succeeded', 'failed'] as const;

const NOT_REVERSIBLE: readonly string[] = ['hold', 'release', 'reversal'];

export function isReversible(type: string): boolean {
  return !NOT_REVERSIBLE.includes(type);
}
