import { Route, Switch } from 'wouter';
import { AccessPage } from './access/access-page.tsx';
import { AccountsPage } from './accounts/accounts-page.tsx';
import { AssetsPage } from './assets/assets-page.tsx';
import { BatchPage } from './batches/batch-page.tsx';
import { BatchesPage } from './batches/batches-page.tsx';
import { OperationPage } from './operations/operation-page.tsx';
import { OperationsPage } from './operations/operations-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { SearchPage } from './search/search-page.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { HoldPage } from './wallets/hold-page.tsx';
import { WalletPage } from './wallets/wallet-page.tsx';
import { WalletsPage } from './wallets/wallets-page.tsx';
import { DeliveryPage } from './webhooks/delivery-page.tsx';
import { EndpointPage } from './webhooks/endpoint-page.tsx';
import { EndpointsPage } from './webhooks/endpoints-page.tsx';

/** Every page by its path. A thing's page begins anew with each thing: the key says so. */
export function Routes() {
  return (
    <Switch>
      <Route path="/">
        <OverviewPage />
      </Route>
      <Route path="/search">
        <SearchPage />
      </Route>
      <Route path="/operations">
        <OperationsPage />
      </Route>
      <Route path="/operations/:id">{({ id }) => <OperationPage key={id} id={id} />}</Route>
      <Route path="/wallets">
        <WalletsPage />
      </Route>
      <Route path="/wallets/:id">{({ id }) => <WalletPage key={id} id={id} />}</Route>
      <Route path="/holds/:id">{({ id }) => <HoldPage key={id} id={id} />}</Route>
      <Route path="/accounts">
        <AccountsPage />
      </Route>
      <Route path="/assets">
        <AssetsPage />
      </Route>
      <Route path="/batches">
        <BatchesPage />
      </Route>
      <Route path="/batches/:id">{({ id }) => <BatchPage key={id} id={id} />}</Route>
      <Route path="/webhooks">
        <EndpointsPage />
      </Route>
      <Route path="/webhooks/:id">{({ id }) => <EndpointPage key={id} id={id} />}</Route>
      <Route path="/webhooks/:id/deliveries/:event">
        {({ id, event }) => <DeliveryPage key={`${id}/${event}`} endpointId={id} eventId={event} />}
      </Route>
      <Route path="/access">
        <AccessPage />
      </Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  );
}
