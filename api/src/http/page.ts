/** A page of HTML. */
export function writePage(title: string, head: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${title}</title>${head}</head><body>${body}</body></html>\n`
  );
}
