/** JSON that stands in a document word for word: what a caller sent, and what no value of ours could keep. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For `writeJson`, which puts the text there; anything else that writes JSON gets the value. */
  toJSON(): unknown {
    if (texts === null) return JSON.parse(this.text);
    texts.push(this.text);
    return PLACE;
  }
}

/** Stands where a text goes. It is no text of a caller's: none has a NUL. */
const PLACE = '\0json';
const PLACES = /"\\u0000json"/g;

/** The texts of the document that is being written, in their order. */
let texts: string[] | null = null;

/** Writes JSON as `JSON.stringify` does, and each `JsonText` in it as it is. */
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
