/**
 * `npm run build`: the list of rules, the web page, the CommonJS bundle that is deployed, and the proof that it registers functions. The
 * bundle is one file and a folder beside it with the parts that are loaded at the first use, the SDKs above all: Node.js
 * parses what it loads, so a cold start pays for no line that registering functions does not need. CommonJS because it loads
 * on every Node.js without a banner.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build as esbuild, transform } from 'esbuild';
import { z } from 'zod';
import { type BundleReport, checkBundle } from './bundle-check.ts';
import { buildConsole } from './console.ts';
import { generateRuleIndex } from './rule-index.ts';

export interface BuildResult extends BundleReport {
  readonly outfile: string;
  /** Of the bundle and its parts. */
  readonly bytes: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of a bundle's parts, which is deployed with it. */
export function partsOf(outfile: string): string {
  return `${outfile.slice(0, -path.extname(outfile).length)}-parts`;
}

/**
 * Builds. Without options: the rule list, the command line, then `src/main.ts` into what package.json names as `main`; with an
 * `entry` of its own only that entry. Throws when esbuild fails or warns, or when the bundle registers no function.
 */
export async function build(options: { entry?: string; outfile?: string } = {}): Promise<BuildResult> {
  const outfile = path.resolve(options.outfile ?? path.join(root, ownManifest().main));
  if (options.entry === undefined) {
    await buildCommandLine();
    const { version } = ownManifest();
    await buildConsole(path.join(root, 'src/console'), path.join(root, 'src/api/built/console.ts'), version);
  }
  const bytes = await bundle(options.entry ?? path.join(root, 'src/main.ts'), outfile);
  return { ...(await checkBundle(outfile)), outfile, bytes };
}

/** Where the command line is built. */
export const COMMAND_LINE = path.join(root, 'dist/plumbline.cjs');

/** Builds the rule list and the command line. Returns the size of the file with its parts. */
export async function buildCommandLine(): Promise<number> {
  generateRuleIndex(path.join(root, 'src/rules'));
  return bundle(path.join(root, 'src/cli/main.ts'), COMMAND_LINE);
}

/** Writes a bundle and its parts, and returns their size. Throws when esbuild fails or warns. */
async function bundle(entry: string, outfile: string): Promise<number> {
  const parts = partsOf(outfile);
  const result = await esbuild({
    ...bundling(ownManifest().version),
    entryPoints: [{ in: entry, out: path.basename(outfile, path.extname(outfile)) }],
    outdir: path.dirname(outfile),
    outExtension: { '.js': path.extname(outfile) },
    chunkNames: `${path.basename(parts)}/[name]-[hash]`,
  });
  if (result.warnings.length > 0) throw new Error(`${entry}: esbuild warned, see above.`);
  mkdirSync(parts, { recursive: true });
  let bytes = 0;
  const written = new Set<string>();
  for (const { path: file, text } of result.outputFiles.filter((one) => !one.path.endsWith('.map'))) {
    const map = result.outputFiles.find((one) => one.path === `${file}.map`);
    const { code, map: ownMap } = await commonJsOf(text, map?.text ?? '', path.basename(file));
    writeFileSync(file, code);
    writeFileSync(`${file}.map`, ownMap);
    bytes += Buffer.byteLength(code);
    written.add(path.basename(file)).add(path.basename(`${file}.map`));
  }
  for (const name of readdirSync(parts)) if (!written.has(name)) rmSync(path.join(parts, name));
  return bytes;
}

function ownManifest() {
  return packageJson.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
}

/** esbuild splits modules only, so each file is turned into CommonJS after it; stacks keep pointing to the sources. */
async function commonJsOf(text: string, map: string, name: string): Promise<{ code: string; map: string }> {
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  const { code, map: ownMap } = await transform(`${text.replace(/\/\/# sourceMappingURL=.*\s*$/, '')}\n${inline}`, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // import() becomes require(), so a part is loaded as its bundle was.
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    banner: BANNER,
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile: name,
    logLevel: 'warning',
  });
  return { code: `${code}//# sourceMappingURL=${name}.map\n`, map: ownMap };
}

/** Two Azure packages use import.meta.url, which esbuild leaves undefined in CommonJS without a word. */
const BANNER = "const __importMetaUrl=require('node:url').pathToFileURL(__filename).href;";

const packageJson = z.object({ main: z.string(), version: z.string() });

function bundling(version: string) {
  return {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    write: false,
    // The worker's own module; it is on no registry.
    external: ['@azure/functions-core'],
    define: { 'import.meta.url': '__importMetaUrl', __PLUMBLINE_VERSION__: JSON.stringify(version) },
    loader: { '.html': 'text' },
    // Names stay, so that stacks can be read; the rest is made small, because Node.js parses it at every cold start.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  } as const satisfies BuildOptions;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv.includes('--cli')) {
      await buildCommandLine();
      process.exit(0);
    }
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
