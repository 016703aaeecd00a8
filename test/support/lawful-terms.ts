import { type Move, type TermsRig, ENDED, NEXT, acceptWith, applyWith, holdIs, reversedIs } from './terms-rig.ts';

/** The unlawful changes that a test makes to an operation. */
export interface Changed {
  readonly moves?: readonly Move[];
  /** The stored amounts of holds and reversals. */
  readonly also?: readonly string[];
}

export const LAWFUL_KINDS = [
  'hold',
  'capture',
  'capture that is not final',
  'capture of all for a house account',
  'release',
  'release of all',
  'reversal of a part',
  'reversal of all that is left',
  'reversal of a capture',
  'reversal of a posting',
  'posting',
] as const;
export type Lawful = Record<(typeof LAWFUL_KINDS)[number], (changed?: Changed) => string>;

const { open, capture, transfer, posting } = ENDED;

/** Statements that accept an operation and apply it: lawfully, but for what is changed. */
export function lawfully(rig: TermsRig): Lawful {
  return {
    hold: ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'hold', amount: 300, terms: { expires_at: '2030-01-01' } })};
     ${applyWith(rig, moves ?? [[rig.accounts.own, rig.accounts.held, 300]], ...(also ?? [holdIs(rig, NEXT, 300, 0, 0)]))}`,
    capture: ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'capture', amount: 150, terms: { target_id: open, final: true } })};
     ${applyWith(
       rig,
       moves ?? [
         [rig.accounts.held, rig.treasury, 150],
         [rig.accounts.held, rig.accounts.own, 250, { leg: 1 }],
       ],
       ...(also ?? [holdIs(rig, open, 500, 250, 250)]),
     )}`,
    'capture that is not final': ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'capture', amount: 150, to: rig.receiver, terms: { target_id: open, final: false } })};
     ${applyWith(
       rig,
       moves ?? [[rig.accounts.held, rig.accounts.receiver, 150]],
       ...(also ?? [holdIs(rig, open, 500, 250, 0)]),
     )}`,
    'capture of all for a house account': ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'capture', terms: { target_id: open, final: false, to_account_id: String(rig.accounts.fees) } })};
     ${applyWith(
       rig,
       moves ?? [[rig.accounts.held, rig.accounts.fees, 400]],
       ...(also ?? [holdIs(rig, open, 500, 500, 0)]),
     )}`,
    release: ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'release', amount: 150, terms: { target_id: open } })};
     ${applyWith(rig, moves ?? [[rig.accounts.held, rig.accounts.own, 150]], ...(also ?? [holdIs(rig, open, 500, 100, 150)]))}`,
    'release of all': ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'release', terms: { target_id: open } })};
     ${applyWith(rig, moves ?? [[rig.accounts.held, rig.accounts.own, 400]], ...(also ?? [holdIs(rig, open, 500, 100, 400)]))}`,
    'reversal of a part': ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'reversal', amount: 30, terms: { target_id: transfer } })};
     ${applyWith(rig, moves ?? [[rig.accounts.receiver, rig.accounts.own, 30]], ...(also ?? [reversedIs(transfer, 100, 70)]))}`,
    'reversal of all that is left': ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'reversal', terms: { target_id: transfer } })};
     ${applyWith(rig, moves ?? [[rig.accounts.receiver, rig.accounts.own, 60]], ...(also ?? [reversedIs(transfer, 100, 100)]))}`,
    'reversal of a capture': ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'reversal', terms: { target_id: capture } })};
     ${applyWith(rig, moves ?? [[rig.treasury, rig.accounts.own, 150]], ...(also ?? [reversedIs(capture, 150, 150)]))}`,
    'reversal of a posting': ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, { type: 'reversal', terms: { target_id: posting } })};
     ${applyWith(
       rig,
       moves ?? [
         [rig.accounts.fees, rig.accounts.receiver, 10, { leg: 1 }],
         [rig.accounts.receiver, rig.accounts.own, 100],
       ],
       ...(also ?? [reversedIs(posting, 110, 110)]),
     )}`,
    posting: ({ moves, also }: Changed = {}) =>
      `${acceptWith(rig, {
        ...{ type: 'posting', terms: { legs: 2 } },
        legs: [
          [0, rig.accounts.own, rig.accounts.receiver, 100],
          [1, rig.accounts.otherFloat, rig.accounts.otherAssetTreasury, 10, 1],
        ],
      })};
     ${applyWith(
       rig,
       moves ?? [
         [rig.accounts.own, rig.accounts.receiver, 100],
         [rig.accounts.otherFloat, rig.accounts.otherAssetTreasury, 10, { leg: 1, asset: 1 }],
       ],
       ...(also ?? []),
     )}`,
  };
}
