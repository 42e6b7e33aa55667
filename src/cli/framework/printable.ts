/**
 * Text that others wrote, for a terminal: what would move the cursor, colour, erase or turn the direction of what is shown
 * is written out, so that a name in a file cannot forge a line of ours.
 */
export function printable(text: string): string {
  return text.replace(/(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (mark) => `\\u{${mark.codePointAt(0)?.toString(16)}}`);
}
