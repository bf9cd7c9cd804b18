// Offsets of the server count whole characters, those of the page 16 bits each.

/** Turns offsets in a text from the page's into the server's. */
export function offsetsOut(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  return (offset) => [...text.slice(0, offset)].length;
}

/** Turns offsets in a text from the server's into the page's. */
export function offsetsIn(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => Math.min(offset, text.length);
  const starts: number[] = [];
  let place = 0;
  for (const character of text) {
    starts.push(place);
    place += character.length;
  }
  return (offset) => starts[offset] ?? text.length;
}
