import { parseUrl } from '@wallet/shared/words/parse-url';

it('a URL with letters beyond ASCII is one however often it is asked', () => {
  for (let count = 0; count < 20_000; count += 1)
    if (parseUrl('https://b\u00fccher.example/')?.hostname !== 'xn--bcher-kva.example')
      throw new Error(`refused as no. ${count}`);
});

it.each(['', 'example.com', 'https://', 'https://a b/'])('%j is no URL', (text) => {
  expect(parseUrl(text)).toBeNull();
});
