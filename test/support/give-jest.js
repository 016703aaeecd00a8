/** In an ES module `jest` is no global by itself: https://jestjs.io/docs/ecmascript-modules. */
globalThis.jest = import.meta.jest;
