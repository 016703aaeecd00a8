import { Link } from 'wouter';
import { PageFrame } from '../parts/page.tsx';

export function NotFoundPage() {
  return (
    <PageFrame title="No such page">
      <p>
        The console has no page here. <Link href="/">Go to the overview</Link>, or search for an id above.
      </p>
    </PageFrame>
  );
}
