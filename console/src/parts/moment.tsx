import { showAgo, showMoment } from '../format/time.ts';
import { useNow } from './use-now.ts';

/** When something was, or how long ago; the other when pointed at. */
export function Moment({ at, ago = false }: { at: string | null | undefined; ago?: boolean }) {
  const now = useNow(ago ? 1_000 : 60_000);
  if (at === null || at === undefined) return <>–</>;
  return (
    <time dateTime={at} title={ago ? showMoment(at, now) : `${showAgo(at, now)} (${at})`}>
      {ago ? showAgo(at, now) : showMoment(at, now)}
    </time>
  );
}

/** When something is done next. What should have been done by now is due: it is done as soon as it can be. */
export function Due({ at }: { at: string | null }) {
  const now = useNow();
  if (at !== null && Date.parse(at) <= now) return <>due</>;
  return <Moment at={at} ago />;
}
