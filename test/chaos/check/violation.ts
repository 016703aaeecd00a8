/** What a history breaks. */
export type Law =
  | 'lost'
  | 'unasked'
  | 'twice'
  | 'expired_early'
  | 'executed_early'
  | 'cancel_ignored'
  | 'other_request'
  | 'refused'
  | 'refused_for_nothing'
  | 'not_final'
  | 'order'
  | 'outcome'
  | 'balance'
  | 'no_serial_order'
  | 'stale_reading'
  | 'wrong_reading'
  | 'changed_outcome'
  | 'not_told'
  | 'told_otherwise'
  | 'told_out_of_order'
  | 'audit'
  | 'secret_in_log'
  | 'process_died'
  | 'not_in_time';
export interface Violation {
  readonly law: Law;
  /** When it happened on the clock of the campaign, as far as that can be said. */
  readonly at: number | null;
  readonly detail: string;
}
