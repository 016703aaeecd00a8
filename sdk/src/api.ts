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
         * @description The amount comes from the treasury, or goes to it. The path that ends in `/operations` is equivalent.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createWalletOperation"];
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
         * @description The amount comes from the treasury, or goes to it. The path that ends in `/operations` is equivalent.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createOperationOfWallet"];
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
         * @description A credit with a type of its own, so that history, statistics and lists distinguish it from deposits.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createResupply"];
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
         * Move an amount from one wallet to another
         * @description Both wallets have the same asset, and the asset is transferable.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createTransfer"];
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
         * Credit a user's wallet after a purchase
         * @description The wallet is created if it does not exist.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createTopUp"];
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
         * Credit a user's wallet for free
         * @description The wallet is created if it does not exist.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createBonus"];
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
         * @description The amount goes to the treasury.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         */
        post: operations["createSpend"];
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
        /**
         * List the holds of a wallet, newest first
         * @description Without a filter by status, pending and failed holds are included.
         */
        get: operations["listWalletHolds"];
        put?: never;
        /**
         * Hold an amount of a wallet
         * @description A held amount cannot be spent until it is captured or released. The id of the operation is that of the hold.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createHold"];
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
         * Capture a hold, whole or in part
         * @description The captured amount goes to the treasury, a house account or a wallet of the same asset. The rest is released, unless `final` is false.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `hold_closed`: Nothing is left of the hold: it was captured or released, has expired, or never succeeded.
         *     - `hold_exceeded`: The amount exceeds what is left of the hold.
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["captureHold"];
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
         * Release a hold, whole or in part
         * @description The released amount returns to the wallet of the hold, even if that is frozen.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `hold_closed`: Nothing is left of the hold: it was captured or released, has expired, or never succeeded.
         *     - `hold_exceeded`: The amount exceeds what is left of the hold.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["releaseHold"];
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
         * Reverse an operation, whole or in part
         * @description It takes back what the operation moved, and never more. It may be requested while the operation is pending, and is applied after it.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `operation_not_succeeded`: The operation to reverse has not succeeded: nothing can be taken back.
         *     - `reversal_exceeds_operation`: The amount exceeds what is left of the operation to reverse: the rest was reversed before.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["reverseOperation"];
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
         * Move several amounts, all or none
         * @description The legs may be of several assets, and are applied in their order. If one of them cannot be applied, none is.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         */
        post: operations["createPosting"];
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
        /**
         * List operations, newest first
         * @description A transfer is listed with its source wallet. All filters can be combined.
         */
        get: operations["listOperations"];
        put?: never;
        /**
         * Submit an operation of any type
         * @description The general form of all other requests for operations: `type` says which fields there are. The lines of a batch have the same form.
         *
         *     The operation is accepted, and may fail when its turn comes:
         *
         *     - `hold_closed`: Nothing is left of the hold: it was captured or released, has expired, or never succeeded.
         *     - `hold_exceeded`: The amount exceeds what is left of the hold.
         *     - `operation_not_succeeded`: The operation to reverse has not succeeded: nothing can be taken back.
         *     - `reversal_exceeds_operation`: The amount exceeds what is left of the operation to reverse: the rest was reversed before.
         *     - `asset_not_transferable`: The asset cannot be transferred between wallets.
         *     - `wallet_closed`: A wallet of the operation is closed.
         *     - `wallet_frozen`: A wallet of the operation is frozen.
         *     - `insufficient_funds`: The paying wallet or house account has less available than the amount.
         *     - `balance_limit_exceeded`: The credited wallet would exceed the highest balance that a wallet can have.
         *     - `cancelled`: The batch was cancelled before the operation was applied.
         *     - `internal_error`: The operation could not be applied. Nothing was moved.
         */
        post: operations["createOperation"];
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
        /**
         * Cancel a scheduled operation
         * @description It ends as failed, with the code `cancelled`. An operation that is already due is applied and cannot be cancelled.
         */
        post: operations["cancelOperation"];
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
        /**
         * Read an operation
         * @description While it waits, it says why and when it is expected to end. With `Prefer: wait=N` it is answered as soon as it is final, or after N seconds.
         */
        get: operations["getOperation"];
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
        /**
         * List batches, newest first
         * @description The time range applies to when they were accepted.
         */
        get: operations["listBatches"];
        put?: never;
        /**
         * Submit up to 1,000,000 operations at once
         * @description All of them are accepted, or none; with `on_invalid=skip`, all that are valid. The same operations in another format (JSON, NDJSON or CSV) are the same batch and are accepted only once.
         */
        post: operations["createBatch"];
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
        /**
         * Read a batch
         * @description Until it has finished, it says why it waits and when it is expected to end. With `Prefer: wait=N` it is answered as soon as it is completed, or after N seconds.
         */
        get: operations["getBatch"];
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
        /**
         * List the operations of a batch in the order of its lines
         * @description JSON comes in pages. NDJSON and CSV, by `Accept`, have all lines at once.
         */
        get: operations["listBatchOperations"];
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
        /**
         * Cancel the pending operations of a batch
         * @description Each of these operations fails with the code `cancelled`. What has succeeded stays.
         */
        post: operations["cancelBatch"];
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
        /**
         * Retry the failed lines of a batch
         * @description They become a new batch, whose `retry_of` is this one. A batch is retried once: a second request returns the same new batch.
         */
        post: operations["retryBatch"];
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
        /**
         * List wallets, sorted by id
         * @description All filters can be combined.
         */
        get: operations["listWallets"];
        put?: never;
        /**
         * Create an empty wallet
         * @description It may have an id of your own, and belong to a client. A client has at most one wallet of an asset.
         */
        post: operations["createWallet"];
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
        /**
         * Read a user's wallet of an asset
         * @description A user is a client, named by its login. The asset is named by its code, or by its number.
         */
        get: operations["getUserBalance"];
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
        /**
         * Read a wallet
         * @description With `at`, its balances at that past moment. The path that ends in `/balance` is equivalent.
         */
        get: operations["getWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Freeze, thaw or close a wallet, or change its credit limit
         * @description Closing is permanent; the balance must be zero, and nothing held. A frozen wallet takes part in no operations except releases.
         */
        patch: operations["updateWallet"];
        trace?: never;
    };
    "/wallets/{id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a wallet
         * @description With `at`, its balances at that past moment. The path that ends in `/balance` is equivalent.
         */
        get: operations["getWalletBalance"];
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
        /**
         * List a wallet's history, newest first
         * @description Each line is one movement, with the balance before and after it.
         */
        get: operations["listWalletTransactions"];
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
        /**
         * Sum a wallet's history by type
         * @description Counts and sums of credits and debits, over a period or over all time.
         */
        get: operations["getWalletStatistics"];
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
        /**
         * Read a wallet's statement
         * @description The balance at the beginning and the end of a period, and every movement between, as JSON or CSV by `Accept` or `format`.
         */
        get: operations["getWalletStatement"];
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
        /**
         * Read a hold
         * @description What was captured and released of it, and what remains.
         */
        get: operations["getHold"];
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
        /**
         * List clients with their wallets
         * @description They are sorted by id. With `login`, the one client that has it, if there is one.
         */
        get: operations["listClients"];
        put?: never;
        /**
         * Create a client with its first wallet
         * @description Both are created, or neither. A login belongs to one client.
         */
        post: operations["createClient"];
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
        /**
         * Create up to 10,000 clients with their wallets
         * @description Each line has its own result. Sending it again creates nothing twice: clients that exist are answered as `exists`.
         */
        post: operations["createClients"];
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
        /**
         * Read a client with its wallets
         * @description Frozen and closed wallets are included.
         */
        get: operations["getClient"];
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
        /**
         * List assets
         * @description An asset is what wallets hold: a currency, points, goods. They are sorted by id.
         */
        get: operations["listAssets"];
        put?: never;
        /**
         * Add an asset
         * @description It is permanent, and takes effect in every process at once: `201`, or `200` if the same one exists already.
         */
        post: operations["createAsset"];
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
        /**
         * List house accounts with their balances
         * @description They are sorted by name. The treasury is one of them.
         */
        get: operations["listAccounts"];
        put?: never;
        /**
         * Add a house account
         * @description It has a balance in every asset, is permanent, and takes effect in every process at once: `201`, or `200` if the same one exists already.
         */
        post: operations["createAccount"];
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
        /**
         * List webhook endpoints, newest first
         * @description Deleted endpoints are not in the list.
         */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Create a webhook endpoint
         * @description The secret that signs its events is shown only in this answer.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
        /**
         * Rotate the secret of a webhook endpoint
         * @description The previous secret also signs for 24 hours.
         */
        post: operations["rotateWebhookSecret"];
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
        /**
         * Send a test event to a webhook endpoint
         * @description An event of the type `webhook_endpoint.test` is sent at once, ahead of the backlog, whatever the endpoint subscribes to. A pause of the endpoint ends.
         */
        post: operations["testWebhookEndpoint"];
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
        /**
         * List the deliveries of a webhook endpoint
         * @description Deliveries of the newest events come first.
         */
        get: operations["listDeliveries"];
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
        /**
         * Read a delivery with its last attempts
         * @description The last 50 attempts, the latest first: when, for how long, and what the endpoint answered.
         */
        get: operations["getDelivery"];
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
        /**
         * Send an event to a webhook endpoint again
         * @description It is sent at once, whether it succeeded or failed before. A pause of the endpoint ends. A delivery that was never sent keeps its turn.
         */
        post: operations["replayDelivery"];
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
        /**
         * Resend the failed deliveries since a time
         * @description Like `recover` without `until`, with a shorter answer.
         */
        post: operations["replayFailedDeliveries"];
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
        /**
         * Send the undelivered events of a period
         * @description Covers events that happened, or were last tried, since a time (and before `until`, if it is given): deliveries that used up their attempts, those that wait for another attempt, and those that were never sent. All are sent at once. A pause of the endpoint ends.
         */
        post: operations["recoverDeliveries"];
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
        /**
         * Read a webhook endpoint
         * @description Its settings, its last success and failure, and what it is still owed.
         */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook endpoint
         * @description Nothing more is sent to it, including its backlog.
         */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change a webhook endpoint
         * @description While it is disabled, events are kept for it, and are sent when it is enabled.
         */
        patch: operations["updateWebhookEndpoint"];
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the feed of events, oldest first
         * @description The `next_cursor` of each answer is the `after` of the next request; there is no last page. Only events of types that a webhook endpoint subscribes to are recorded.
         */
        get: operations["listEvents"];
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
        /**
         * Read the feed of events as it grows
         * @description Server-sent events, as the `EventSource` of browsers reads them.
         */
        get: operations["streamEvents"];
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
        /**
         * Read an event
         * @description It has the same content as its webhook.
         */
        get: operations["getEvent"];
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
        /**
         * Read the key of this request
         * @description Its name, scopes and expiry.
         */
        get: operations["getCaller"];
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
        /**
         * List API keys, newest first
         * @description Expired and revoked keys are in the list. Tokens are not: only their hashes are stored.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create an API key
         * @description It can have only scopes that the key of this request has. Once the first key is created, every request needs one.
         */
        post: operations["createKey"];
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
        /**
         * Revoke an API key
         * @description Revocation is permanent and takes effect within a second in every process. Revoking a key again changes nothing.
         */
        post: operations["revokeKey"];
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
        /**
         * Read the audit log, newest first
         * @description Administrative actions: who did what to which key, endpoint, wallet or asset.
         */
        get: operations["listActs"];
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
        /**
         * Read the state of the service
         * @description Rates, backlog, workers, batches, webhooks, and the last hour minute by minute.
         */
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
        /**
         * Check the health of the service
         * @description `degraded` while Redis takes no jobs (operations are accepted and applied without it) or accepted operations are late; `down` without a database that accepts writes. `reasons` says which.
         */
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
        /**
         * Check that the process runs
         * @description It contacts neither the database nor Redis.
         */
        get: operations["getLiveness"];
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
        /**
         * Check that the process accepts requests
         * @description It does not while it is stopping, nor without a database that accepts writes.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "operation.succeeded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An operation has succeeded
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["operationSucceeded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "operation.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An operation has failed
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["operationFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All operations of a batch have ended
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["batchCompleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "wallet.activated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A frozen wallet is active again
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["walletActivated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "wallet.frozen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A wallet was frozen
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["walletFrozen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "wallet.closed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A wallet was closed
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["walletClosed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook_endpoint.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A webhook endpoint was disabled because it is gone or kept failing
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["webhookEndpointDisabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook_endpoint.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A test event was requested
         * @description Verify the signature over `webhook-id`, `webhook-timestamp` and the raw body, joined by full stops, before you use the event: see Standard Webhooks 1.0.0. Answer with a status from 200 to 299 within 15 seconds; anything else is retried. An event can be delivered more than once, always with the same `webhook-id`.
         */
        post: operations["webhookEndpointTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        CreateWalletOperationRequest: {
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateResupplyRequest: {
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateTransferRequest: {
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateTopUpRequest: {
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateBonusRequest: {
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateSpendRequest: {
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateHoldRequest: {
            /**
             * @description Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and separators are refused, in JSON and CSV alike.
             * @example 25.00
             */
            amount: string | number;
            /**
             * @description When the remainder of the hold is released. In the future, at most 365 days ahead.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CaptureHoldRequest: {
            /**
             * @description Defaults to everything that is left.
             * @example 10.00
             */
            amount?: (string | number) | null;
            /** @description Where it goes: a wallet of the same asset. */
            to_wallet_id?: string | null;
            /** @description Or a house account. Without either it goes to the treasury. */
            to_account?: string | null;
            /**
             * @description Whether the rest of the hold is released with it (the default); otherwise it stays held.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        ReleaseHoldRequest: {
            /**
             * @description Defaults to everything that is left.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        ReverseOperationRequest: {
            /**
             * @description Defaults to everything that was not reversed before. A posting is reversed as a whole.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreatePostingRequest: {
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
                 * @description The code of an asset. Optional if one end is a wallet.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateOperationRequest: {
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
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
             * @description When the remainder of the hold is released. In the future, at most 365 days ahead.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
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
             * @description Defaults to everything that is left.
             * @example 10.00
             */
            amount?: (string | number) | null;
            /** @description Where it goes: a wallet of the same asset. */
            to_wallet_id?: string | null;
            /** @description Or a house account. Without either it goes to the treasury. */
            to_account?: string | null;
            /**
             * @description Whether the rest of the hold is released with it (the default); otherwise it stays held.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
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
             * @description Defaults to everything that is left.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
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
             * @description Defaults to everything that was not reversed before. A posting is reversed as a whole.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
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
                 * @description The code of an asset. Optional if one end is a wallet.
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
             * @description When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued behind everything accepted for its wallet, within 2 s by the database's clock.
             * @example 2026-12-31T12:00:00.000Z
             */
            execute_at?: string | null;
        };
        CreateBatchRequest: {
            operations: components["schemas"]["BatchOperation"][];
            /** @enum {string} */
            priority?: "high" | "low";
            atomic?: boolean;
            line_events?: boolean;
        };
        BatchOperation: {
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
             * @description When the remainder of the hold is released. In the future, at most 365 days ahead.
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
             * @description Defaults to everything that is left.
             * @example 10.00
             */
            amount?: (string | number) | null;
            /** @description Where it goes: a wallet of the same asset. */
            to_wallet_id?: string | null;
            /** @description Or a house account. Without either it goes to the treasury. */
            to_account?: string | null;
            /**
             * @description Whether the rest of the hold is released with it (the default); otherwise it stays held.
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
             * @description Defaults to everything that is left.
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
             * @description Defaults to everything that was not reversed before. A posting is reversed as a whole.
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
                 * @description The code of an asset. Optional if one end is a wallet.
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
        };
        CreateWalletRequest: {
            id?: string | null;
            client_id?: string | null;
            /**
             * @description The code of an asset. `"USD"` if left out.
             * @example USD
             */
            asset?: string;
        };
        UpdateWalletRequest: {
            /** @enum {string} */
            status: "active" | "frozen" | "closed";
        } | {
            /**
             * @description How far below zero the balance may go; it cannot be less than what is used.
             * @example 100.00
             */
            credit_limit: string | number;
        };
        CreateClientRequest: {
            /** @example Ivan Ivanov */
            name: string;
            /** @example ivan */
            login: string;
            /**
             * @description The code of an asset. `"USD"` if left out.
             * @example USD
             */
            asset?: string;
        };
        CreateClientsRequest: {
            clients: components["schemas"]["ClientToMake"][];
        };
        ClientToMake: {
            /** @example Ivan Ivanov */
            name: string;
            /** @example ivan */
            login: string;
            /**
             * @description A wallet of each is made. `["USD"]` if left out.
             * @example [
             *       "USD",
             *       "GOLD"
             *     ]
             */
            assets?: string[];
        };
        CreateAssetRequest: {
            /**
             * @description The code that requests use.
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
        CreateAccountRequest: {
            /**
             * @description The name that postings and captures use.
             * @example fees
             */
            name: string;
            /** @description Whether its balances may go below zero. `false` if left out. */
            may_go_negative?: boolean;
        };
        CreateWebhookEndpointRequest: {
            /** @example https://example.com/webhooks */
            url: string;
            /**
             * @description `*` is every type, including future ones.
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
            /** @description The most requests per second; null means no limit. */
            rate_limit?: number | null;
            /**
             * @description A secret of your own, `whsec_` and the base64 of 24 to 64 bytes. Generated if left out.
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
             */
            secret?: string;
        };
        RotateWebhookSecretRequest: {
            /**
             * @description A secret of your own, `whsec_` and the base64 of 24 to 64 bytes. Generated if left out.
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
             */
            secret?: string;
        };
        ReplayFailedDeliveriesRequest: {
            /**
             * Format: date-time
             * @example 2026-01-31T00:00:00Z
             */
            since: string;
        };
        RecoverDeliveriesRequest: {
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
        UpdateWebhookEndpointRequest: {
            /** @example https://example.com/webhooks */
            url?: string;
            /**
             * @description They also apply to events that have not been sent yet.
             * @example [
             *       "operation.succeeded",
             *       "operation.failed"
             *     ]
             */
            event_types?: ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test" | "*")[];
            description?: string | null;
            /** @description Replaces all of them; null removes them. */
            headers?: {
                [key: string]: string;
            } | null;
            /** @description The most requests per second; null means no limit. */
            rate_limit?: number | null;
            /** @enum {string} */
            status?: "enabled" | "disabled";
        };
        CreateKeyRequest: {
            /** @example shop */
            name: string;
            scopes: ("operations:read" | "operations:write" | "wallets:read" | "wallets:write" | "webhooks:admin" | "events:read" | "assets:admin" | "access:admin")[];
            /** @description Requests per second. */
            rate_limit?: number | null;
            expires_at?: string | null;
        };
        /** @description With `dry_run`, a dry run, whose `id` is null; otherwise the operation. */
        OperationOrDryRun: components["schemas"]["Operation"] | components["schemas"]["DryRun"];
        /** @description A request to move an amount. `type` says which of its fields there are, `status` which of `result` and `error`. */
        Operation: components["schemas"]["OperationKind"] & components["schemas"]["OperationState"];
        /** @description What an operation moves, by its `type`. */
        OperationKind: components["schemas"]["OneWalletKind"] | components["schemas"]["TransferKind"] | components["schemas"]["HoldKind"] | components["schemas"]["CaptureKind"] | components["schemas"]["ReleaseKind"] | components["schemas"]["ReversalKind"] | components["schemas"]["PostingKind"];
        /** @description An amount moves between a wallet and the treasury. */
        OneWalletKind: {
            /** @example USD */
            asset: string;
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * Format: date-time
             * @description When a scheduled operation is due.
             */
            execute_at?: string;
            /** @enum {string} */
            type: "deposit" | "withdraw" | "resupply" | "top_up" | "bonus" | "spend";
            /** Format: uuid */
            wallet_id: string;
            /** @example 25.00 */
            amount: string;
            /**
             * @description How much of it was reversed, if any.
             * @example 25.00
             */
            reversed_amount?: string;
            result: {
                transaction_number: string | null;
                /** @example 25.00 */
                wallet_balance: string;
                wallet_version: number;
            } | null;
        };
        /** @description An amount moves from one wallet to another. */
        TransferKind: {
            /** @example USD */
            asset: string;
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * Format: date-time
             * @description When a scheduled operation is due.
             */
            execute_at?: string;
            /** @constant */
            type: "transfer";
            /** Format: uuid */
            from_wallet_id: string;
            /** Format: uuid */
            to_wallet_id: string;
            /** @example 25.00 */
            amount: string;
            /**
             * @description How much of it was reversed, if any.
             * @example 25.00
             */
            reversed_amount?: string;
            result: {
                transaction_number: string | null;
                /** @example 25.00 */
                from_wallet_balance: string;
                from_wallet_version: number;
                /** @example 25.00 */
                to_wallet_balance: string;
                to_wallet_version: number;
            } | null;
        };
        /** @description An amount of a wallet is set aside. */
        HoldKind: {
            /** @example USD */
            asset: string;
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * Format: date-time
             * @description When a scheduled operation is due.
             */
            execute_at?: string;
            /** @constant */
            type: "hold";
            /** Format: uuid */
            wallet_id: string;
            /** @example 25.00 */
            amount: string;
            /** @description When the remainder is released. */
            expires_at: string | null;
            result: {
                transaction_number: string | null;
                /** @example 25.00 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What holds of the wallet set aside afterwards.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
        };
        /** @description What is held moves to the treasury, a house account or a wallet. */
        CaptureKind: {
            /** @example USD */
            asset: string;
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * Format: date-time
             * @description When a scheduled operation is due.
             */
            execute_at?: string;
            /** @constant */
            type: "capture";
            /**
             * Format: uuid
             * @description The wallet of the hold.
             */
            wallet_id: string;
            /** Format: uuid */
            hold_id: string;
            /**
             * Format: uuid
             * @description The receiving wallet, if it is one.
             */
            to_wallet_id?: string;
            /**
             * @description The receiving house account, if it is one.
             * @example treasury
             */
            to_account?: string;
            /** @description Whether it releases the rest of the hold. */
            final: boolean;
            /** @description Null until the operation has succeeded, if the request left it out. */
            amount: string | null;
            /**
             * @description How much of it was reversed, if any.
             * @example 25.00
             */
            reversed_amount?: string;
            result: {
                transaction_number: string | null;
                /** @example 25.00 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What holds of the wallet set aside afterwards.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
        };
        /** @description What is held returns to its wallet. */
        ReleaseKind: {
            /** @example USD */
            asset: string;
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * Format: date-time
             * @description When a scheduled operation is due.
             */
            execute_at?: string;
            /** @constant */
            type: "release";
            /**
             * Format: uuid
             * @description The wallet of the hold.
             */
            wallet_id: string;
            /** Format: uuid */
            hold_id: string;
            /** @description `expired` if the hold expired; otherwise null. */
            reason: "expired" | null;
            /** @description Null until the operation has succeeded, if the request left it out. */
            amount: string | null;
            result: {
                transaction_number: string | null;
                /** @example 25.00 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What holds of the wallet set aside afterwards.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
        };
        /** @description What another operation moved is taken back. */
        ReversalKind: {
            /** @example USD */
            asset: string;
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * Format: date-time
             * @description When a scheduled operation is due.
             */
            execute_at?: string;
            /** @constant */
            type: "reversal";
            /**
             * Format: uuid
             * @description The first wallet of the operation that is reversed.
             */
            wallet_id: string;
            /**
             * Format: uuid
             * @description The operation that is reversed.
             */
            reversal_of: string;
            /** @description Null until the operation has succeeded, if the request left it out. */
            amount: string | null;
            result: {
                transaction_number: string | null;
                /** @example 25.00 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What holds of the wallet set aside afterwards.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
        };
        /** @description Several amounts move, all or none. */
        PostingKind: {
            /** @example USD */
            asset: string;
            /** @enum {string} */
            priority: "high" | "low";
            description: string | null;
            reference_id: string | null;
            idempotency_key: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            } | null;
            /**
             * Format: date-time
             * @description When a scheduled operation is due.
             */
            execute_at?: string;
            /** @constant */
            type: "posting";
            /**
             * Format: uuid
             * @description The first wallet that its legs name.
             */
            wallet_id: string;
            /** @description What it moves, in this order. */
            legs: {
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
            /** @description Each leg has its own. */
            amount: null;
            /**
             * @description Whether it was reversed.
             * @constant
             */
            reversed?: true;
            /** @description Its legs can be of several assets, which have no sum. */
            reversed_amount?: null;
            result: {
                transaction_number: string | null;
                /** @example 25.00 */
                wallet_balance?: string;
                wallet_version?: number;
                /**
                 * @description What holds of the wallet set aside afterwards.
                 * @example 25.00
                 */
                held_balance?: string;
                /** @example 25.00 */
                to_wallet_balance?: string;
                to_wallet_version?: number;
            } | null;
        };
        /** @description The state of an operation, by its `status`. */
        OperationState: components["schemas"]["ScheduledState"] | components["schemas"]["PendingState"] | components["schemas"]["SucceededState"] | components["schemas"]["FailedState"];
        /** @description Its time has not come. */
        ScheduledState: {
            /** Format: uuid */
            id: string;
            /** @description The batch that it is a line of. */
            batch_id: string | null;
            /** Format: date-time */
            created_at: string;
            /** @constant */
            status: "scheduled";
            /** Format: date-time */
            execute_at: string;
            completed_at: null;
            result: null;
            error: null;
        };
        /** @description It waits for its turn. */
        PendingState: {
            /** Format: uuid */
            id: string;
            /** @description The batch that it is a line of. */
            batch_id: string | null;
            /** Format: date-time */
            created_at: string;
            /** @constant */
            status: "pending";
            completed_at: null;
            result: null;
            error: null;
        };
        /** @description It was applied. */
        SucceededState: {
            /** Format: uuid */
            id: string;
            /** @description The batch that it is a line of. */
            batch_id: string | null;
            /** Format: date-time */
            created_at: string;
            /** @constant */
            status: "succeeded";
            /** Format: date-time */
            completed_at: string;
            result: {
                /** Format: uuid */
                transaction_number: string;
            };
            error: null;
        };
        /** @description It was rejected. Nothing was moved. */
        FailedState: {
            /** Format: uuid */
            id: string;
            /** @description The batch that it is a line of. */
            batch_id: string | null;
            /** Format: date-time */
            created_at: string;
            /** @constant */
            status: "failed";
            /** Format: date-time */
            completed_at: string;
            result: null;
            error: components["schemas"]["Rejection"];
        };
        /** @description Why an operation failed. `code` is stable, `message` is for people. */
        Rejection: {
            /** @enum {string} */
            code: "hold_closed" | "hold_exceeded" | "operation_not_succeeded" | "reversal_exceeds_operation" | "asset_not_transferable" | "wallet_closed" | "wallet_frozen" | "insufficient_funds" | "balance_limit_exceeded" | "cancelled" | "other_line_failed" | "internal_error";
            message: string;
        };
        /** @description How an operation would end if it were accepted now and applied right after everything pending for its wallet. Nothing is stored, so its `id` is null. Pending operations of other wallets and lines of atomic batches are not considered, although they can change the outcome. */
        DryRun: components["schemas"]["OperationKind"] & components["schemas"]["ForeseenState"];
        /** @description How an operation would end, by its `status`. */
        ForeseenState: components["schemas"]["ForeseenSuccess"] | components["schemas"]["ForeseenFailure"];
        /** @description It would succeed. */
        ForeseenSuccess: {
            /** @constant */
            dry_run: true;
            /** @description How many operations of the same wallet wait before it. */
            ahead: number;
            id: null;
            batch_id: null;
            created_at: null;
            completed_at: null;
            /** @constant */
            status: "succeeded";
            result: {
                transaction_number: null;
            };
            error: null;
        };
        /** @description It would be rejected. */
        ForeseenFailure: {
            /** @constant */
            dry_run: true;
            /** @description How many operations of the same wallet wait before it. */
            ahead: number;
            id: null;
            batch_id: null;
            created_at: null;
            completed_at: null;
            /** @constant */
            status: "failed";
            result: null;
            error: components["schemas"]["Rejection"];
        };
        /** @description Why a request was refused (RFC 9457). `code` is stable. */
        Problem: {
            /**
             * @description A page about the code.
             * @example /problems/invalid_request
             */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "invalid_request" | "malformed_request" | "malformed_json" | "malformed_body" | "malformed_path" | "conflicting_idempotency_keys" | "api_key_missing" | "api_key_invalid" | "scope_missing" | "route_not_found" | "wallet_not_found" | "user_not_found" | "client_not_found" | "operation_not_found" | "hold_not_found" | "account_not_found" | "batch_not_found" | "webhook_endpoint_not_found" | "delivery_not_found" | "key_not_found" | "event_not_found" | "request_timeout" | "method_not_allowed" | "login_taken" | "wallet_closed" | "credit_in_use" | "wallet_not_empty" | "wallet_exists" | "asset_exists" | "too_many_assets" | "account_exists" | "too_many_accounts" | "too_many_keys" | "too_many_pending" | "operation_not_scheduled" | "not_reversible" | "client_has_wallet" | "batch_in_progress" | "batch_finished" | "batch_not_finished" | "webhook_endpoint_disabled" | "nothing_to_retry" | "operation_archived" | "batch_archived" | "history_archived" | "cursor_expired" | "epoch_ended" | "precondition_failed" | "body_too_large" | "unsupported_media_type" | "range_not_satisfiable" | "batch_refused" | "asset_mismatch" | "expectation_failed" | "unknown_client" | "idempotency_key_reused" | "rate_limited" | "headers_too_large" | "internal_error" | "webhooks_not_configured" | "overloaded" | "unavailable";
            request_id: string;
            errors?: (components["schemas"]["FieldError"] | components["schemas"]["LineError"])[];
            /** @description The archived operation whose key was sent again. */
            operation_id?: string;
            /** @description The archived data is in the files of this month (`YYYY-MM`) or of a later one. */
            month?: string;
            /**
             * Format: date-time
             * @description Operations created, and movements made, before this time are in the archives.
             */
            archived_before?: string;
            /** @description The current epoch, if the cursor is of another one. */
            epoch?: string | null;
            /** @description Operations acknowledged up to this time are in the current epoch. Those acknowledged later may be missing: send them again under the same keys. Null if the time is not known. */
            complete_until?: string | null;
            /** @description The cursor to send as `after`: every unread event of the current epoch follows it. Null if it is not known: then read without `after`. */
            continue_after?: string | null;
            /** @description How many positions behind `continue_after` were read in the ended epoch. Each of their events is missing, comes again under its id, or is replaced by another of the same operation. Null if that is not known. */
            events_in_doubt?: number | null;
        };
        /** @description What is wrong with a field of the request. */
        FieldError: {
            path: string;
            message: string;
        };
        /** @description What is wrong with a field of a line of a batch. */
        LineError: {
            line: number;
            field: string;
            message: string;
        };
        ListWalletHoldsAnswer: {
            data: components["schemas"]["Hold"][];
            next_cursor: string | null;
            /** @description On the last page, if matching operations may be in the archives: those created before this time are archived and not listed, unless they ended late. Otherwise null. */
            archived_before: string | null;
        };
        /** @description An amount of a wallet set aside, until it is captured or released. */
        Hold: {
            /**
             * Format: uuid
             * @description The id of the operation that created it.
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
             * @description The amount that is neither captured nor released.
             * @example 25.00
             */
            remaining: string;
            /**
             * @description `open` while something remains, then `closed`; `pending` or `failed` if nothing was set aside.
             * @enum {string}
             */
            status: "open" | "closed" | "pending" | "failed";
            /** @description When the remainder is released. */
            expires_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Its captures and releases, including pending and failed ones, in the order of acceptance: at most 100. */
            operations: string[];
            /** @description Whether there are more: `GET /operations?hold_id=` lists all. */
            more_operations: boolean;
        };
        ListOperationsAnswer: {
            data: components["schemas"]["Operation"][];
            next_cursor: string | null;
            /** @description On the last page, if matching operations may be in the archives: those created before this time are archived and not listed, unless they ended late. Otherwise null. */
            archived_before: string | null;
        };
        /** @description An operation; while it is pending or scheduled, also why it waits and when it is expected to end. */
        PolledOperation: components["schemas"]["Operation"] & components["schemas"]["Waiting"];
        /** @description Why it waits, and when it is expected to end. */
        Waiting: {
            /** @description While it waits: how many operations of its partition are applied first. Exact up to 10,000 single operations; the number of batch lines is an estimate. Null for scheduled operations. */
            ahead?: number | null;
            /**
             * @description While it waits. `worker`: no worker was seen for 10 s. `schedule`: its time has not come. `earlier_operations`: it is queued, and workers are applying the operations ahead of it.
             * @enum {string}
             */
            waits_for?: "worker" | "earlier_operations" | "schedule";
            /** @description While it waits: when it is expected to end, computed from the backlog and the speed of the workers. Null if that is not known. */
            estimated_completion?: string | null;
        };
        CreateBatchAnswer: components["schemas"]["AcceptedBatch"] | components["schemas"]["CheckedBatch"];
        /** @description A batch that was accepted, with the lines that were left out of it. */
        AcceptedBatch: {
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
            /** @description Invalid lines that `on_invalid=skip` left out. They are not operations of this batch. */
            skipped: number;
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
            /** @description Until it has finished: how many other operations are applied before its last line, over all of its partitions. */
            ahead?: number | null;
            /**
             * @description While it waits. `worker`: no worker was seen for 10 s. `schedule`: its time has not come. `earlier_operations`: it is queued, and workers are applying the operations ahead of it.
             * @enum {string}
             */
            waits_for?: "worker" | "earlier_operations" | "schedule";
            /** @description While it waits: when it is expected to end, computed from the backlog and the speed of the workers. Null if that is not known. */
            estimated_completion?: string | null;
            /** @description With `on_invalid=skip`: the lines that were left out, and why. Every replay returns the same list. */
            skipped_lines?: {
                line: number;
                field: string;
                message: string;
            }[];
        };
        /** @description A batch that would be accepted. */
        CheckedBatch: {
            /** @constant */
            valid: true;
            total: number;
            replayed: number;
            skipped: number;
            /** @description With `on_invalid=skip`: the lines that were left out, and why. Every replay returns the same list. */
            skipped_lines?: {
                line: number;
                field: string;
                message: string;
            }[];
            sums: {
                asset: string;
                /** @example 25.00 */
                total: string;
            }[];
            /** @description The batch in which the same content was accepted before; then nothing would be accepted again. */
            accepted_as: string | null;
        };
        ListBatchesAnswer: {
            data: components["schemas"]["Batch"][];
            next_cursor: string | null;
        };
        /** @description Many operations accepted together. Each succeeds or fails on its own, unless the batch is atomic. */
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
            /** @description Invalid lines that `on_invalid=skip` left out. They are not operations of this batch. */
            skipped: number;
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
        /** @description A batch; until it has finished, also why it waits and when it is expected to end. */
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
            /** @description Invalid lines that `on_invalid=skip` left out. They are not operations of this batch. */
            skipped: number;
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
            /** @description Until it has finished: how many other operations are applied before its last line, over all of its partitions. */
            ahead?: number | null;
            /**
             * @description While it waits. `worker`: no worker was seen for 10 s. `schedule`: its time has not come. `earlier_operations`: it is queued, and workers are applying the operations ahead of it.
             * @enum {string}
             */
            waits_for?: "worker" | "earlier_operations" | "schedule";
            /** @description While it waits: when it is expected to end, computed from the backlog and the speed of the workers. Null if that is not known. */
            estimated_completion?: string | null;
        };
        ListBatchOperationsAnswer: {
            data: components["schemas"]["BatchLine"][];
            next_cursor: string | null;
        };
        /** @description An operation, as a line of a batch. */
        BatchLine: components["schemas"]["Operation"] & {
            /** @description Its line in the file, or its position in the array. */
            line: number;
            /** @description Its position among the operations of the batch, from 1. Headers and empty lines are not counted, so it is the same in every format. */
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
             * @description It excludes the held amount.
             * @example 25.00
             */
            balance: string;
            /**
             * @description The amount set aside by holds.
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
        ListWalletsAnswer: {
            data: components["schemas"]["Wallet"][];
            next_cursor: string | null;
        };
        GetWalletAnswer: components["schemas"]["Wallet"] | components["schemas"]["WalletAt"];
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
        ListWalletTransactionsAnswer: {
            data: components["schemas"]["HistoryLine"][];
            next_cursor: string | null;
            /** @description On the last page, if part of the requested period is in the archives: where it continues there. Otherwise null. */
            archived: components["schemas"]["Checkpoint"] | null;
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
        /** @description The last archived movement of the wallet, with the balance after it. Movements of higher versions are in the database. */
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
            /** @description If part of the requested period is in the archives: the last movement there. Counts and sums are of those after it. */
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
        /** @description The movements of a wallet in a period, between two balances. */
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
             * @description Exclusive. Now, if a later time was requested.
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
             * @description After it, excluding the held amount.
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
        ListClientsAnswer: {
            data: components["schemas"]["Client"][];
            next_cursor: string | null;
        };
        ClientResults: {
            total: number;
            created: number;
            existing: number;
            refused: number;
            /** @description The result of each line, in the order of the lines. */
            data: components["schemas"]["ClientResult"][];
        };
        ClientResult: {
            /** @description The line of the body, or the element of the array; the first is 1. */
            line: number;
            /** @description Null if the line does not say one. */
            login: string | null;
            /**
             * @description `exists`: a client with this login and name existed, and now has a wallet of each of the assets. `refused`: nothing was done.
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
        ListAssetsAnswer: {
            data: components["schemas"]["Asset"][];
            next_cursor: string | null;
        };
        /** @description `scale` is the number of decimals. */
        Asset: {
            id: number;
            code: string;
            name: string;
            scale: number;
            transferable: boolean;
        };
        ListAccountsAnswer: {
            data: components["schemas"]["HouseAccountWithBalances"][];
            next_cursor: string | null;
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
        /** @description An endpoint with its new secret. */
        WebhookEndpointWithSecret: {
            /** Format: uuid */
            id: string;
            url: string;
            description: string | null;
            /** @description `*` is every type. */
            event_types: string[];
            /** @description The names of your own headers. Null if they were stored under another `WEBHOOK_KEY` than is set now. */
            headers: {
                [key: string]: "***";
            } | null;
            /** @description Requests per second; null means no limit. */
            rate_limit: number | null;
            /** @enum {string} */
            status: "enabled" | "disabled";
            disabled_reason: ("requested" | "gone" | "failing") | null;
            disabled_at: string | null;
            /** @description The time since which every request has failed. */
            failing_since: string | null;
            /** @description Nothing is sent to it until then, because its last requests failed or it answered with `Retry-After`. `test`, `replay`, `replay-failed` and `recover` end the pause. */
            paused_until: string | null;
            last_success_at: string | null;
            last_failure_at: string | null;
            /** @description The last failure, also if requests have succeeded since. */
            last_error: {
                /** Format: date-time */
                at: string;
                /**
                 * @description The status of the answer; null if there was none.
                 * @example 500
                 */
                status_code: number | null;
                /**
                 * @description The status of the answer, or why there was none. `secret_unreadable`: `WEBHOOK_KEY` is another one.
                 * @example HTTP 500
                 */
                message: string;
            } | null;
            /** @description How many deliveries it is owed, also while it is paused or disabled. Counting stops at 1000, which means that many or more. */
            pending: number;
            /** @description Until when the previous secret also signs. */
            previous_secret_expires_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Shown only in this answer: store it. */
            secret: string;
        };
        ListWebhookEndpointsAnswer: {
            data: components["schemas"]["WebhookEndpoint"][];
            next_cursor: string | null;
        };
        /** @description A receiver of events. Its secret is never shown again. */
        WebhookEndpoint: {
            /** Format: uuid */
            id: string;
            url: string;
            description: string | null;
            /** @description `*` is every type. */
            event_types: string[];
            /** @description The names of your own headers. Null if they were stored under another `WEBHOOK_KEY` than is set now. */
            headers: {
                [key: string]: "***";
            } | null;
            /** @description Requests per second; null means no limit. */
            rate_limit: number | null;
            /** @enum {string} */
            status: "enabled" | "disabled";
            disabled_reason: ("requested" | "gone" | "failing") | null;
            disabled_at: string | null;
            /** @description The time since which every request has failed. */
            failing_since: string | null;
            /** @description Nothing is sent to it until then, because its last requests failed or it answered with `Retry-After`. `test`, `replay`, `replay-failed` and `recover` end the pause. */
            paused_until: string | null;
            last_success_at: string | null;
            last_failure_at: string | null;
            /** @description The last failure, also if requests have succeeded since. */
            last_error: {
                /** Format: date-time */
                at: string;
                /**
                 * @description The status of the answer; null if there was none.
                 * @example 500
                 */
                status_code: number | null;
                /**
                 * @description The status of the answer, or why there was none. `secret_unreadable`: `WEBHOOK_KEY` is another one.
                 * @example HTTP 500
                 */
                message: string;
            } | null;
            /** @description How many deliveries it is owed, also while it is paused or disabled. Counting stops at 1000, which means that many or more. */
            pending: number;
            /** @description Until when the previous secret also signs. */
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
        ListDeliveriesAnswer: {
            data: components["schemas"]["Delivery"][];
            next_cursor: string | null;
        };
        /** @description A delivery with its attempts. */
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
        /** @description How many deliveries are sent. If `failed` and `retrying` are 100000 together, there may be more: ask once more. A delivery that is being sent at the moment is left alone. */
        Recovered: {
            /** @description The sum of the following. */
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
            /** @description Where to continue; never null. If it differs from the cursor that was sent, there may be more at once, even if `data` is empty because of `type`. */
            next_cursor: string;
            /** @description The epoch of this page, which changes when a standby is promoted or a backup restored; null on a standby that has none. */
            epoch: string | null;
        };
        /** @description An event as it is sent, with its id. */
        Event: components["schemas"]["EventPayload"] & {
            /** Format: uuid */
            id: string;
        };
        /** @description An event as it is sent to webhook endpoints; its `type` says what `data` holds. Types are added over time: ignore those that you do not know. */
        EventPayload: components["schemas"]["OperationSucceededPayload"] | components["schemas"]["OperationFailedPayload"] | components["schemas"]["BatchPayload"] | components["schemas"]["WalletPayload"] | components["schemas"]["EndpointDisabledPayload"] | components["schemas"]["EndpointTestPayload"];
        OperationSucceededPayload: {
            /** @enum {string} */
            type: "operation.succeeded";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["SucceededOperation"] & components["schemas"]["EventPlace"];
        };
        SucceededOperation: components["schemas"]["OperationKind"] & components["schemas"]["SucceededState"];
        /** @description Fields that the data of every event has in addition. */
        EventPlace: {
            /** @description Of two events of one wallet, the one with the higher number happened later. */
            sequence: number;
        };
        OperationFailedPayload: {
            /** @enum {string} */
            type: "operation.failed";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["FailedOperation"] & components["schemas"]["EventPlace"];
        };
        FailedOperation: components["schemas"]["OperationKind"] & components["schemas"]["FailedState"];
        BatchPayload: {
            /** @enum {string} */
            type: "batch.completed";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["Batch"] & components["schemas"]["EventPlace"];
        };
        WalletPayload: {
            /** @enum {string} */
            type: "wallet.activated" | "wallet.frozen" | "wallet.closed";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["Wallet"] & components["schemas"]["EventPlace"];
        };
        EndpointDisabledPayload: {
            /** @enum {string} */
            type: "webhook_endpoint.disabled";
            /** Format: date-time */
            timestamp: string;
            data: {
                /** Format: uuid */
                endpoint_id: string;
                url: string;
                /** @enum {string} */
                reason: "gone" | "failing";
            } & components["schemas"]["EventPlace"];
        };
        EndpointTestPayload: {
            /** @enum {string} */
            type: "webhook_endpoint.test";
            /** Format: date-time */
            timestamp: string;
            data: {
                /** Format: uuid */
                endpoint_id: string;
                message: string;
            } & components["schemas"]["EventPlace"];
        };
        /** @description A caller, and what it may do. */
        Me: {
            /** @description True if no key was ever created, in which case none is needed. */
            anonymous: boolean;
            key: {
                /** Format: uuid */
                id: string;
                name: string;
                /** @description Requests per second; null means no limit. */
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
            /** @description Shown only in this answer: store it. */
            token: string;
        };
        ListKeysAnswer: {
            data: components["schemas"]["ApiKey"][];
            next_cursor: string | null;
        };
        /** @description Without its token: only a hash of that is stored. */
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
        ListActsAnswer: {
            data: components["schemas"]["Act"][];
            next_cursor: string | null;
        };
        /** @description An administrative action, recorded in the transaction that made it. */
        Act: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            actor: "key" | "anonymous" | "command_line";
            key_id: string | null;
            action: string;
            subject_type: string;
            /** @description Null if the subject has no UUID: the detail names it. */
            subject_id: string | null;
            detail: {
                [key: string]: unknown;
            };
            request_id: string | null;
        };
        /**
         * @example {
         *       "status": "degraded",
         *       "version": "1.0.0",
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
         *           "version": "1.0.0",
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
            /** @example 1.0.0 */
            version: string;
            epoch: {
                id: string;
                /** Format: date-time */
                began_at: string;
                /** @enum {string} */
                reason: "first" | "promotion" | "restore";
                /** @description Operations acknowledged up to this time are here. Those acknowledged later, and before `began_at`, may be missing: send them again under the same keys. Null if the time is not known, and for the first epoch. */
                complete_until: string | null;
            } | null;
            /**
             * Format: date-time
             * @description When this was computed. The same answer is given for up to a second.
             */
            at: string;
            /** @description Over the last minute. `applied` counts operations that succeeded; `accepted` is computed as ended operations plus the growth of the backlog. */
            rates: {
                accepted_per_second: number;
                applied_per_second: number;
                failed_per_second: number;
            };
            pending: {
                /** @description Single operations; counting stops at a limit. */
                operations: number;
                batch_lines: number;
                oldest_age_seconds: number;
            };
            /** @description Partitions with pending operations, the longest wait first. */
            partitions: {
                partition: number;
                pending: number;
                oldest_age_seconds: number;
            }[];
            /** @description Workers seen in the last ten minutes that have not stopped. One that was not seen for 10 s is gone. */
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
            /** @description Unfinished batches: none of their lines has ended, some have, or the rest was cancelled. */
            batches: {
                accepted: number;
                applying: number;
                cancelling: number;
            };
            webhooks: {
                endpoints: number;
                /** @description Paused for a while because requests to them failed. */
                paused: number;
                /** @description Of enabled endpoints; counted up to 10,000. */
                pending_deliveries: number;
                oldest_age_seconds: number;
            };
            /** @description The last `npm run audit` that finished and had the right to record it. */
            last_audit: {
                /** Format: date-time */
                finished_at: string;
                violations: number;
            } | null;
            /** @description In chronological order. Workers record a sample each minute; while none runs there are no samples. */
            last_hour: {
                /**
                 * Format: date-time
                 * @description When the minute began.
                 */
                at: string;
                /** @description Since the previous sample. */
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
            /** @description A changed `id` means that a standby was promoted or a backup restored. Null while the database is down or does not answer within a second, and on a standby of a database that has no epoch. */
            epoch: {
                id: string;
                /** Format: date-time */
                began_at: string;
                /** @enum {string} */
                reason: "first" | "promotion" | "restore";
                /** @description Operations acknowledged up to this time are here. Those acknowledged later, and before `began_at`, may be missing: send them again under the same keys. Null if the time is not known, and for the first epoch. */
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
    createWalletOperation: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-wallet-operation-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWalletOperationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    createOperationOfWallet: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-operation-of-wallet-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWalletOperationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    createResupply: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-resupply-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateResupplyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    createTransfer: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-transfer-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTransferRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    createTopUp: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-top-up-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example user_alice */
                external_user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTopUpRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    createBonus: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-bonus-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example user_alice */
                external_user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBonusRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    createSpend: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-spend-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example user_alice */
                external_user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSpendRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    listWalletHolds: {
        parameters: {
            query?: {
                status?: "open" | "closed";
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
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
                    "application/json": components["schemas"]["ListWalletHoldsAnswer"];
                };
            };
        };
    };
    createHold: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-hold-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateHoldRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    captureHold: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example capture-hold-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example 01a22183-f714-79e2-b3c4-ef838669bdf5 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CaptureHoldRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    releaseHold: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example release-hold-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example 01a22183-f714-79e2-b3c4-ef838669bdf5 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReleaseHoldRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    reverseOperation: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example reverse-operation-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example 01a22183-ebca-7f0a-a9c9-87602c84ab64 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReverseOperationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    createPosting: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-posting-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePostingRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    listOperations: {
        parameters: {
            query?: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
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
                /** @example 2 */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListOperationsAnswer"];
                };
            };
        };
    };
    createOperation: {
        parameters: {
            query?: {
                /** @description Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is stored. If the same request was accepted before under its key, the answer is that operation. */
                dry_run?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-operation-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateOperationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
        };
    };
    cancelOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22183-fba0-7f85-99e9-a6d37a9efa57 */
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
    getOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example 01a22183-f2da-7eff-bab8-796b0124c25f */
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
    listBatches: {
        parameters: {
            query?: {
                /** @description `pending`: none of its operations has ended. */
                status?: "pending" | "processing" | "completed";
                priority?: "high" | "low";
                from?: string;
                to?: string;
                /** @example 1 */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListBatchesAnswer"];
                };
            };
        };
    };
    createBatch: {
        parameters: {
            query?: {
                /** @description Defaults to `low`. */
                priority?: "high" | "low";
                /** @description All succeed or all fail; at most 1000 operations. */
                atomic?: boolean;
                /** @description Each line sends an event when it ends, not only the batch. */
                line_events?: boolean;
                /** @description `refuse` (the default): one invalid line rejects the batch. `skip` accepts the valid lines and names the others in `skipped_lines`; it rejects the batch if no line is valid, more than 1000 are invalid, or two have the same key. Not for atomic batches. The same body sent again is the same batch. */
                on_invalid?: "refuse" | "skip";
                /** @description For a CSV body: the column with the idempotency key of each line. It need not be a field of an operation. */
                key_column?: string;
                /** @description Only validate: `200` says what would be accepted. */
                validate_only?: boolean;
            };
            header?: {
                /**
                 * @description Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.
                 * @example create-batch-1
                 */
                "Idempotency-Key"?: string;
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBatchRequest"];
                "application/x-ndjson": string;
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
                    "application/json": components["schemas"]["CreateBatchAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedBatch"];
                };
            };
        };
    };
    getBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example 01a22183-fe8d-7fff-b873-f9b02da00000 */
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
    listBatchOperations: {
        parameters: {
            query?: {
                status?: "pending" | "succeeded" | "failed";
                /** @description For CSV that is opened in a spreadsheet: `escape` puts an apostrophe before each field that would be computed as a formula, since a description or a reference is text that others may have chosen. Such a field begins with `=`, `+`, `-`, `@`, a tab or a line end; negative numbers stay as they are. Without it fields are exactly what was sent. */
                formulas?: "escape";
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example 01a22183-fe8d-7fff-b873-f9b02da00000 */
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
                    "application/json": components["schemas"]["ListBatchOperationsAnswer"];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
        };
    };
    cancelBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example 01a22183-fe8d-7fff-b873-f9b02da00000 */
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
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
        };
    };
    retryBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240). */
                Prefer?: string;
            };
            path: {
                /** @example 01a22183-fe8d-7fff-b873-f9b02da00000 */
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
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledBatch"];
                };
            };
        };
    };
    listWallets: {
        parameters: {
            query?: {
                /** @example a11ce000-0000-4000-8001-000000000000 */
                client_id?: string;
                asset?: string;
                status?: "active" | "frozen" | "closed";
                /** @example 2 */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListWalletsAnswer"];
                };
            };
        };
    };
    createWallet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWalletRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"];
                };
            };
        };
    };
    getUserBalance: {
        parameters: {
            query?: {
                /** @example USD */
                asset?: string;
                asset_type_id?: number;
            };
            header?: never;
            path: {
                /** @example user_alice */
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
    getWallet: {
        parameters: {
            query?: {
                /** @description The state at the end of this millisecond. */
                at?: string;
            };
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
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
                    "application/json": components["schemas"]["GetWalletAnswer"];
                };
            };
        };
    };
    updateWallet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWalletRequest"];
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
    getWalletBalance: {
        parameters: {
            query?: {
                /** @description The state at the end of this millisecond. */
                at?: string;
            };
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
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
                    "application/json": components["schemas"]["GetWalletAnswer"];
                };
            };
        };
    };
    listWalletTransactions: {
        parameters: {
            query?: {
                type?: "deposit" | "withdraw" | "resupply" | "transfer" | "top_up" | "bonus" | "spend" | "hold" | "capture" | "release" | "reversal" | "posting";
                from?: string;
                to?: string;
                /** @example 2 */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
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
                    "application/json": components["schemas"]["ListWalletTransactionsAnswer"];
                };
            };
        };
    };
    getWalletStatistics: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
            };
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
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
    getWalletStatement: {
        parameters: {
            query?: {
                /** @description Inclusive. Defaults to the beginning of the month (UTC) in which the statement ends. */
                from?: string;
                /** @description Exclusive. Defaults to now, as does a time in the future. Operations that are being applied at that moment may appear only on a later statement of the same period, so wait a moment before you close a period. */
                to?: string;
                /** @description Overrides `Accept`, which links cannot set. */
                format?: "json" | "csv";
                /** @description For CSV that is opened in a spreadsheet: `escape` puts an apostrophe before each field that would be computed as a formula, since a description or a reference is text that others may have chosen. Such a field begins with `=`, `+`, `-`, `@`, a tab or a line end; negative numbers stay as they are. Without it fields are exactly what was sent. */
                formulas?: "escape";
            };
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8002-000000000004 */
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
    getHold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22183-f714-79e2-b3c4-ef838669bdf5 */
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
    listClients: {
        parameters: {
            query?: {
                /**
                 * @description The client with this login, if there is one.
                 * @example user_alice
                 */
                login?: string;
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListClientsAnswer"];
                };
            };
        };
    };
    createClient: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateClientRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Client"];
                };
            };
        };
    };
    createClients: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateClientsRequest"];
                "application/x-ndjson": string;
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
                    "application/json": components["schemas"]["ClientResults"];
                };
            };
        };
    };
    getClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example a11ce000-0000-4000-8001-000000000000 */
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
    listAssets: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListAssetsAnswer"];
                };
            };
        };
    };
    createAsset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAssetRequest"];
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
                    /** @description The path of the resource. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListAccountsAnswer"];
                };
            };
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAccountRequest"];
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
                    /** @description The path of the resource. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HouseAccount"];
                };
            };
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListWebhookEndpointsAnswer"];
                };
            };
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhookEndpointRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateWebhookSecretRequest"];
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
    testWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                status?: "pending" | "succeeded" | "failed";
                event_type?: "operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test";
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
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
                    "application/json": components["schemas"]["ListDeliveriesAnswer"];
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
                id: string;
                /** @example 01a22184-0c6f-7844-b408-ab5e29fb394d */
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
    replayDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
                id: string;
                /** @example 01a22184-0c6f-7844-b408-ab5e29fb394d */
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    replayFailedDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayFailedDeliveriesRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
        };
    };
    recoverDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoverDeliveriesRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    /** @description `true` if the same request was accepted before and this answer repeats the first one. */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recovered"];
                };
            };
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
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
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
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
    updateWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c02-78d7-a381-bdc0278d3387 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWebhookEndpointRequest"];
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
    listEvents: {
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
    streamEvents: {
        parameters: {
            query?: {
                /** @description A `next_cursor` of `GET /events`, or the `id` of an event of this stream: what follows it is sent. Without it, what is recorded from now on. */
                after?: string;
                /** @description Only events of this type, or of these. */
                type?: ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test") | ("operation.succeeded" | "operation.failed" | "batch.completed" | "wallet.activated" | "wallet.frozen" | "wallet.closed" | "webhook_endpoint.disabled" | "webhook_endpoint.test")[];
            };
            header?: {
                /** @description The last `id` that was received, which browsers send when they reconnect. It overrides `after`. The answer is `410` in the same cases as for `GET /events`: continue as the problem says. */
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
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0c6f-7844-b408-ab5e29fb394d */
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
    getCaller: {
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
    listKeys: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListKeysAnswer"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateKeyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description The path of the resource. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithToken"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 01a22184-0f02-7692-a0c9-36dffd84fddd */
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
    listActs: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
                    "application/json": components["schemas"]["ListActsAnswer"];
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
    getLiveness: {
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
    getReadiness: {
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
    operationSucceeded: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperationSucceededPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    operationFailed: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperationFailedPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    batchCompleted: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    walletActivated: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    walletFrozen: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    walletClosed: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhookEndpointDisabled: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointDisabledPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhookEndpointTest: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the event, the same in each attempt. */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970. Reject requests that are more than a few minutes old. */
                "webhook-timestamp": string;
                /** @description Signatures, separated by spaces, each `v1,` and base64. One valid signature is enough; after a rotation there are two. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointTestPayload"];
            };
        };
        responses: {
            /** @description The receiver is gone: the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Retried, not before the time in `Retry-After` if there is one. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
