import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loading } from './loading.tsx';
import { PageFrame } from './page.tsx';
import { ProblemNote } from './problem-note.tsx';

/** The page of one thing: its frame is there before the thing is, and stays when asking again fails. */
export function ResourcePage<Answer>({
  title,
  lead,
  resource: { data, error, refetch },
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  resource: UseQueryResult<Answer>;
  actions?: (answer: Answer) => ReactNode;
  children: (answer: Answer) => ReactNode;
}) {
  return (
    <PageFrame title={title} lead={lead} actions={data === undefined ? undefined : actions?.(data)}>
      {error !== null && <ProblemNote problem={error} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <Loading /> : children(data)}
    </PageFrame>
  );
}
