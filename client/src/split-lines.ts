/** The lines of a text that arrives in pieces, without their ends. What stands behind the last is a line too. */
export async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let waiting = '';
  for await (const piece of text) {
    const lines = (waiting + piece).split('\n');
    waiting = lines.pop() ?? '';
    yield* lines;
  }
  if (waiting !== '') yield waiting;
}
