/**
 * `npm run build`: the list of rules, the one CommonJS bundle that is deployed, and the proof that it registers functions.
 * CommonJS because it loads on every Node.js without a banner.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build as esbuild } from 'esbuild';
import { z } from 'zod';
import { type BundleReport, checkBundle } from './bundle-check.ts';
import { generateRuleIndex } from './rule-index.ts';

export interface BuildResult extends BundleReport {
  readonly outfile: string;
  readonly bytes: number;
}

/**
 * Builds. Without options: the rule list, then `src/main.ts` into what package.json names as `main`; with an `entry`
 * of its own only that entry. Throws when esbuild fails or warns, or when the bundle registers no function.
 */
export async function build(options: { entry?: string; outfile?: string } = {}): Promise<BuildResult> {
  const manifest = packageJson.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
  const outfile = path.resolve(options.outfile ?? path.join(root, manifest.main));
  if (options.entry === undefined) generateRuleIndex(path.join(root, 'src/rules'));
  const entry = options.entry ?? path.join(root, 'src/main.ts');
  const result = await esbuild({ ...bundling(manifest.version), entryPoints: [entry], outfile });
  if (result.warnings.length > 0) throw new Error(`${entry}: esbuild warned, see above.`);
  return { ...(await checkBundle(outfile)), outfile, bytes: statSync(outfile).size };
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const packageJson = z.object({ main: z.string(), version: z.string() });

function bundling(version: string): BuildOptions {
  return {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The worker's own module; it is on no registry.
    external: ['@azure/functions-core'],
    // Two Azure packages use import.meta.url, which esbuild leaves undefined in CommonJS without a word.
    define: { 'import.meta.url': '__importMetaUrl', __PLUMBLINE_VERSION__: JSON.stringify(version) },
    banner: { js: "const __importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
    loader: { '.html': 'text', '.css': 'text' },
    // Names stay, so that stacks can be read; the rest is made small, because Node.js parses it at every cold start.
    keepNames: true,
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { outfile, functions, bytes, loadMilliseconds } = await build();
    const size = `${(bytes / 1_048_576).toFixed(1)} MiB`;
    const file = path.relative(root, outfile);
    process.stdout.write(
      `${file}: ${functions.length} functions, ${size}, loads in ${Math.round(loadMilliseconds)} ms\n`,
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
