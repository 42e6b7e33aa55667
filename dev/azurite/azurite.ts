/**
 * Real Azurite (blobs, queues, tables) for one machine: on free ports of 127.0.0.1, telemetry off, and gone when its
 * parent process is gone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Azurite {
  /** A full connection string of the development account with the three endpoints. */
  readonly connectionString: string;
  /** The same of another account of these services; it must have been named at the start. */
  account(name: string): string;
  /** Lets Azurite write what it holds and waits until its process has ended. */
  close(): Promise<void>;
}

/**
 * Starts Azurite and waits until the three services listen (about a second).
 * Without `folder` nothing touches the disk. `silent: false` passes Azurite's own output on to stdout.
 */
export async function startAzurite(
  options: { folder?: string; silent?: boolean; accounts?: readonly string[] } = {},
): Promise<Azurite> {
  const names = [account, ...(options.accounts ?? [])];
  const place = options.folder === undefined ? ['--inMemoryPersistence'] : ['--location', options.folder];
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('azurite-child.cjs', import.meta.url)), ...flags, ...place],
    {
      // A process group of its own, so that Ctrl-C in the terminal ends the host first and Azurite after it.
      detached: true,
      windowsHide: true,
      env: { ...process.env, AZURITE_ACCOUNTS: names.map((name) => `${name}:${developmentKey}`).join(';') },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const close = () => end(child);
  try {
    const { Blob, Queue, Table } = await addresses(child, options.silent ?? true);
    const stringOf = (name: string) => {
      const endpoints = `BlobEndpoint=${Blob}/${name};QueueEndpoint=${Queue}/${name};TableEndpoint=${Table}/${name};`;
      return `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${developmentKey};${endpoints}`;
    };
    return { connectionString: stringOf(account), account: stringOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const account = 'devstoreaccount1';
// The key that Microsoft publishes for every storage emulator; it opens nothing else.
const developmentKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

// Port 0: the system picks a free one and Azurite prints it, so that no other program can take it in between.
const flags = ['blob', 'queue', 'table']
  .flatMap((service) => [`--${service}Host`, '127.0.0.1', `--${service}Port`, '0'])
  .concat('--silent', '--disableTelemetry', '--skipApiVersionCheck');

async function addresses(child: ChildProcess, silent: boolean): Promise<Record<'Blob' | 'Queue' | 'Table', string>> {
  const found: Partial<Record<'Blob' | 'Queue' | 'Table', string>> = {};
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      if (!silent) process.stdout.write(chunk);
      if (found.Blob && found.Queue && found.Table) return;
      output += chunk.toString();
      for (const [, service, address] of output.matchAll(
        /Azurite (Blob|Queue|Table) service is successfully listening at (\S+)/g,
      )) {
        if (service === 'Blob' || service === 'Queue' || service === 'Table') found[service] = address ?? '';
      }
      const { Blob, Queue, Table } = found;
      if (Blob && Queue && Table) resolve({ Blob, Queue, Table });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`Azurite ended with ${code} before it listened. It said:\n${output}`)),
    );
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  if (child.connected) child.disconnect();
  const stuck = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(stuck);
}
