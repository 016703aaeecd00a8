/**
 * The URL, or null if the text is none. `URL.canParse` is not used: Node 20 optimises it after some thousand calls, and from then
 * on it answers false for a URL with a letter as `ü`.
 */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
