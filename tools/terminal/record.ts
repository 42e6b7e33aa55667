/**
 * `node --import ./tools/typescript.mjs tools/terminal/record.ts URL`: records a session of `plumbline` with the development
 * environment that runs at this address, in a pseudo-terminal: docs/images/terminal.cast and, from it, terminal.svg.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRecording, renderSvg } from './svg.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMAGES = path.join(ROOT, 'docs/images');
const WIDTH = 112;

interface Step {
  /** The words after `plumbline`. */
  readonly command: string;
  readonly as: string;
  /** What the person types when the command asks. */
  readonly typed?: string;
}

const STEPS: readonly Step[] = [
  { command: 'status', as: 'reader' },
  { command: 'approvals list --severity critical,high --limit 4', as: 'approver' },
  { command: 'approvals approve --rule webapp-remote-debugging', as: 'approver', typed: 'y\n' },
  { command: 'audit export --file audit.jsonl', as: 'reader' },
  { command: 'audit verify audit.jsonl', as: 'reader' },
];

/** What the terminal printed. */
function runInTerminal(step: Step, url: string, cwd: string): Promise<string> {
  const program = path.join(ROOT, 'tools/plumbline.cjs');
  const line = `stty cols ${WIDTH} rows 50; exec '${process.execPath}' '${program}' ${step.command}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, TERM: 'xterm', PLUMBLINE_URL: url, PLUMBLINE_AS: step.as },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
    // The answer comes when the question is there, as a person gives it.
    if (step.typed !== undefined && /\[y\/N\] $/.test(output)) child.stdin.write(step.typed);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`plumbline ${step.command} ended with ${code}:\n${output}`));
    });
  });
}

async function record(url: string): Promise<string> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'plumbline-record-'));
  try {
    const lines = [JSON.stringify({ version: 2, width: WIDTH, height: 50, title: 'A session of plumbline' })];
    let time = 0;
    for (const step of STEPS) {
      lines.push(JSON.stringify([time, 'o', `\x1b[32m$\x1b[39m plumbline ${step.command}\r\n`]));
      lines.push(JSON.stringify([time + 1, 'o', `${await runInTerminal(step, url, cwd)}\r\n`]));
      time += 2;
    }
    return `${lines.join('\n')}\n`;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

const [url] = process.argv.slice(2);
if (url === undefined) {
  process.stderr.write('usage: node --import ./tools/typescript.mjs tools/terminal/record.ts URL\n');
  process.exitCode = 2;
} else {
  const recording = await record(url);
  writeFileSync(path.join(IMAGES, 'terminal.cast'), recording);
  const svg = renderSvg(parseRecording(readFileSync(path.join(IMAGES, 'terminal.cast'), 'utf8')));
  writeFileSync(path.join(IMAGES, 'terminal.svg'), svg);
  process.stdout.write('docs/images/terminal.cast, docs/images/terminal.svg\n');
}
