import { Link } from 'wouter';
import type { Asset } from '../api/resources.ts';
import { showCount } from '../format/words.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageFrame } from '../parts/page.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../session/session.ts';
import { NewAssetDialog } from './new-asset-dialog.tsx';

const COLUMNS: readonly Column<Asset>[] = [
  { title: 'Asset', cell: ({ code }) => <WalletsLink code={code} /> },
  { title: 'Name', cell: ({ name }) => name },
  { title: 'Decimals', isNumber: true, cell: ({ scale }) => scale },
  { title: 'Transferable', cell: ({ transferable }) => (transferable ? 'yes' : 'no') },
  { title: 'Number', isNumber: true, isExtra: true, cell: ({ id }) => showCount(id) },
];

/** What wallets hold. */
export function AssetsPage() {
  const mayAdd = useMay('assets:admin');
  const add = mayAdd && (
    <ActionButton label="New asset" isMain render={(close) => <NewAssetDialog onClose={close} />} />
  );
  return (
    <PageFrame title="Assets" actions={add}>
      <PagedList
        label="Assets"
        path="/assets"
        columns={COLUMNS}
        keyOf={({ code }) => code}
        empty={
          <EmptyState title="There are no assets yet.">
            <p>
              Add one here with the scope <code>assets:admin</code>, or with <code>npm run assets -- add</code>.
            </p>
          </EmptyState>
        }
      />
    </PageFrame>
  );
}

function WalletsLink({ code }: { code: string }) {
  return (
    <Link href={`/wallets?asset=${code}`} aria-label={`Wallets in ${code}`} title={`Wallets in ${code}`}>
      {code}
    </Link>
  );
}
