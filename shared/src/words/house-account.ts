/** The limits of house accounts. The database checks the same. */

/** The form of a name. */
export const ACCOUNT_NAME = /^[a-z][a-z0-9_-]{0,62}$/;
export const ACCOUNT_NAME_RULE = 'must be 1 to 63 of a-z 0-9 _ -, the first a letter';
/** The treasury is one of them. */
export const HOUSE_ACCOUNTS_MOST = 100;
/** The house account that amounts come from and go to if no other is named: one account per asset and partition. */
export const TREASURY = 'treasury';
