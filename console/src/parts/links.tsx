import { Link } from 'wouter';

/** Ids are long and begin alike: a link shows the end of one, and says all of it to who asks. */
function ShortId({ id }: { id: string }) {
  return (
    <span className="id" title={id}>
      …{id.slice(-12)}
    </span>
  );
}

export function OperationLink({ id, isWhole = false }: { id: string; isWhole?: boolean }) {
  return (
    <Link href={`/operations/${id}`} aria-label={`Operation ${id}`}>
      {isWhole ? <span className="id">{id}</span> : <ShortId id={id} />}
    </Link>
  );
}

export function WalletLink({ id, isWhole = false }: { id: string; isWhole?: boolean }) {
  return (
    <Link href={`/wallets/${id}`} aria-label={`Wallet ${id}`}>
      {isWhole ? <span className="id">{id}</span> : <ShortId id={id} />}
    </Link>
  );
}

export function BatchLink({ id, isWhole = false }: { id: string; isWhole?: boolean }) {
  return (
    <Link href={`/batches/${id}`} aria-label={`Batch ${id}`}>
      {isWhole ? <span className="id">{id}</span> : <ShortId id={id} />}
    </Link>
  );
}
