/** What a house account may be. The database checks the same. */

/** How a name is written. */
export const ACCOUNT_NAME = /^[a-z][a-z0-9_-]{0,62}$/;
export const ACCOUNT_NAME_RULE = 'must be 1 to 63 of a-z 0-9 _ -, the first a letter';
/** The treasury is one of them. */
export const HOUSE_ACCOUNTS_MOST = 100;
/** The house account that money comes from and goes to where no other is named: one account for each asset and partition. */
export const TREASURY = 'treasury';
