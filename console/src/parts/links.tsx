import { Link } from 'wouter';

interface LinkOfId {
  readonly id: string;
  readonly isWhole?: boolean;
}

/** Ids are long and begin alike: unless it is to be whole, a link shows the end of one, and the rest when pointed at. */
function IdLink({ path, what, id, isWhole = false }: LinkOfId & { path: string; what: string }) {
  return (
    <Link href={`/${path}/${id}`} aria-label={`${what} ${id}`}>
      <span className="id" title={isWhole ? undefined : id}>
        {isWhole ? id : `…${id.slice(-12)}`}
      </span>
    </Link>
  );
}

export function OperationLink(link: LinkOfId) {
  return <IdLink path="operations" what="Operation" {...link} />;
}

export function WalletLink(link: LinkOfId) {
  return <IdLink path="wallets" what="Wallet" {...link} />;
}

export function BatchLink(link: LinkOfId) {
  return <IdLink path="batches" what="Batch" {...link} />;
}

export function HoldLink(link: LinkOfId) {
  return <IdLink path="holds" what="Hold" {...link} />;
}
