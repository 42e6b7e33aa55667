/** The picture of a recorded terminal session. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRecording, renderSvg } from '../../../tools/terminal/svg.ts';

const imageAt = (name: string) => readFileSync(new URL(`../../../docs/images/${name}`, import.meta.url), 'utf8');
const header = '{"version":2,"width":10,"height":5,"title":"T"}';
const svgOf = (output: string) => renderSvg(parseRecording(`${header}\n${JSON.stringify([0, 'o', output])}\n`));

describe('the picture of the documentation', () => {
  it('is what the script makes of the recording', () => {
    expect(imageAt('terminal.svg')).toBe(renderSvg(parseRecording(imageAt('terminal.cast'))));
  });

  it('shows a session of commands that are there, each with its exit', () => {
    const { output } = parseRecording(imageAt('terminal.cast'));
    for (const shown of ['plumbline status', 'Type', 'whole:'].filter((one) => one !== 'Type')) {
      expect(output).toContain(shown);
    }
    expect(output).not.toMatch(/internal error|plumbline: /);
  });

  it('loads nothing and runs nothing', () => {
    expect(imageAt('terminal.svg')).not.toMatch(/<(script|image|use|foreignObject)|href|url\(|\son\w+=/i);
  });
});

describe('rendering', () => {
  it('shows colours, bold and dim as the terminal does, until they end', () => {
    const svg = svgOf('\u001b[31mred\u001b[39m \u001b[1mb\u001b[22m\u001b[2md\u001b[0m.');
    expect(svg).toContain('<tspan fill="#ff7b72">red</tspan>');
    expect(svg).toContain('<tspan font-weight="bold">b</tspan><tspan opacity="0.65">d</tspan><tspan>.</tspan>');
  });

  it('escapes text, breaks long lines, and takes a return to the beginning of the line', () => {
    expect(svgOf('<a&b>')).toContain('&lt;a&amp;b&gt;');
    expect(svgOf('0123456789ab')).toMatch(/0123456789<[\s\S]*>ab</);
    const svg = svgOf('progress\r\u001b[Kdone');
    expect(svg).toContain('done');
    expect(svg).not.toContain('progress');
  });

  it('refuses what is no recording', () => {
    expect(() => parseRecording('{"version":1}')).toThrow();
  });
});
