/** Changes to a map that are seen here and not in the map, until they are committed to it. Iterating it gives the changes. */
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
