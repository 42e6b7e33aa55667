/**
 * `npm run screenshots`: takes the pictures of the console that the documentation shows, as docs/images/console-<name>.webp.
 * The page is that of the service; an API with sample answers stands behind it, and the time stands still, so that the
 * pictures differ only when the page does.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PICTURES } from './pictures.ts';
import { takePictures } from './take-pictures.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));

for await (const { name, data } of takePictures(PICTURES)) {
  const file = path.join(FOLDER, `console-${name}.webp`);
  writeFileSync(file, data);
  process.stdout.write(`docs/images/console-${name}.webp, ${Math.round(data.length / 1024)} KiB\n`);
}
