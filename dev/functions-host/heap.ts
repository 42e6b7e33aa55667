/**
 * How Node.js runs the host: what bounds its heap. package.json names the same for `npm run host`. The old generation is what
 * is kept; a young generation of 8 MB is half of the default, because three of them count.
 */
export const HEAP_FLAGS: readonly string[] = ['--max-old-space-size=96', '--max-semi-space-size=8'];
