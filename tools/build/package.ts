/**
 * `npm run package`: builds, and makes the folder that is deployed as it is: the bundle, its parts and maps, the host's settings and a
 * manifest that names the bundle. Nothing is installed or built in Azure, so nothing else belongs there.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { build, partsOf } from './build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Copies the bundle that is there into `folder`, which is emptied before. Returns the names of its files. */
export function packageBundle(bundle: string, folder: string): string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of [bundle, `${bundle}.map`, path.join(root, 'host.json')]) {
    copyFileSync(file, path.join(folder, path.basename(file)));
  }
  const parts = partsOf(bundle);
  cpSync(parts, path.join(folder, path.basename(parts)), { recursive: true });
  const own = manifest.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
  const main = path.basename(bundle);
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ ...own, private: true, main }, null, 2)}\n`);
  return [main, `${main}.map`, path.basename(parts), 'host.json', 'package.json'];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { outfile } = await build();
    const folder = path.join(root, 'dist/package');
    const files = packageBundle(outfile, folder);
    process.stdout.write(`${path.relative(root, folder)}: ${files.join(', ')}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
