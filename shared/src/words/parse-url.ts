/**
 * The URL, or null if the text is not one. `URL.canParse` is not used: Node 20 optimises it after some thousand calls,
 * and from then on it returns false for URLs with letters such as `ü`.
 */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
