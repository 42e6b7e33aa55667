/** The peak memory of another process, as the system counts it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Resident megabytes of a process: on Linux the maximum so far, elsewhere the current value; null where it cannot be measured. */
export async function residentMegabytes(pid: number): Promise<number | null> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return megabytes(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  }
  if (process.platform === 'win32') return null;
  const answer = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return megabytes(answer.stdout.trim());
}

export interface MemoryWatch {
  /** null: not measured here. */
  readonly peak: number | null;
  stop(): void;
}

/** Measures the processes of `pids` twice a second; the peak is that of the largest. */
export function watchMemory(pids: () => readonly number[]): MemoryWatch {
  let peak: number | null = null;
  const timer = setInterval(async () => {
    for (const found of await Promise.all(pids().map(residentMegabytes))) {
      if (found !== null) peak = Math.max(peak ?? 0, found);
    }
  }, 500);
  return {
    get peak() {
      return peak;
    },
    stop: () => clearInterval(timer),
  };
}

const run = promisify(execFile);

function megabytes(kilobytes: string | undefined): number | null {
  return kilobytes === undefined || !/^\d+$/.test(kilobytes) ? null : Math.round(Number(kilobytes) / 1024);
}
