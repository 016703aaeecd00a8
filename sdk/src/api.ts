// Written by `npm run types --workspace=sdk` from the document of the API. Do not edit it.

export interface paths {
    "/wallets/{id}/operation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deposit to a wallet, or withdraw from it
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postWalletsByIdOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{id}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deposit to a wallet, or withdraw from it
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postWalletsByIdOperations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resupplies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Credit a wallet from the treasury
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postResupplies"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move an amount from one wallet to another of the same asset
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postTransfers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/users/{external_user_id}/top-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Credit a user's wallet after a purchase; it is made if there is none
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postWalletsUsersByExternalUserIdTopUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/users/{external_user_id}/bonus": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Credit a user's wallet for free; it is made if there is none
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postWalletsUsersByExternalUserIdBonus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/users/{external_user_id}/spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Spend from a user's wallet
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         */
        post: operations["postWalletsUsersByExternalUserIdSpend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{id}/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The holds that were made of a wallet, newest first */
        get: operations["getWalletsByIdHolds"];
        put?: never;
        /**
         * Hold an amount of a wallet, which cannot be spent then until it is captured or released
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postWalletsByIdHolds"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{id}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take what is held, whole or in part, to the treasury, a house account or a wallet
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `hold_closed`: Nothing is left of the hold: it was captured or released, has expired, or never succeeded.
         *     - `hold_exceeded`: Less is left of the hold than the amount.
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postHoldsByIdCapture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give what is held back to its wallet, whole or in part; of a frozen wallet too
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `hold_closed`: Nothing is left of the hold: it was captured or released, has expired, or never succeeded.
         *     - `hold_exceeded`: Less is left of the hold than the amount.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postHoldsByIdRelease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/reversal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back what an operation moved, whole or in part, never more than it moved; it waits behind it
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `operation_not_succeeded`: The operation to reverse has not succeeded: nothing can be taken back.
         *     - `reversal_exceeds_operation`: Less is left of the operation to reverse than the amount: the rest was reversed before.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postOperationsByIdReversal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/postings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move several amounts, of several assets if wanted, in the order of the legs: all of them or none
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         */
        post: operations["postPostings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Operations, newest first. A transfer is listed with its source wallet */
        get: operations["getOperations"];
        put?: never;
        /**
         * Ask for an operation of any type: the general form of all the others
         * @description The operation is accepted, and may fail when its turn comes:
         *
         *     - `hold_closed`: Nothing is left of the hold: it was captured or released, has expired, or never succeeded.
         *     - `hold_exceeded`: Less is left of the hold than the amount.
         *     - `operation_not_succeeded`: The operation to reverse has not succeeded: nothing can be taken back.
         *     - `reversal_exceeds_operation`: Less is left of the operation to reverse than the amount: the rest was reversed before.
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The wallet or house account that pays has less available than the amount.
         *     - `balance_limit_exceeded`: The wallet that is credited would hold more than a wallet can.
         *     - `cancelled`: The batch was cancelled before the operation was applied.
         *     - `internal_error`: The operation could not be applied. Nothing was moved.
         */
        post: operations["postOperations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a scheduled operation: it has failed then, with the code cancelled */
        post: operations["postOperationsByIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An operation as it stands, and why it waits; or, with Prefer: wait=N, as soon as it is final */
        get: operations["getOperationsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Batches, newest first. The time range is about when they were accepted */
        get: operations["getBatches"];
        put?: never;
        /** Ask for up to 1,000,000 operations at once: all of them are accepted, or none */
        post: operations["postBatches"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A batch as it stands, or, with Prefer: wait=N, as soon as it is completed */
        get: operations["getBatchesById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batches/{id}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The operations of a batch in the order of its lines: in pages, or all of them as NDJSON or CSV by Accept */
        get: operations["getBatchesByIdOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batches/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call off what is still pending: it ends as failed with cancelled */
        post: operations["postBatchesByIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batches/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A batch of the lines that failed, asked for once more */
        post: operations["postBatchesByIdRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Wallets, in the order of their ids */
        get: operations["getWallets"];
        put?: never;
        /** Make an empty wallet, with an id of your own if you like */
        post: operations["postWallets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/users/{external_user_id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user's wallet of an asset */
        get: operations["getWalletsUsersByExternalUserIdBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A wallet as it stands, or its balances at a past moment */
        get: operations["getWalletsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Freeze a wallet, thaw it, close it for good (its balance must be zero, and nothing held), or change its credit limit */
        patch: operations["patchWalletsById"];
        trace?: never;
    };
    "/wallets/{id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A wallet as it stands, or its balances at a past moment */
        get: operations["getWalletsByIdBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{id}/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A wallet's history, newest first, with the balance before and after */
        get: operations["getWalletsByIdTransactions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{id}/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts and sums of a wallet's history by type */
        get: operations["getWalletsByIdStatistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A wallet's statement: the balance before and after a time, and every movement between, as JSON or CSV by Accept or format */
        get: operations["getWalletsByIdStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/holds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A hold as it stands */
        get: operations["getHoldsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Clients with their wallets, in the order of their ids */
        get: operations["getClients"];
        put?: never;
        /** Make a client with its first wallet, in one act */
        post: operations["postClients"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clients/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 10,000 clients with their wallets; each line has its own result */
        post: operations["postClientsBulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clients/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A client with its wallets */
        get: operations["getClientsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What can be counted */
        get: operations["getAssets"];
        put?: never;
        /** Add an asset, in effect in every process at once and for good: 201, or 200 if there is the same already */
        post: operations["postAssets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** House accounts with their balances, in the order of their names; the treasury is one of them */
        get: operations["getAccounts"];
        put?: never;
        /** Add a house account with a balance in every asset, in effect in every process at once and permanent: 201, or 200 if there is the same already */
        post: operations["postAccounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Webhook endpoints, newest first */
        get: operations["getWebhookEndpoints"];
        put?: never;
        /** Have events told to a URL. The secret that signs them is shown here, and not again */
        post: operations["postWebhookEndpoints"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A webhook endpoint, and how it is doing */
        get: operations["getWebhookEndpointsById"];
        put?: never;
        post?: never;
        /** Delete a webhook endpoint: nothing is sent to it any more, nor what it was still owed */
        delete: operations["deleteWebhookEndpointsById"];
        options?: never;
        head?: never;
        /** Change a webhook endpoint. One that is disabled is owed all that happens, and is told it when it is enabled */
        patch: operations["patchWebhookEndpointsById"];
        trace?: never;
    };
    "/webhook-endpoints/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give an endpoint another secret. The one before signs beside it for 24 hours */
        post: operations["postWebhookEndpointsByIdRotateSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event of type webhook_endpoint.test to one endpoint at once, before all that waits for it and whatever it is subscribed to. Its pause, if it has one, ends */
        post: operations["postWebhookEndpointsByIdTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was and is to be told to an endpoint, the newest events first */
        get: operations["getWebhookEndpointsByIdDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints/{id}/deliveries/{event_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A delivery with its last 50 attempts */
        get: operations["getWebhookEndpointsByIdDeliveriesByEventId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints/{id}/deliveries/{event_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event to an endpoint again at once, whatever came of it before. Its pause, if it has one, ends. What was never sent keeps its turn */
        post: operations["postWebhookEndpointsByIdDeliveriesByEventIdReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints/{id}/replay-failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send again at once whatever has failed since a time: recover without an end, which answers less */
        post: operations["postWebhookEndpointsByIdReplayFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhook-endpoints/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send at once whatever has not succeeded of the events that happened, or were last tried, since a time (and before until, if it is given): what has used up its attempts, what waits for another attempt, and what was never sent. The pause of the endpoint, if it has one, ends */
        post: operations["postWebhookEndpointsByIdRecover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The feed of events, oldest first, to be read on and on. Events are kept of types that an endpoint subscribes to */
        get: operations["getEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The feed of events as it grows, as server-sent events */
        get: operations["getEventsStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An event */
        get: operations["getEventsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/access/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key of this request, and what it may do */
        get: operations["getAccessMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/access/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** API keys, revoked ones too, the latest first */
        get: operations["getAccessKeys"];
        put?: never;
        /** Make an API key, of scopes that the key of this request has. Once the first is made, every request needs one */
        post: operations["postAccessKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/access/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke an API key for good. Revoking it again changes nothing */
        post: operations["postAccessKeysByIdRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/access/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log: administrative acts, the latest first */
        get: operations["getAccessLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether all is well, and what waits: rates, lag, workers, batches, webhooks, and the last hour */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** degraded while Redis does not take jobs (operations are accepted and applied without it), what was accepted is late, or no worker is there for it; down without a database that takes writes. reasons says which */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process runs */
        get: operations["getLivez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process takes requests: not once it was asked to stop, and not without a database that takes writes */
        get: operations["getReadyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ClientToMake: {
            /** @example Ivan Ivanov */
            name: string;
            /** @example ivan */
            login: string;
            /**
             * @description A wallet of each is made. `USD` if left out.
             * @default [
             *       "USD"
             *     ]
             * @example [
             *       "USD",
             *       "GOLD"
             *     ]
             */
            assets?: string[];
        };
        /** @description A request to move an amount. A transfer names both wallets, all others one, and a capture also the wallet that it goes to. What only some types have is absent from the others. */
        Operation: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            type: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
            /** @enum {string} */
            status: "scheduled" | "pending" | "succeeded" | "failed";
            /** Format: uuid */
            wallet_id?: string;
            /** Format: uuid */
            from_wallet_id?: string;
            /** Format: uuid */
            to_wallet_id?: string;
            /** @example USD */
            asset: string;
            /** @description Null where it was left open, until the operation has succeeded; and where several amounts move: the legs of a posting. */
            amount: string | null;
            /** @description How much of it was reversed, if anything was. Null for a posting, whose legs can be of several assets. */
            reversed_amount?: string | null;
            /**
             * @description Of a posting of which anything was reversed.
             * @constant
             */
            reversed?: true;
            /** @description Of a hold: when what is left of it is released. */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description The hold of a capture or a release.
             */
            hold_id?: string;
            /**
             * @description The house account that a capture goes to.
             * @example treasury
             */
            to_account?: string;
            /** @description Whether a capture gives back what it leaves of the hold. */
            final?: boolean;
            /** @description `expired`, of the release of a hold that expired; null of any other. */
            reason?: "expired" | null;
            /**
             * Format: uuid
             * @description The operation that a reversal takes back.
             */
            reversal_of?: string;
            /** @description What a posting moves, in this order. */
            legs?: {
                from: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                to: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                /** @example USD */
                asset: string;
                /** @example 25.00 */
                amount: string;
            }[];
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description The batch that it is a line of. */
            batch_id: string | null;
            /**
             * Format: date-time
             * @description Of an operation that was scheduled: for when.
             */
            execute_at?: string;
            /** Format: date-time */
            created_at: string;
            completed_at: string | null;
            result: {
                /** Format: uuid */
                transaction_number: string;
                /**
                 * @description As the operation left it; absent, like its version, where it moved nothing there.
                 * @example 25.00
                 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What a hold, a capture or a release left held of the wallet.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                from_wallet_balance?: string;
                from_wallet_version?: number;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
            error: {
                /** @enum {string} */
                code: "hold_closed" | "hold_exceeded" | "operation_not_succeeded" | "reversal_exceeds_operation" | "asset_not_transferable" | "wallet_closed" | "wallet_frozen" | "insufficient_funds" | "balance_limit_exceeded" | "cancelled" | "other_line_failed" | "internal_error";
                message: string;
            } | null;
        };
        /** @description What would come of an operation if it was accepted now and applied right after everything that waits for its wallet. Nothing was stored. What waits for other wallets, and lines of atomic batches, are not foreseen, though they can change what it finds. */
        DryRun: {
            id: null;
            /** @enum {string} */
            type: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
            /** @enum {string} */
            status: "succeeded" | "failed";
            /** Format: uuid */
            wallet_id?: string;
            /** Format: uuid */
            from_wallet_id?: string;
            /** Format: uuid */
            to_wallet_id?: string;
            /** @example USD */
            asset: string;
            /** @description Null where it was left open, until the operation has succeeded; and where several amounts move: the legs of a posting. */
            amount: string | null;
            /** @description How much of it was reversed, if anything was. Null for a posting, whose legs can be of several assets. */
            reversed_amount?: string | null;
            /**
             * @description Of a posting of which anything was reversed.
             * @constant
             */
            reversed?: true;
            /** @description Of a hold: when what is left of it is released. */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description The hold of a capture or a release.
             */
            hold_id?: string;
            /**
             * @description The house account that a capture goes to.
             * @example treasury
             */
            to_account?: string;
            /** @description Whether a capture gives back what it leaves of the hold. */
            final?: boolean;
            /** @description `expired`, of the release of a hold that expired; null of any other. */
            reason?: "expired" | null;
            /**
             * Format: uuid
             * @description The operation that a reversal takes back.
             */
            reversal_of?: string;
            /** @description What a posting moves, in this order. */
            legs?: {
                from: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                to: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                /** @example USD */
                asset: string;
                /** @example 25.00 */
                amount: string;
            }[];
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            batch_id: null;
            /**
             * Format: date-time
             * @description Of an operation that was scheduled: for when.
             */
            execute_at?: string;
            created_at: null;
            completed_at: null;
            result: {
                transaction_number: null;
                /**
                 * @description As the operation left it; absent, like its version, where it moved nothing there.
                 * @example 25.00
                 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What a hold, a capture or a release left held of the wallet.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                from_wallet_balance?: string;
                from_wallet_version?: number;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
            error: {
                /** @enum {string} */
                code: "hold_closed" | "hold_exceeded" | "operation_not_succeeded" | "reversal_exceeds_operation" | "asset_not_transferable" | "wallet_closed" | "wallet_frozen" | "insufficient_funds" | "balance_limit_exceeded" | "cancelled" | "other_line_failed" | "internal_error";
                message: string;
            } | null;
            /** @constant */
            dry_run: true;
            /** @description How many operations of the same wallet wait before it. */
            ahead: number;
        };
        /** @description Why a request was refused (RFC 9457). `code` is stable. */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "invalid_request" | "malformed_request" | "malformed_json" | "malformed_body" | "malformed_path" | "conflicting_idempotency_keys" | "api_key_missing" | "api_key_invalid" | "scope_missing" | "route_not_found" | "wallet_not_found" | "user_not_found" | "client_not_found" | "operation_not_found" | "hold_not_found" | "account_not_found" | "batch_not_found" | "webhook_endpoint_not_found" | "delivery_not_found" | "key_not_found" | "event_not_found" | "request_timeout" | "method_not_allowed" | "login_taken" | "wallet_closed" | "credit_in_use" | "wallet_not_empty" | "wallet_exists" | "asset_exists" | "too_many_assets" | "account_exists" | "too_many_accounts" | "too_many_keys" | "too_many_pending" | "operation_not_scheduled" | "not_reversible" | "client_has_wallet" | "batch_in_progress" | "batch_finished" | "batch_not_finished" | "webhook_endpoint_disabled" | "nothing_to_retry" | "operation_archived" | "batch_archived" | "history_archived" | "cursor_expired" | "epoch_ended" | "precondition_failed" | "body_too_large" | "unsupported_media_type" | "range_not_satisfiable" | "batch_refused" | "asset_mismatch" | "expectation_failed" | "unknown_client" | "idempotency_key_reused" | "rate_limited" | "headers_too_large" | "internal_error" | "webhooks_not_configured" | "overloaded" | "unavailable";
            request_id: string;
            errors?: ({
                path: string;
                message: string;
            } | {
                line: number;
                field: string;
                message: string;
            })[];
            /** @description Of an archived operation whose key was sent again. */
            operation_id?: string;
            /** @description Of what is in the archives: in the files of this month, `YYYY-MM`, or of a later one. */
            month?: string;
            /**
             * Format: date-time
             * @description What was made, or moved, before this moment is in the archives.
             */
            archived_before?: string;
            /** @description The present epoch, where the cursor is of another. */
            epoch?: string | null;
            /** @description What was acknowledged up to this moment is in the present epoch. What was acknowledged later can be missing: send it again, under the same keys. Null if the moment is not known. */
            complete_until?: string | null;
            /** @description The cursor, for `after`, from which everything of the present epoch follows that was not read. Null if it is not known: then read without `after`. */
            continue_after?: string | null;
            /** @description How many positions behind `continue_after` were read in the epoch that has ended. Each of their events is missing, comes again under its id, or is replaced by another of the same operation. Null if that is not known. */
            events_in_doubt?: number | null;
        };
        /** @description An amount of a wallet set aside, until it is captured or released. */
        Hold: {
            /**
             * Format: uuid
             * @description That of the operation that made it.
             */
            id: string;
            /** Format: uuid */
            wallet_id: string;
            /** @example USD */
            asset: string;
            /** @example 25.00 */
            amount: string;
            /** @example 25.00 */
            captured: string;
            /** @example 25.00 */
            released: string;
            /**
             * @description What is held: neither captured nor released.
             * @example 25.00
             */
            remaining: string;
            /**
             * @description `open` while something remains, then `closed`; `pending` or `failed` if nothing was set aside.
             * @enum {string}
             */
            status: "open" | "closed" | "pending" | "failed";
            /** @description When what remains is released. */
            expires_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description The captures and releases of it, pending and failed ones too, in the order of their acceptance: at most 100. */
            operations: string[];
            /** @description Whether there are more than that: `GET /operations?hold_id=` lists all. */
            more_operations: boolean;
        };
        /** @description An operation, and while it is pending or scheduled also why it waits and until when. */
        PolledOperation: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            type: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
            /** @enum {string} */
            status: "scheduled" | "pending" | "succeeded" | "failed";
            /** Format: uuid */
            wallet_id?: string;
            /** Format: uuid */
            from_wallet_id?: string;
            /** Format: uuid */
            to_wallet_id?: string;
            /** @example USD */
            asset: string;
            /** @description Null where it was left open, until the operation has succeeded; and where several amounts move: the legs of a posting. */
            amount: string | null;
            /** @description How much of it was reversed, if anything was. Null for a posting, whose legs can be of several assets. */
            reversed_amount?: string | null;
            /**
             * @description Of a posting of which anything was reversed.
             * @constant
             */
            reversed?: true;
            /** @description Of a hold: when what is left of it is released. */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description The hold of a capture or a release.
             */
            hold_id?: string;
            /**
             * @description The house account that a capture goes to.
             * @example treasury
             */
            to_account?: string;
            /** @description Whether a capture gives back what it leaves of the hold. */
            final?: boolean;
            /** @description `expired`, of the release of a hold that expired; null of any other. */
            reason?: "expired" | null;
            /**
             * Format: uuid
             * @description The operation that a reversal takes back.
             */
            reversal_of?: string;
            /** @description What a posting moves, in this order. */
            legs?: {
                from: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                to: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                /** @example USD */
                asset: string;
                /** @example 25.00 */
                amount: string;
            }[];
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description The batch that it is a line of. */
            batch_id: string | null;
            /**
             * Format: date-time
             * @description Of an operation that was scheduled: for when.
             */
            execute_at?: string;
            /** Format: date-time */
            created_at: string;
            completed_at: string | null;
            result: {
                /** Format: uuid */
                transaction_number: string;
                /**
                 * @description As the operation left it; absent, like its version, where it moved nothing there.
                 * @example 25.00
                 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What a hold, a capture or a release left held of the wallet.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                from_wallet_balance?: string;
                from_wallet_version?: number;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
            error: {
                /** @enum {string} */
                code: "hold_closed" | "hold_exceeded" | "operation_not_succeeded" | "reversal_exceeds_operation" | "asset_not_transferable" | "wallet_closed" | "wallet_frozen" | "insufficient_funds" | "balance_limit_exceeded" | "cancelled" | "other_line_failed" | "internal_error";
                message: string;
            } | null;
            /** @description While it waits: how many operations of its partition go first. Exact up to 10,000 single operations; lines of a batch are counted as they are spread. Null for what is scheduled. */
            ahead?: number | null;
            /**
             * @description While it waits. `worker`: no worker was seen for 10 s. `schedule`: its moment has not come. `earlier_operations`: it is in the queue, and workers get on with it.
             * @enum {string}
             */
            waits_for?: "worker" | "earlier_operations" | "schedule";
            /** @description While it waits: when it will have ended, by what waits and by how fast workers are. Null where that is not known. */
            estimated_completion?: string | null;
        };
        /** @description A batch, and until it has finished also why it waits and until when. */
        PolledBatch: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            status: "pending" | "processing" | "completed";
            /** @description Operations of this batch. */
            total: number;
            pending: number;
            succeeded: number;
            failed: number;
            /** @description Lines that had been accepted before under their own keys. They are not operations of this batch. */
            replayed: number;
            sums: {
                asset: string;
                /** @example 25.00 */
                total: string;
                /** @example 25.00 */
                succeeded: string;
                /** @example 25.00 */
                failed: string;
                /** @example 25.00 */
                pending: string;
            }[];
            /** @enum {string} */
            priority: "high" | "low";
            atomic: boolean;
            line_events: boolean;
            idempotency_key: string;
            retry_of: string | null;
            /** Format: date-time */
            accepted_at: string;
            started_at: string | null;
            cancelled_at: string | null;
            finished_at: string | null;
            /** @description From the first operation that ended until now. */
            operations_per_second: number | null;
            estimated_finish_at: string | null;
            /** @description Until it has finished: how many operations of others go first, in all of its partitions, before its last line. */
            ahead?: number | null;
            /**
             * @description While it waits. `worker`: no worker was seen for 10 s. `schedule`: its moment has not come. `earlier_operations`: it is in the queue, and workers get on with it.
             * @enum {string}
             */
            waits_for?: "worker" | "earlier_operations" | "schedule";
            /** @description While it waits: when it will have ended, by what waits and by how fast workers are. Null where that is not known. */
            estimated_completion?: string | null;
        };
        /** @description A batch that would be accepted. */
        CheckedBatch: {
            /** @constant */
            valid: true;
            total: number;
            replayed: number;
            sums: {
                asset: string;
                /** @example 25.00 */
                total: string;
            }[];
            /** @description The batch that the same was accepted as before: then nothing would be accepted again. */
            accepted_as: string | null;
        };
        /** @description Many operations accepted together. Each ends by itself, unless it is atomic. */
        Batch: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            status: "pending" | "processing" | "completed";
            /** @description Operations of this batch. */
            total: number;
            pending: number;
            succeeded: number;
            failed: number;
            /** @description Lines that had been accepted before under their own keys. They are not operations of this batch. */
            replayed: number;
            sums: {
                asset: string;
                /** @example 25.00 */
                total: string;
                /** @example 25.00 */
                succeeded: string;
                /** @example 25.00 */
                failed: string;
                /** @example 25.00 */
                pending: string;
            }[];
            /** @enum {string} */
            priority: "high" | "low";
            atomic: boolean;
            line_events: boolean;
            idempotency_key: string;
            retry_of: string | null;
            /** Format: date-time */
            accepted_at: string;
            started_at: string | null;
            cancelled_at: string | null;
            finished_at: string | null;
            /** @description From the first operation that ended until now. */
            operations_per_second: number | null;
            estimated_finish_at: string | null;
        };
        /** @description An operation, as a line of a batch. */
        BatchLine: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            type: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
            /** @enum {string} */
            status: "scheduled" | "pending" | "succeeded" | "failed";
            /** Format: uuid */
            wallet_id?: string;
            /** Format: uuid */
            from_wallet_id?: string;
            /** Format: uuid */
            to_wallet_id?: string;
            /** @example USD */
            asset: string;
            /** @description Null where it was left open, until the operation has succeeded; and where several amounts move: the legs of a posting. */
            amount: string | null;
            /** @description How much of it was reversed, if anything was. Null for a posting, whose legs can be of several assets. */
            reversed_amount?: string | null;
            /**
             * @description Of a posting of which anything was reversed.
             * @constant
             */
            reversed?: true;
            /** @description Of a hold: when what is left of it is released. */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description The hold of a capture or a release.
             */
            hold_id?: string;
            /**
             * @description The house account that a capture goes to.
             * @example treasury
             */
            to_account?: string;
            /** @description Whether a capture gives back what it leaves of the hold. */
            final?: boolean;
            /** @description `expired`, of the release of a hold that expired; null of any other. */
            reason?: "expired" | null;
            /**
             * Format: uuid
             * @description The operation that a reversal takes back.
             */
            reversal_of?: string;
            /** @description What a posting moves, in this order. */
            legs?: {
                from: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                to: {
                    /** Format: uuid */
                    wallet_id: string;
                } | {
                    /** @example treasury */
                    account: string;
                };
                /** @example USD */
                asset: string;
                /** @example 25.00 */
                amount: string;
            }[];
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description The batch that it is a line of. */
            batch_id: string | null;
            /**
             * Format: date-time
             * @description Of an operation that was scheduled: for when.
             */
            execute_at?: string;
            /** Format: date-time */
            created_at: string;
            completed_at: string | null;
            result: {
                /** Format: uuid */
                transaction_number: string;
                /**
                 * @description As the operation left it; absent, like its version, where it moved nothing there.
                 * @example 25.00
                 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What a hold, a capture or a release left held of the wallet.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                from_wallet_balance?: string;
                from_wallet_version?: number;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
            error: {
                /** @enum {string} */
                code: "hold_closed" | "hold_exceeded" | "operation_not_succeeded" | "reversal_exceeds_operation" | "asset_not_transferable" | "wallet_closed" | "wallet_frozen" | "insufficient_funds" | "balance_limit_exceeded" | "cancelled" | "other_line_failed" | "internal_error";
                message: string;
            } | null;
            /** @description Its line in the file, or its place in the array. */
            line: number;
            /** @description Its place among the operations of the batch, from 1. It is the same in whatever form the batch was sent: the header of a table and empty lines do not count. */
            position: number;
        };
        /** @description A client's (or nobody's) holding of one asset. */
        Wallet: {
            /** Format: uuid */
            id: string;
            /**
             * Format: uuid
             * @description The id again, under the name that earlier services used.
             */
            wallet_id: string;
            client_id: string | null;
            /** @example USD */
            asset: string;
            /**
             * @description What is held is not in it.
             * @example 25.00
             */
            balance: string;
            /**
             * @description What holds have set aside.
             * @example 25.00
             */
            held: string;
            /**
             * @description How far below zero the balance may go.
             * @example 25.00
             */
            credit_limit: string;
            /**
             * @description What can be spent: the balance and the credit limit.
             * @example 25.00
             */
            available: string;
            /** @enum {string} */
            status: "active" | "frozen" | "closed";
            version: number;
            pending_operations: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        WalletAt: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            wallet_id: string;
            /** @example USD */
            asset: string;
            /** @example 25.00 */
            balance: string;
            /** @example 25.00 */
            held: string;
            version: number;
            /** Format: date-time */
            at: string;
        };
        HistoryLine: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            operation_id: string;
            /** @description Which movement of the operation: the one with a leg for each has a line for each. */
            leg: number;
            /** @enum {string} */
            type: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
            /** @example USD */
            asset: string;
            /**
             * @description Signed: negative if it left the wallet.
             * @example 25.00
             */
            amount: string;
            /** @example 25.00 */
            balance_before: string;
            /** @example 25.00 */
            balance_after: string;
            /** @description The wallet that it went to or came from, if it is another one. */
            other_wallet_id: string | null;
            /** @description The hold that was captured or released. */
            hold_id: string | null;
            /** @description The operation that was reversed. */
            reversal_of: string | null;
            /** @description The batch that the operation is a line of. */
            batch_id: string | null;
            description: string | null;
            reference_id: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            version: number;
            /** Format: date-time */
            created_at: string;
        };
        /** @description The last movement of the wallet that is in the archives, with the balance after it. Those of higher versions are not. */
        Checkpoint: {
            version: number;
            /** @example 25.00 */
            balance: string;
            /** Format: date-time */
            moved_at: string;
        };
        Statistics: {
            /** Format: uuid */
            wallet_id: string;
            /** @example USD */
            asset: string;
            /** @description Of lines of the history. */
            count: number;
            /** @example 25.00 */
            credited: string;
            /** @example 25.00 */
            debited: string;
            /** @example 25.00 */
            net: string;
            first_at: string | null;
            last_at: string | null;
            /** @description If some of the time that was asked for is in the archives: the last movement there. Counts and sums are of those after it. */
            archived: components["schemas"]["Checkpoint"] | null;
            by_type: {
                /** @enum {string} */
                type: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
                /** @description Of lines of the history. */
                count: number;
                /** @example 25.00 */
                credited: string;
                /** @example 25.00 */
                debited: string;
                /** Format: date-time */
                first_at: string;
                /** Format: date-time */
                last_at: string;
            }[];
        };
        /** @description The movements of a wallet in a time, between two balances. */
        Statement: {
            /** Format: uuid */
            wallet_id: string;
            /** @example USD */
            asset: string;
            /**
             * Format: date-time
             * @description Included.
             */
            from: string;
            /**
             * Format: date-time
             * @description Not included. The present, if a later moment was asked for.
             */
            to: string;
            /**
             * @description Before the first line.
             * @example 10.00
             */
            opening_balance: string;
            /**
             * @description After the last line: always the opening balance and the sum of the amounts.
             * @example 6.00
             */
            closing_balance: string;
            /** @description Every movement between the two, oldest first. */
            lines: components["schemas"]["StatementLine"][];
        };
        /** @description A movement of the wallet. */
        StatementLine: {
            /**
             * Format: date-time
             * @description When it was applied.
             */
            at: string;
            /** Format: uuid */
            operation_id: string;
            /** @description Which movement of the operation it is. */
            leg: number;
            /** @enum {string} */
            type: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
            /**
             * @description Signed: negative if it left the wallet.
             * @example -4.00
             */
            amount: string;
            /**
             * @description After it. What is held is not in it.
             * @example 6.00
             */
            balance: string;
            /** @description Of the wallet after it: versions have no gaps. */
            version: number;
            /** @description The wallet on the other side, if it is another one. */
            other_wallet_id: string | null;
            /**
             * @description The house account on the other side, if it is one. A hold is a movement within the wallet.
             * @example treasury
             */
            other_account: string | null;
            /** @description The hold that was captured or released. */
            hold_id: string | null;
            /** @description The operation that was reversed. */
            reversal_of: string | null;
            /** @description The batch that the operation is a line of. */
            batch_id: string | null;
            description: string | null;
            reference_id: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        Client: {
            /** Format: uuid */
            id: string;
            login: string;
            name: string;
            /** Format: date-time */
            created_at: string;
            wallets: components["schemas"]["Wallet"][];
        };
        ClientResults: {
            total: number;
            created: number;
            existing: number;
            refused: number;
            /** @description What came of each line, in their order. */
            data: components["schemas"]["ClientResult"][];
        };
        ClientResult: {
            /** @description Which line of the body, or element of the array; the first is 1. */
            line: number;
            /** @description Null if the line does not say one. */
            login: string | null;
            /**
             * @description `exists`: the client was there, by login and name, and has a wallet of each of the assets now. `refused`: nothing was done.
             * @enum {string}
             */
            result: "created" | "exists" | "refused";
            client_id: string | null;
            wallets: {
                /** Format: uuid */
                id: string;
                asset: string;
            }[];
            error: {
                /** @enum {string} */
                code: "invalid_request" | "malformed_json" | "login_taken";
                field: string;
                message: string;
            } | null;
        };
        /** @description `scale` is the number of decimals. */
        Asset: {
            id: number;
            code: string;
            name: string;
            scale: number;
            transferable: boolean;
        };
        /** @description `balances` has the assets in which the balance is not zero, in the order of their ids. */
        HouseAccountWithBalances: {
            /** @example fees */
            name: string;
            may_go_negative: boolean;
            /** Format: date-time */
            created_at: string;
            balances: {
                /** @example USD */
                asset: string;
                /** @example 25.00 */
                balance: string;
            }[];
        };
        HouseAccount: {
            /** @example fees */
            name: string;
            may_go_negative: boolean;
            /** Format: date-time */
            created_at: string;
        };
        /** @description An endpoint with the secret it has just been given. */
        WebhookEndpointWithSecret: {
            /** Format: uuid */
            id: string;
            url: string;
            description: string | null;
            /** @description `*` is every type. */
            event_types: string[];
            /** @description The names of the headers of your own. Null if they were stored under another key than is set now. */
            headers: {
                [key: string]: "***";
            } | null;
            /** @description Requests per second; null is as fast as it goes. */
            rate_limit: number | null;
            /** @enum {string} */
            status: "enabled" | "disabled";
            disabled_reason: ("requested" | "gone" | "failing") | null;
            disabled_at: string | null;
            /** @description Since when every request has failed. */
            failing_since: string | null;
            /** @description Until when nothing is sent to it, because its last requests have failed or it asked for time. `test`, `replay`, `replay-failed` and `recover` end the pause. */
            paused_until: string | null;
            last_success_at: string | null;
            last_failure_at: string | null;
            /** @description The last failure, also if requests have succeeded since. */
            last_error: {
                /** Format: date-time */
                at: string;
                /**
                 * @description Of the answer; null if there was none.
                 * @example 500
                 */
                status_code: number | null;
                /**
                 * @description The status of the answer, or why there was none. `secret_unreadable`: `WEBHOOK_KEY` is another one.
                 * @example HTTP 500
                 */
                message: string;
            } | null;
            /** @description How many deliveries it is owed, also while it is paused or disabled. Counted to 1000: that many means so many or more. */
            pending: number;
            /** @description Until when the secret before the last rotation signs too. */
            previous_secret_expires_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Keep it: it is not shown again. */
            secret: string;
        };
        /** @description Whom to tell. Its secret is never shown again. */
        WebhookEndpoint: {
            /** Format: uuid */
            id: string;
            url: string;
            description: string | null;
            /** @description `*` is every type. */
            event_types: string[];
            /** @description The names of the headers of your own. Null if they were stored under another key than is set now. */
            headers: {
                [key: string]: "***";
            } | null;
            /** @description Requests per second; null is as fast as it goes. */
            rate_limit: number | null;
            /** @enum {string} */
            status: "enabled" | "disabled";
            disabled_reason: ("requested" | "gone" | "failing") | null;
            disabled_at: string | null;
            /** @description Since when every request has failed. */
            failing_since: string | null;
            /** @description Until when nothing is sent to it, because its last requests have failed or it asked for time. `test`, `replay`, `replay-failed` and `recover` end the pause. */
            paused_until: string | null;
            last_success_at: string | null;
            last_failure_at: string | null;
            /** @description The last failure, also if requests have succeeded since. */
            last_error: {
                /** Format: date-time */
                at: string;
                /**
                 * @description Of the answer; null if there was none.
                 * @example 500
                 */
                status_code: number | null;
                /**
                 * @description The status of the answer, or why there was none. `secret_unreadable`: `WEBHOOK_KEY` is another one.
                 * @example HTTP 500
                 */
                message: string;
            } | null;
            /** @description How many deliveries it is owed, also while it is paused or disabled. Counted to 1000: that many means so many or more. */
            pending: number;
            /** @description Until when the secret before the last rotation signs too. */
            previous_secret_expires_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description One event for one endpoint. */
        Delivery: {
            /**
             * Format: uuid
             * @description The event's id.
             */
            id: string;
            /** Format: uuid */
            endpoint_id: string;
            /** Format: uuid */
            event_id: string;
            event_type: string;
            /** @enum {string} */
            status: "pending" | "succeeded" | "failed";
            attempts: number;
            /** @description Of a pending delivery: when it is sent next, not before the pause of the endpoint ends; in the past if it is due. Null while the endpoint is disabled. */
            next_attempt_at: string | null;
            /** Format: date-time */
            created_at: string;
            completed_at: string | null;
        };
        /** @description A delivery with what came of it. */
        DeliveryWithAttempts: {
            /**
             * Format: uuid
             * @description The event's id.
             */
            id: string;
            /** Format: uuid */
            endpoint_id: string;
            /** Format: uuid */
            event_id: string;
            event_type: string;
            /** @enum {string} */
            status: "pending" | "succeeded" | "failed";
            attempts: number;
            /** @description Of a pending delivery: when it is sent next, not before the pause of the endpoint ends; in the past if it is due. Null while the endpoint is disabled. */
            next_attempt_at: string | null;
            /** Format: date-time */
            created_at: string;
            completed_at: string | null;
            /** @description The last attempts, the latest first. */
            attempts_log: {
                number: number;
                /** Format: date-time */
                started_at: string;
                duration_ms: number;
                response_status: number | null;
                /** @description Why there was no usable answer. */
                error: string | null;
                response_excerpt: string | null;
            }[];
        };
        /** @description How many are sent again: `failed` and `retrying` of `recover`. If it is 100000, ask once more. */
        Replayed: {
            replayed: number;
        };
        /** @description How many deliveries are sent. If `failed` and `retrying` are 100000 together, there may be more: ask once more. A delivery that is being sent at the moment comes to its own end. */
        Recovered: {
            /** @description All of the following. */
            recovered: number;
            /** @description Had used up their attempts, and are sent again. */
            failed: number;
            /** @description Waited for another attempt after a failure, and are sent now. */
            retrying: number;
            /** @description Were due already, or never sent: they go out because the pause ends. Only the first 10000 that are due and the next 10000 events of the feed are counted. */
            waiting: number;
        };
        Feed: {
            data: components["schemas"]["Event"][];
            /** @description Where to read on: always there. Another one than was sent means that there may be more at once, even where `data` is empty because of `type`. */
            next_cursor: string;
            /** @description The epoch of this page, which changes when a standby is promoted or a backup restored; null on a standby that has none. */
            epoch: string | null;
        };
        /** @description A fact, told as it is sent to webhook endpoints, with its id beside it. */
        Event: {
            /** Format: uuid */
            id: string;
            /** @description Types are added: leave alone those that you do not know. */
            type: string;
            /** Format: date-time */
            timestamp: string;
            data: {
                /** @description Of one wallet's events, that with the higher number happened later. */
                sequence: number;
            } & {
                [key: string]: unknown;
            };
        };
        /** @description A caller, and what it may do. */
        Me: {
            /** @description Whether no key was ever made, so that none is needed. */
            anonymous: boolean;
            key: {
                /** Format: uuid */
                id: string;
                name: string;
                /** @description Requests per second; null is as fast as it goes. */
                rate_limit: number | null;
                expires_at: string | null;
            } | null;
            scopes: ("operations:read" | "operations:write" | "wallets:read" | "wallets:write" | "webhooks:admin" | "events:read" | "assets:admin" | "access:admin")[];
        };
        ApiKeyWithToken: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @enum {string} */
            status: "good" | "expired" | "revoked";
            scopes: ("operations:read" | "operations:write" | "wallets:read" | "wallets:write" | "webhooks:admin" | "events:read" | "assets:admin" | "access:admin")[];
            rate_limit: number | null;
            /** Format: date-time */
            created_at: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description Keep it: it is not shown again. */
            token: string;
        };
        /** @description Without its token, of which only the hash is stored. */
        ApiKey: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @enum {string} */
            status: "good" | "expired" | "revoked";
            scopes: ("operations:read" | "operations:write" | "wallets:read" | "wallets:write" | "webhooks:admin" | "events:read" | "assets:admin" | "access:admin")[];
            rate_limit: number | null;
            /** Format: date-time */
            created_at: string;
            expires_at: string | null;
            revoked_at: string | null;
        };
        /** @description An administrative act, written in the transaction that did it. */
        Act: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            actor: "key" | "anonymous" | "command_line";
            key_id: string | null;
            action: string;
            subject_type: string;
            /** @description Null for what has no uuid: the detail names it. */
            subject_id: string | null;
            detail: {
                [key: string]: unknown;
            };
            request_id: string | null;
        };
        /**
         * @example {
         *       "status": "degraded",
         *       "version": "1.0.0+22",
         *       "at": "2026-11-27T12:00:07.000Z",
         *       "reasons": [
         *         {
         *           "code": "no_worker",
         *           "message": "Operations wait, and no worker was seen for 10 s. Start one: `npm run start:worker`."
         *         }
         *       ],
         *       "epoch": {
         *         "id": "01a1fb00-0000-7000-8000-000000000000",
         *         "began_at": "2026-11-01T08:00:00.000Z",
         *         "reason": "first",
         *         "complete_until": null
         *       },
         *       "rates": {
         *         "accepted_per_second": 120.5,
         *         "applied_per_second": 0,
         *         "failed_per_second": 0
         *       },
         *       "pending": {
         *         "operations": 4820,
         *         "batch_lines": 0,
         *         "oldest_age_seconds": 40.2
         *       },
         *       "partitions": [
         *         {
         *           "partition": 3,
         *           "pending": 4820,
         *           "oldest_age_seconds": 40.2
         *         }
         *       ],
         *       "workers": [
         *         {
         *           "name": "worker-1:4711",
         *           "version": "1.0.0+22",
         *           "started_at": "2026-11-27T08:00:00.000Z",
         *           "seen_at": "2026-11-27T11:59:27.000Z",
         *           "applied_last_minute": 7230
         *         }
         *       ],
         *       "batches": {
         *         "accepted": 0,
         *         "applying": 1,
         *         "cancelling": 0
         *       },
         *       "webhooks": {
         *         "endpoints": 2,
         *         "paused": 1,
         *         "pending_deliveries": 12,
         *         "oldest_age_seconds": 95
         *       },
         *       "last_audit": {
         *         "finished_at": "2026-11-27T03:10:00.000Z",
         *         "violations": 0
         *       },
         *       "last_hour": [
         *         {
         *           "at": "2026-11-27T11:58:00.000Z",
         *           "accepted": 7230,
         *           "succeeded": 7215,
         *           "failed": 15,
         *           "pending": 0,
         *           "oldest_age_seconds": 0
         *         }
         *       ]
         *     }
         */
        Status: {
            /** @enum {string} */
            status: "ok" | "degraded";
            reasons: {
                /** @enum {string} */
                code: "database_down" | "database_read_only" | "queue_down" | "no_worker" | "operations_late" | "queue_read_only" | "queue_full" | "queue_slotless" | "queue_forbidden";
                message: string;
            }[];
            /** @example 1.0.0+22 */
            version: string;
            epoch: {
                id: string;
                /** Format: date-time */
                began_at: string;
                /** @enum {string} */
                reason: "first" | "promotion" | "restore";
                /** @description What was acknowledged up to this moment is here. What was acknowledged later, and before `began_at`, can be missing: send it again, under the same keys. Null if that is not known, and for the first epoch. */
                complete_until: string | null;
            } | null;
            /**
             * Format: date-time
             * @description When this was put together: it is told again for a second.
             */
            at: string;
            /** @description Over the last minute. `applied` is what succeeded; what was accepted is that, what failed, and by how much more waits. */
            rates: {
                accepted_per_second: number;
                applied_per_second: number;
                failed_per_second: number;
            };
            pending: {
                /** @description Single operations, as far as they are counted. */
                operations: number;
                batch_lines: number;
                oldest_age_seconds: number;
            };
            /** @description Those where something waits, the longest wait first. */
            partitions: {
                partition: number;
                pending: number;
                oldest_age_seconds: number;
            }[];
            /** @description Those seen in the last ten minutes that have not stopped. One that was not seen for 10 s is gone. */
            workers: {
                /** @example worker-1:4711 */
                name: string;
                version: string;
                /** Format: date-time */
                started_at: string;
                /** Format: date-time */
                seen_at: string;
                /** @description Operations that succeeded or failed in the minute before `seen_at`. */
                applied_last_minute: number;
            }[];
            /** @description Batches that have not finished: none of their lines has ended, some have, or the rest was cancelled. */
            batches: {
                accepted: number;
                applying: number;
                cancelling: number;
            };
            webhooks: {
                endpoints: number;
                /** @description Left alone for a while, because requests to them failed. */
                paused: number;
                /** @description Of enabled endpoints; counted up to 10,000. */
                pending_deliveries: number;
                oldest_age_seconds: number;
            };
            /** @description The last `npm run audit` that came to its end and was allowed to write that down. */
            last_audit: {
                /** Format: date-time */
                finished_at: string;
                violations: number;
            } | null;
            /** @description In the order of time. Workers leave a sample each minute; while none runs there is none. */
            last_hour: {
                /**
                 * Format: date-time
                 * @description When the minute began.
                 */
                at: string;
                /** @description Since the sample before. */
                accepted: number;
                succeeded: number;
                failed: number;
                /** @description At the end of the minute, as is the age. */
                pending: number;
                oldest_age_seconds: number;
            }[];
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "degraded" | "down";
            /** @enum {string} */
            database: "up" | "read_only" | "down";
            /** @enum {string} */
            queue: "up" | "down";
            /** @description Why it is not `ok`. `no_worker`: operations or lines of a batch have waited for 10 s, and no worker was seen for as long. `operations_late`: they have waited for 10 s without any progress. With `queue_down`, where Redis says why: `queue_read_only`, it is a replica or was demoted; `queue_full`, its memory is full; `queue_slotless`, it does not have the slot of the queue in its Cluster; `queue_forbidden`, the user may not do what is needed, or the server is a Sentinel. */
            reasons: ("database_down" | "database_read_only" | "queue_down" | "no_worker" | "operations_late" | "queue_read_only" | "queue_full" | "queue_slotless" | "queue_forbidden")[];
            /** @description Another `id` than before means that a standby was promoted or a backup restored. Null while the database is down or does not answer within a second, and on a standby of a database that has no epoch. */
            epoch: {
                id: string;
                /** Format: date-time */
                began_at: string;
                /** @enum {string} */
                reason: "first" | "promotion" | "restore";
                /** @description What was acknowledged up to this moment is here. What was acknowledged later, and before `began_at`, can be missing: send it again, under the same keys. Null if that is not known, and for the first epoch. */
                complete_until: string | null;
            } | null;
        };
        Probe: {
            /** @enum {string} */
            status: "ok" | "down";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    postWalletsByIdOperation: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    operation_type: "DEPOSIT" | "WITHDRAW";
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postWalletsByIdOperations: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    operation_type: "DEPOSIT" | "WITHDRAW";
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postResupplies: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    wallet_id: string;
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postTransfers: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "from_wallet_id": "a11ce000-0000-4000-8002-000000000004",
                 *       "to_wallet_id": "b0b00000-0000-4000-8002-000000000004",
                 *       "amount": "25.00"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    from_wallet_id: string;
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    to_wallet_id: string;
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postWalletsUsersByExternalUserIdTopUp: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                external_user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    asset?: string | null;
                    asset_type_id?: number | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postWalletsUsersByExternalUserIdBonus: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                external_user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    asset?: string | null;
                    asset_type_id?: number | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postWalletsUsersByExternalUserIdSpend: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                external_user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    asset?: string | null;
                    asset_type_id?: number | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    getWalletsByIdHolds: {
        parameters: {
            query?: {
                status?: "open" | "closed";
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Hold"][];
                        next_cursor: string | null;
                        /** @description On the last page, if operations that were asked for can be in the archives: those made before this moment are, unless they ended late, and are not listed. Otherwise null. */
                        archived_before: string | null;
                    };
                };
            };
        };
    };
    postWalletsByIdHolds: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": "25.00",
                 *       "expires_in": 3600,
                 *       "reference_id": "booking-4711"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    /**
                     * @description When what is left of the hold is released. In the future, at most 365 days ahead.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    expires_at?: string | null;
                    /**
                     * @description The same, as whole seconds from when the hold is accepted. Not together with `expires_at`.
                     * @example 3600
                     */
                    expires_in?: number | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postHoldsByIdCapture: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "amount": "10.00",
                 *       "to_wallet_id": "b0b00000-0000-4000-8002-000000000004",
                 *       "final": true
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Without one, all that is left.
                     * @example 10.00
                     */
                    amount?: (string | number) | null;
                    /** @description Where it goes: a wallet of the same asset. */
                    to_wallet_id?: string | null;
                    /** @description Or a house account. Without either it goes to the treasury. */
                    to_account?: string | null;
                    /**
                     * @description Whether what it leaves of the hold is released with it, as by default; otherwise it stays held.
                     * @example true
                     */
                    final?: boolean | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postHoldsByIdRelease: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Without one, all that is left.
                     * @example 10.00
                     */
                    amount?: (string | number) | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postOperationsByIdReversal: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Without one, all that was not reversed before. A posting is reversed as a whole.
                     * @example 10.00
                     */
                    amount?: (string | number) | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postPostings: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "legs": [
                 *         {
                 *           "from": {
                 *             "wallet_id": "a11ce000-0000-4000-8002-000000000004"
                 *           },
                 *           "to": {
                 *             "wallet_id": "b0b00000-0000-4000-8002-000000000004"
                 *           },
                 *           "amount": "10.00"
                 *         },
                 *         {
                 *           "from": {
                 *             "wallet_id": "a11ce000-0000-4000-8002-000000000004"
                 *           },
                 *           "to": {
                 *             "account": "treasury"
                 *           },
                 *           "amount": "0.25"
                 *         }
                 *       ],
                 *       "description": "a payment, and a fee on it"
                 *     }
                 */
                "application/json": {
                    /** @description At least one of them names a wallet. */
                    legs: {
                        /** @description A wallet or a house account. */
                        from: {
                            /**
                             * Format: uuid
                             * @example a11ce000-0000-4000-8002-000000000004
                             */
                            wallet_id: string;
                        } | {
                            /**
                             * @description The name of a house account.
                             * @example treasury
                             */
                            account: string;
                        };
                        /** @description A wallet or a house account. */
                        to: {
                            /**
                             * Format: uuid
                             * @example a11ce000-0000-4000-8002-000000000004
                             */
                            wallet_id: string;
                        } | {
                            /**
                             * @description The name of a house account.
                             * @example treasury
                             */
                            account: string;
                        };
                        /**
                         * @description The code of an asset. It may be left out where an end is a wallet.
                         * @example USD
                         */
                        asset?: string | null;
                        /**
                         * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                         * @example 25.00
                         */
                        amount: string | number;
                    }[];
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    getOperations: {
        parameters: {
            query?: {
                wallet_id?: string;
                batch_id?: string;
                status?: "scheduled" | "pending" | "succeeded" | "failed";
                type?: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
                reference_id?: string;
                idempotency_key?: string;
                /** @description The captures and releases of this hold. */
                hold_id?: string;
                /** @description The reversals of this operation. */
                reversal_of?: string;
                from?: string;
                to?: string;
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Operation"][];
                        next_cursor: string | null;
                        /** @description On the last page, if operations that were asked for can be in the archives: those made before this moment are, unless they ended late, and are not listed. Otherwise null. */
                        archived_before: string | null;
                    };
                };
            };
        };
    };
    postOperations: {
        parameters: {
            query?: {
                /** @description Only tell what would come of it, after everything that waits for its wallet: `200` with a dry run. Nothing is stored. With a key under which the same request was accepted before, the answer is that operation. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "deposit" | "withdraw" | "resupply" | "top_up" | "bonus" | "spend";
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    wallet_id: string;
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                } | {
                    /** @constant */
                    type: "transfer";
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    from_wallet_id: string;
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    to_wallet_id: string;
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                } | {
                    /** @enum {string} */
                    type: "deposit" | "withdraw" | "resupply" | "top_up" | "bonus" | "spend";
                    external_user_id: string;
                    asset?: string | null;
                    asset_type_id?: number | null;
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                } | {
                    /** @constant */
                    type: "hold";
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    wallet_id: string;
                    /**
                     * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                     * @example 25.00
                     */
                    amount: string | number;
                    /**
                     * @description When what is left of the hold is released. In the future, at most 365 days ahead.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    expires_at?: string | null;
                    /**
                     * @description The same, as whole seconds from when the hold is accepted. Not together with `expires_at`.
                     * @example 3600
                     */
                    expires_in?: number | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                } | {
                    /** @constant */
                    type: "capture";
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    hold_id: string;
                    /**
                     * @description Without one, all that is left.
                     * @example 10.00
                     */
                    amount?: (string | number) | null;
                    /** @description Where it goes: a wallet of the same asset. */
                    to_wallet_id?: string | null;
                    /** @description Or a house account. Without either it goes to the treasury. */
                    to_account?: string | null;
                    /**
                     * @description Whether what it leaves of the hold is released with it, as by default; otherwise it stays held.
                     * @example true
                     */
                    final?: boolean | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                } | {
                    /** @constant */
                    type: "release";
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    hold_id: string;
                    /**
                     * @description Without one, all that is left.
                     * @example 10.00
                     */
                    amount?: (string | number) | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                } | {
                    /** @constant */
                    type: "reversal";
                    /**
                     * Format: uuid
                     * @example a11ce000-0000-4000-8002-000000000004
                     */
                    operation_id: string;
                    /**
                     * @description Without one, all that was not reversed before. A posting is reversed as a whole.
                     * @example 10.00
                     */
                    amount?: (string | number) | null;
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                } | {
                    /** @constant */
                    type: "posting";
                    /** @description At least one of them names a wallet. */
                    legs: {
                        /** @description A wallet or a house account. */
                        from: {
                            /**
                             * Format: uuid
                             * @example a11ce000-0000-4000-8002-000000000004
                             */
                            wallet_id: string;
                        } | {
                            /**
                             * @description The name of a house account.
                             * @example treasury
                             */
                            account: string;
                        };
                        /** @description A wallet or a house account. */
                        to: {
                            /**
                             * Format: uuid
                             * @example a11ce000-0000-4000-8002-000000000004
                             */
                            wallet_id: string;
                        } | {
                            /**
                             * @description The name of a house account.
                             * @example treasury
                             */
                            account: string;
                        };
                        /**
                         * @description The code of an asset. It may be left out where an end is a wallet.
                         * @example USD
                         */
                        asset?: string | null;
                        /**
                         * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                         * @example 25.00
                         */
                        amount: string | number;
                    }[];
                    description?: string | null;
                    reference_id?: string | null;
                    idempotency_key?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    } | null;
                    /**
                     * @description `high` (the default) does not wait for operations of `low` priority of other wallets.
                     * @enum {string}
                     */
                    priority?: "high" | "low";
                    /**
                     * @description When it is to be executed: in the future, at most 365 days ahead. Until then it is `scheduled`; then it takes its place behind all that was accepted for its wallet, within 2 s by the database's clock.
                     * @example 2026-12-31T12:00:00.000Z
                     */
                    execute_at?: string | null;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"] | components["schemas"]["DryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    postOperationsByIdCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    getOperationsById: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledOperation"];
                };
            };
        };
    };
    getBatches: {
        parameters: {
            query?: {
                /** @description `pending`: none of its operations has ended. */
                status?: "pending" | "processing" | "completed";
                priority?: "high" | "low";
                from?: string;
                to?: string;
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Batch"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postBatches: {
        parameters: {
            query?: {
                /** @description `low` unless told otherwise. */
                priority?: "high" | "low";
                /** @description All succeed or all fail; at most 1000 operations. */
                atomic?: "true" | "false";
                /** @description Each line sends an event when it ends, not only the batch. */
                line_events?: "true" | "false";
                /** @description Only check; `200` tells what would be accepted. */
                validate_only?: "true" | "false";
            };
            header?: {
                /** @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body. */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    operations: ({
                        /** @enum {string} */
                        type: "deposit" | "withdraw" | "resupply" | "top_up" | "bonus" | "spend";
                        /**
                         * Format: uuid
                         * @example a11ce000-0000-4000-8002-000000000004
                         */
                        wallet_id: string;
                        /**
                         * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                         * @example 25.00
                         */
                        amount: string | number;
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    } | {
                        /** @constant */
                        type: "transfer";
                        /**
                         * Format: uuid
                         * @example a11ce000-0000-4000-8002-000000000004
                         */
                        from_wallet_id: string;
                        /**
                         * Format: uuid
                         * @example a11ce000-0000-4000-8002-000000000004
                         */
                        to_wallet_id: string;
                        /**
                         * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                         * @example 25.00
                         */
                        amount: string | number;
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    } | {
                        /** @enum {string} */
                        type: "deposit" | "withdraw" | "resupply" | "top_up" | "bonus" | "spend";
                        external_user_id: string;
                        asset?: string | null;
                        asset_type_id?: number | null;
                        /**
                         * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                         * @example 25.00
                         */
                        amount: string | number;
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    } | {
                        /** @constant */
                        type: "hold";
                        /**
                         * Format: uuid
                         * @example a11ce000-0000-4000-8002-000000000004
                         */
                        wallet_id: string;
                        /**
                         * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                         * @example 25.00
                         */
                        amount: string | number;
                        /**
                         * @description When what is left of the hold is released. In the future, at most 365 days ahead.
                         * @example 2026-12-31T12:00:00.000Z
                         */
                        expires_at?: string | null;
                        /**
                         * @description The same, as whole seconds from when the hold is accepted. Not together with `expires_at`.
                         * @example 3600
                         */
                        expires_in?: number | null;
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    } | {
                        /** @constant */
                        type: "capture";
                        /**
                         * Format: uuid
                         * @example a11ce000-0000-4000-8002-000000000004
                         */
                        hold_id: string;
                        /**
                         * @description Without one, all that is left.
                         * @example 10.00
                         */
                        amount?: (string | number) | null;
                        /** @description Where it goes: a wallet of the same asset. */
                        to_wallet_id?: string | null;
                        /** @description Or a house account. Without either it goes to the treasury. */
                        to_account?: string | null;
                        /**
                         * @description Whether what it leaves of the hold is released with it, as by default; otherwise it stays held.
                         * @example true
                         */
                        final?: boolean | null;
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    } | {
                        /** @constant */
                        type: "release";
                        /**
                         * Format: uuid
                         * @example a11ce000-0000-4000-8002-000000000004
                         */
                        hold_id: string;
                        /**
                         * @description Without one, all that is left.
                         * @example 10.00
                         */
                        amount?: (string | number) | null;
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    } | {
                        /** @constant */
                        type: "reversal";
                        /**
                         * Format: uuid
                         * @example a11ce000-0000-4000-8002-000000000004
                         */
                        operation_id: string;
                        /**
                         * @description Without one, all that was not reversed before. A posting is reversed as a whole.
                         * @example 10.00
                         */
                        amount?: (string | number) | null;
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    } | {
                        /** @constant */
                        type: "posting";
                        /** @description At least one of them names a wallet. */
                        legs: {
                            /** @description A wallet or a house account. */
                            from: {
                                /**
                                 * Format: uuid
                                 * @example a11ce000-0000-4000-8002-000000000004
                                 */
                                wallet_id: string;
                            } | {
                                /**
                                 * @description The name of a house account.
                                 * @example treasury
                                 */
                                account: string;
                            };
                            /** @description A wallet or a house account. */
                            to: {
                                /**
                                 * Format: uuid
                                 * @example a11ce000-0000-4000-8002-000000000004
                                 */
                                wallet_id: string;
                            } | {
                                /**
                                 * @description The name of a house account.
                                 * @example treasury
                                 */
                                account: string;
                            };
                            /**
                             * @description The code of an asset. It may be left out where an end is a wallet.
                             * @example USD
                             */
                            asset?: string | null;
                            /**
                             * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
                             * @example 25.00
                             */
                            amount: string | number;
                        }[];
                        description?: string | null;
                        reference_id?: string | null;
                        idempotency_key?: string | null;
                        metadata?: {
                            [key: string]: string | number | boolean | null;
                        } | null;
                    })[];
                    /** @enum {string} */
                    priority?: "high" | "low";
                    atomic?: boolean;
                    line_events?: boolean;
                };
                "application/x-ndjson": string;
                /**
                 * @example type,wallet_id,amount
                 *     deposit,a11ce000-0000-4000-8002-000000000004,25.00
                 */
                "text/csv": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"] | components["schemas"]["CheckedBatch"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
        };
    };
    getBatchesById: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
        };
    };
    getBatchesByIdOperations: {
        parameters: {
            query?: {
                status?: "pending" | "succeeded" | "failed";
                /** @description For CSV that is opened in a spreadsheet: `escape` puts an apostrophe before each field that would be computed as a formula, since a description or a reference is text that others may have chosen. Such a field begins with `=`, `+`, `-`, `@`, a tab or a line end; negative numbers stay as they are. Without it fields are exactly what was sent. */
                formulas?: "escape";
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["BatchLine"][];
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
        };
    };
    postBatchesByIdCancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
        };
    };
    postBatchesByIdRetry: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
        };
    };
    getWallets: {
        parameters: {
            query?: {
                client_id?: string;
                asset?: string;
                status?: "active" | "frozen" | "closed";
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Wallet"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postWallets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id?: string | null;
                    client_id?: string | null;
                    /**
                     * @description The code of an asset.
                     * @default USD
                     * @example USD
                     */
                    asset?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"];
                };
            };
        };
    };
    getWalletsUsersByExternalUserIdBalance: {
        parameters: {
            query?: {
                asset?: string;
                asset_type_id?: number;
            };
            header?: never;
            path: {
                external_user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"];
                };
            };
        };
    };
    getWalletsById: {
        parameters: {
            query?: {
                /** @description What it was at the end of this millisecond. */
                at?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"] | components["schemas"]["WalletAt"];
                };
            };
        };
    };
    patchWalletsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    status: "active" | "frozen" | "closed";
                } | {
                    /**
                     * @description How far below zero the balance may go; it cannot be less than what is used.
                     * @example 100.00
                     */
                    credit_limit: string | number;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"];
                };
            };
        };
    };
    getWalletsByIdBalance: {
        parameters: {
            query?: {
                /** @description What it was at the end of this millisecond. */
                at?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"] | components["schemas"]["WalletAt"];
                };
            };
        };
    };
    getWalletsByIdTransactions: {
        parameters: {
            query?: {
                type?: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
                from?: string;
                to?: string;
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["HistoryLine"][];
                        next_cursor: string | null;
                        /** @description On the last page, if some of the time that was asked for is in the archives: where it continues there. Otherwise null. */
                        archived: components["schemas"]["Checkpoint"] | null;
                    };
                };
            };
        };
    };
    getWalletsByIdStatistics: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statistics"];
                };
            };
        };
    };
    getWalletsByIdStatement: {
        parameters: {
            query?: {
                /** @description Included. Without it: the first moment of the month (UTC) in which the statement ends. */
                from?: string;
                /** @description Not included. Without it, or if it has not come yet: now. What is being applied at that moment is dated then and may be on a later statement of the same time, so let a moment pass before a period is closed. */
                to?: string;
                /** @description Goes before `Accept`, which links cannot set. */
                format?: "json" | "csv";
                /** @description For CSV that is opened in a spreadsheet: `escape` puts an apostrophe before each field that would be computed as a formula, since a description or a reference is text that others may have chosen. Such a field begins with `=`, `+`, `-`, `@`, a tab or a line end; negative numbers stay as they are. Without it fields are exactly what was sent. */
                formulas?: "escape";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statement"];
                    "text/csv": string;
                };
            };
        };
    };
    getHoldsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
        };
    };
    getClients: {
        parameters: {
            query?: {
                /** @description The client with this login, if there is one. */
                login?: string;
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Client"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postClients: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example Ivan Ivanov */
                    name: string;
                    /** @example ivan */
                    login: string;
                    /**
                     * @description The code of an asset.
                     * @default USD
                     * @example USD
                     */
                    asset?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Client"];
                };
            };
        };
    };
    postClientsBulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    clients: components["schemas"]["ClientToMake"][];
                };
                /** @example {"name":"Ivan Ivanov","login":"ivan","assets":["USD","GOLD"]} */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientResults"];
                };
            };
        };
    };
    getClientsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Client"];
                };
            };
        };
    };
    getAssets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Asset"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postAssets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description What requests call it by.
                     * @example EUR
                     */
                    code: string;
                    /** @example Euro */
                    name: string;
                    /**
                     * @description The number of decimals: at 9, a wallet holds up to 9223372036.854775807.
                     * @example 2
                     */
                    scale: number;
                    /** @description Whether it may move from wallet to wallet. */
                    transferable: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
        };
    };
    getAccounts: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["HouseAccountWithBalances"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description What postings and captures call it by.
                     * @example fees
                     */
                    name: string;
                    /**
                     * @description Whether its balances may go below zero.
                     * @default false
                     */
                    may_go_negative?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HouseAccount"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HouseAccount"];
                };
            };
        };
    };
    getWebhookEndpoints: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookEndpoint"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postWebhookEndpoints: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example https://example.com/webhooks */
                    url: string;
                    /**
                     * @description `*` is every type, also those to come.
                     * @example [
                     *       "operation.succeeded",
                     *       "operation.failed"
                     *     ]
                     */
                    event_types?: ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test" | "*")[];
                    description?: string | null;
                    headers?: {
                        [key: string]: string;
                    } | null;
                    /** @description The most requests per second; null is as fast as it goes. */
                    rate_limit?: number | null;
                    /**
                     * @description A secret of your own, `whsec_` and the base64 of 24 to 64 bytes. One is made if there is none.
                     * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                     */
                    secret?: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
        };
    };
    getWebhookEndpointsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
        };
    };
    deleteWebhookEndpointsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patchWebhookEndpointsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example https://example.com/webhooks */
                    url?: string;
                    /**
                     * @description They hold for what has not been sent yet, too.
                     * @example [
                     *       "operation.succeeded",
                     *       "operation.failed"
                     *     ]
                     */
                    event_types?: ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test" | "*")[];
                    description?: string | null;
                    /** @description In place of all there are; null removes them. */
                    headers?: {
                        [key: string]: string;
                    } | null;
                    /** @description The most requests per second; null is as fast as it goes. */
                    rate_limit?: number | null;
                    /** @enum {string} */
                    status?: "enabled" | "disabled";
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
        };
    };
    postWebhookEndpointsByIdRotateSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description A secret of your own, `whsec_` and the base64 of 24 to 64 bytes. One is made if there is none.
                     * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                     */
                    secret?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
        };
    };
    postWebhookEndpointsByIdTest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    getWebhookEndpointsByIdDeliveries: {
        parameters: {
            query?: {
                status?: "pending" | "succeeded" | "failed";
                event_type?: "operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test";
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Delivery"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getWebhookEndpointsByIdDeliveriesByEventId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryWithAttempts"];
                };
            };
        };
    };
    postWebhookEndpointsByIdDeliveriesByEventIdReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    postWebhookEndpointsByIdReplayFailed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @example 2026-01-31T00:00:00Z
                     */
                    since: string;
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
        };
    };
    postWebhookEndpointsByIdRecover: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @example 2026-01-31T00:00:00Z
                     */
                    since: string;
                    /**
                     * Format: date-time
                     * @example 2026-01-31T00:10:00Z
                     */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where what was accepted is found. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recovered"];
                };
            };
        };
    };
    getEvents: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the last answer; without it, from the first event that is kept. If events behind it were deleted because of their age (`cursor_expired`), or it is of an epoch that has ended because a standby was promoted or a backup restored (`epoch_ended`), the answer is `410`. */
                after?: string;
                limit?: number;
                /** @description Only events of this type, or of these. */
                type?: ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test") | ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Feed"];
                };
            };
        };
    };
    getEventsStream: {
        parameters: {
            query?: {
                /** @description A `next_cursor` of `GET /events`, or the `id` of an event of this stream: what follows it is sent. Without it, what is recorded from now on. */
                after?: string;
                /** @description Only events of this type, or of these. */
                type?: ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test") | ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test")[];
            };
            header?: {
                /** @description The `id` that came last, as browsers send it when they connect again. It goes before `after`. The answer is `410` where that of `GET /events` is: then read on as its problem says. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    getEventsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
        };
    };
    getAccessMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    getAccessKeys: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    postAccessKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @example shop */
                    name: string;
                    scopes: ("operations:read" | "operations:write" | "wallets:read" | "wallets:write" | "webhooks:admin" | "events:read" | "assets:admin" | "access:admin")[];
                    /** @description Requests per second. */
                    rate_limit?: number | null;
                    expires_at?: string | null;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithToken"];
                };
            };
        };
    };
    postAccessKeysByIdRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
        };
    };
    getAccessLog: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Act"][];
                        next_cursor: string | null;
                    };
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getLivez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Probe"];
                };
            };
        };
    };
    getReadyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Probe"];
                };
            };
        };
    };
}
