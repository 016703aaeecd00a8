/** What Restate's SDK needs of a later Node than 20. It is imported before the SDK. */
if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: function withResolvers<Value>(this: PromiseConstructor) {
      let resolve: ((value: Value | PromiseLike<Value>) => void) | undefined;
      let reject: ((reason?: unknown) => void) | undefined;
      const promise = new this<Value>((fulfil, refuse) => {
        resolve = fulfil;
        reject = refuse;
      });
      return { promise, resolve, reject };
    },
  });
}

export {};
