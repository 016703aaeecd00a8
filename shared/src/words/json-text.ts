/** JSON text that `writeJson` copies into a document unchanged: it keeps spellings that no JavaScript value can. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** A placeholder for `writeJson`; the parsed value for any other caller of `JSON.stringify`. */
  toJSON(): unknown {
    if (texts === null) return JSON.parse(this.text);
    texts.push(this.text);
    return PLACE;
  }
}

/** The placeholder. No caller's text can equal it, because requests with NUL are refused. */
const PLACE = '\0json';
const PLACES = /"\\u0000json"/g;

/** The texts of the document that is being written, in document order. */
let texts: string[] | null = null;

/** Writes JSON as `JSON.stringify` does, with the text of each `JsonText` unchanged. */
export function writeJson(value: unknown): string {
  const found: string[] = [];
  texts = found;
  let document: string;
  try {
    document = JSON.stringify(value);
  } finally {
    texts = null;
  }
  if (found.length === 0) return document;
  let next = 0;
  return document.replace(PLACES, () => found[next++] ?? '');
}
