import { type Draft, type OperationRequest, draftOperation } from '../operations/draft-operation.ts';
import { lineSchema } from '../operations/general-operation.ts';
import { metadataOf } from '../http/metadata.ts';
import { Refusal } from '../http/refusal.ts';
import { toFieldErrors, tryWith } from '../http/schemas.ts';
import { NOT_SCHEDULED } from './csv-header.ts';
import { type LineNeeds, findLineFacts } from './find-line-facts.ts';
import type { RawLine } from './raw-line.ts';

export interface LineRules {
  /** Whether the lines are applied together: then all of them wait in the partition of the first. */
  isAtomic(): boolean;
  /** Whether a line's idempotency key or reference names its request. */
  readonly hasKeys: boolean;
  /** Whether the batch may be accepted without its invalid lines. */
  readonly skips: boolean;
}

/** A line that can be stored, if its key is not taken. */
export interface Place {
  readonly line: number;
  readonly draft: Draft;
}

/** A line whose fields passed their schema. */
interface ReadLine extends OperationRequest {
  readonly line: number;
}

type Refuse = (line: number, field: string, message: string) => void;

/** Checks the contents of lines, and finds everything they name. */
export async function findPlaces(
  needs: LineNeeds,
  raw: readonly RawLine[],
  rules: LineRules,
  refuse: Refuse,
): Promise<Place[]> {
  const read: ReadLine[] = [];
  for (const { line, value, problem, field, key } of raw) {
    if (problem !== null) {
      refuse(line, field ?? '', problem);
      continue;
    }
    const result = tryWith(lineSchema, value);
    if (result.success) {
      const { data } = result;
      const metadata = metadataOf(value);
      read.push({
        line,
        asked: data,
        extras: data,
        metadata,
        keyHeader: undefined,
        hasKey: rules.hasKeys,
        ownKey: key,
      });
    } else {
      const [first] = toFieldErrors(result.error);
      const message = first?.path === 'execute_at' ? NOT_SCHEDULED : first?.message;
      refuse(line, first?.path ?? '', message ?? 'is not an operation');
    }
  }
  const facts = await findLineFacts(
    needs,
    read.map(({ asked }) => asked),
  );
  const places: Place[] = [];
  for (const request of read) {
    const draft = draftOperation(request, facts);
    if (draft instanceof Refusal) refuse(request.line, draft.field, draft.message);
    else places.push({ line: request.line, draft });
  }
  return places;
}
