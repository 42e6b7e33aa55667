/**
 * Loads a bundle as the worker would, in a process of its own and without any setting, and reports what it
 * registered: a bundle that needs a setting to register is an empty app in Azure, without any error.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { z } from 'zod';

const report = z.object({
  loadMilliseconds: z.number(),
  functions: z.array(z.object({ name: z.string(), trigger: z.string(), binding: z.record(z.string(), z.unknown()) })),
});

/** What a bundle registers: each function with its trigger's type and whole binding, and the time to load, in ms. */
export type BundleReport = z.infer<typeof report>;

/** Loads the bundle in plain Node.js and reports; throws with the child's own words when it cannot be loaded. */
export async function checkBundle(file: string): Promise<BundleReport> {
  const output = await runInNode(await loader(), file);
  return report.parse(JSON.parse(output));
}

/** The child runs the core module of this host compiled to plain JavaScript, so that a loader costs no time in it. */
async function loader(): Promise<string> {
  const contents = `
    import { loadApp } from './functions-core.ts';
    loadApp(process.argv[2], () => undefined).then((app) => {
      const functions = [...app.functions.values()].map(({ name, trigger }) => ({ name, trigger: trigger.binding.type, binding: trigger.binding }));
      process.stdout.write(JSON.stringify({ functions, loadMilliseconds: app.loadMilliseconds }), () => process.exit(0));
    }, (error) => {
      process.stderr.write(error.message, () => process.exit(1));
    });`;
  const result = await build({
    stdin: {
      contents,
      resolveDir: fileURLToPath(new URL('../../dev/functions-host/worker', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}

async function runInNode(program: string, file: string): Promise<string> {
  const { PATH, SystemRoot } = process.env;
  const env = { ...(PATH !== undefined && { PATH }), ...(SystemRoot !== undefined && { SystemRoot }) };
  const child = spawn(process.execPath, ['-', file], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(program);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`The bundle is no Functions app. ${stderr.trim() || `The process ended with ${code}.`}`));
    });
  });
}
