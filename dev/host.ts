/**
 * `npm run host`: the functions host with the bundle of this project. Builds the bundle when it is missing. Exit code 2 for
 * wrong flags, 1 when it cannot start or is stopped twice, 0 when it is stopped.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseHostFlags } from './functions-host/flags.ts';
import { bundleOf, type Host, startHost } from './functions-host/host.ts';
import { createSignIn } from './sign-in/sign-in.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

async function main(): Promise<void> {
  const flags = parseHostFlags(process.argv.slice(2));
  if ('problem' in flags) {
    process.stderr.write(`${flags.problem}\n`);
    process.exitCode = 2;
    return;
  }
  let host: Host | undefined;
  let stoppedAt: number | undefined;
  const stop = (graceMilliseconds?: number) => {
    stoppedAt ??= Date.now();
    (host?.close(graceMilliseconds) ?? Promise.resolve()).finally(() => process.exit(0));
  };
  process.on('SIGTERM', () => stoppedAt ?? stop());
  process.on('SIGINT', () => {
    if (stoppedAt === undefined) stop();
    // npm passes on the signal that the terminal also sent to this process; a second Ctrl-C comes later.
    else if (Date.now() - stoppedAt > 1000) process.exit(1);
  });
  // A parent that started this process with an IPC channel ends it with its own end, after a short grace period.
  process.once('disconnect', () => stop(3000));
  try {
    await buildMissingBundle();
    host = await startHost({ ...flags, root: ROOT, signIn: createSignIn() });
    process.stdout.write(`Plumbline host listening on ${host.url}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

/** The build tools are loaded only when they are needed. */
async function buildMissingBundle(): Promise<void> {
  if (existsSync(bundleOf(ROOT))) return;
  const { build } = await import('../tools/build/build.ts');
  await build();
}

await main();
