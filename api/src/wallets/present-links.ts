import type { HistoryLine } from '@wallet/shared/database/tables/entries';
import { JsonText } from '@wallet/shared/words/json-text';

/**
 * The batch and targets of a movement's operation, and its caller's fields: the same in a history and in a statement.
 */
export function presentLinks(line: HistoryLine) {
  const { type, targetId, batchId, description, referenceId, metadata } = line;
  return {
    hold_id: type === 'reversal' ? null : targetId,
    reversal_of: type === 'reversal' ? targetId : null,
    batch_id: batchId,
    description,
    reference_id: referenceId,
    metadata: metadata === null ? null : new JsonText(metadata),
  };
}
