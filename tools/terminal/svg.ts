/**
 * A recorded terminal session (asciicast, version 2: a header and then a line of JSON for each output) as an SVG: every line
 * that was printed, in the colours of the terminal. Only what `plumbline` prints is understood: text, colours, and the return
 * to the beginning of a line.
 */
import { z } from 'zod';

const header = z.object({ version: z.literal(2), width: z.int(), height: z.int(), title: z.string().optional() });
const event = z.tuple([z.number(), z.enum(['o', 'i']), z.string()]);

export interface Recording {
  readonly width: number;
  readonly title: string;
  /** Everything that was printed. */
  readonly output: string;
}

/** Throws when the text is no recording. */
export function parseRecording(text: string): Recording {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const { width, title = 'A terminal session' } = header.parse(JSON.parse(first));
  const events = lines.map((line) => event.parse(JSON.parse(line)));
  return { width, title, output: events.flatMap(([, kind, data]) => (kind === 'o' ? data : [])).join('') };
}

/** How a text is shown. */
interface Style {
  readonly color: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

interface Span extends Style {
  readonly text: string;
}

const PLAIN: Style = { color: null, bold: false, dim: false };
const COLORS: Readonly<Record<string, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
};

const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const MARGIN = 18;

export function renderSvg({ width, title, output }: Recording): string {
  const lines = wrapped(linesOf(output), width);
  const size = {
    width: Math.ceil(width * CHARACTER_WIDTH) + 2 * MARGIN,
    height: lines.length * LINE_HEIGHT + 2 * MARGIN,
  };
  const shown = lines.map((spans, n) => lineOf(spans, MARGIN + (n + 0.75) * LINE_HEIGHT)).filter((line) => line !== '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3" xml:space="preserve">`,
    ...shown,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function lineOf(spans: readonly Span[], y: number): string {
  if (spans.every(({ text }) => text.trim() === '')) return '';
  const parts = spans.map(({ text, color, bold, dim }) => {
    const look = [
      color === null ? '' : ` fill="${color}"`,
      bold ? ' font-weight="bold"' : '',
      dim ? ' opacity="0.65"' : '',
    ].join('');
    return `<tspan${look}>${escaped(text)}</tspan>`;
  });
  return `<text x="${MARGIN}" y="${y}" textLength="${lengthOf(spans)}">${parts.join('')}</text>`;
}

/** The width of a line as a terminal has it, whatever the font is. */
function lengthOf(spans: readonly Span[]): number {
  const characters = spans.reduce((sum, { text }) => sum + [...text].length, 0);
  return Math.round(characters * CHARACTER_WIDTH * 10) / 10;
}

function linesOf(output: string): Span[][] {
  const lines: Span[][] = [[]];
  let style = PLAIN;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters of a terminal
  for (const [part] of output.matchAll(/\x1b\[[\d;]*[A-Za-z]|\r\n|\n|\r|[^\x1b\r\n]+/g)) {
    if (part === '\n' || part === '\r\n') lines.push([]);
    else if (part === '\r') lines[lines.length - 1] = [];
    else if (part.startsWith('\x1b')) style = part.endsWith('m') ? styleAfter(style, part.slice(2, -1)) : style;
    else lines.at(-1)?.push({ ...style, text: part });
  }
  while (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

/** By the codes of picocolors. */
function styleAfter(style: Style, codes: string): Style {
  let now = style;
  for (const code of codes.split(';')) {
    if (code === '' || code === '0') now = PLAIN;
    else if (code === '1') now = { ...now, bold: true };
    else if (code === '2') now = { ...now, dim: true };
    else if (code === '22') now = { ...now, bold: false, dim: false };
    else now = { ...now, color: code === '39' ? null : (COLORS[code] ?? now.color) };
  }
  return now;
}

/** Lines that are longer than the terminal go on in the next one. */
function wrapped(lines: readonly Span[][], width: number): Span[][] {
  return lines.flatMap((spans) => {
    const rows: Span[][] = [[]];
    let room = width;
    for (const { text, ...style } of spans) {
      let rest = [...text];
      while (rest.length > room) {
        rows.at(-1)?.push({ ...style, text: rest.slice(0, room).join('') });
        rest = rest.slice(room);
        rows.push([]);
        room = width;
      }
      rows.at(-1)?.push({ ...style, text: rest.join('') });
      room -= rest.length;
    }
    return rows;
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
