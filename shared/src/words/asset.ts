/** The limits of assets. The database checks the same. */

/** The form of a code. */
export const ASSET_CODE = /^[A-Z][A-Z0-9]{1,15}$/;
/** The most decimals. */
export const SCALE_MOST = 9;
export const ASSET_NAME_MOST = 100;
/** Every process holds all of them. */
export const ASSETS_MOST = 1_000;
/** The highest number that an asset can have. */
export const ASSET_ID_MOST = 32_767;
