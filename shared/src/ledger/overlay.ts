/** Changes to a map that are visible only here until they are committed to it. Iterating yields the changes. */
export class Overlay<Key, Value> extends Map<Key, Value> {
  readonly #below: ReadonlyMap<Key, Value>;

  constructor(below: ReadonlyMap<Key, Value>) {
    super();
    this.#below = below;
  }

  override get(key: Key): Value | undefined {
    return super.get(key) ?? this.#below.get(key);
  }

  commitTo(map: Map<Key, Value>): void {
    for (const [key, value] of this) map.set(key, value);
  }
}
