/** The repository has no trace of the machine where it was made: no local path, no private key, no registry. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';
import { repositoryFiles } from './trial.ts';

const TRACES: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a home folder', pattern: /(?<![\w.$}])\/(?:home|Users)\/(?!site\b|data\b)[a-z][\w.-]*\//i },
  { what: 'the home folder of root', pattern: /(?<![\w.$}])\/root\// },
  { what: 'a temporary folder', pattern: /(?<![\w.$}])\/(?:tmp|var\/folders)\/[\w-]*(?:\.\w{6,}|\d{4,})/ },
  { what: 'a home folder of Windows', pattern: /\b[A-Z]:\\+(?:Users|Documents and Settings)\\/i },
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\S*[A-Za-z0-9+/]{40}/ },
  {
    what: 'the host of a registry',
    pattern:
      /\b(?:registry\.(?:npmjs\.org|yarnpkg\.com)|npm\.pkg\.github\.com|[\w-]+\.jfrog\.io|pkgs\.dev\.azure\.com)\b/i,
  },
];

describe('the files of the repository', () => {
  const files = repositoryFiles();

  it.each(TRACES)('have no trace of $what', ({ pattern }) => {
    const found = files.flatMap((file) => {
      const match = pattern.exec(readFileSync(path.join(ROOT, file), 'utf8'));
      return match && !file.startsWith('test/docs/no-traces') ? [`${file}: ${match[0].slice(0, 80)}`] : [];
    });
    expect(found).toEqual([]);
  });

  it('have a lock file without package locations', () => {
    const lock: { packages: Record<string, { resolved?: string }> } = JSON.parse(
      readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'),
    );
    const resolved = Object.entries(lock.packages).filter(([, { resolved: from }]) => from !== undefined);
    expect(resolved.map(([name]) => name)).toEqual([]);
  });

  it('each pattern finds its example', () => {
    const examples = [
      ['', 'home', 'ada', 'plumbline', ''].join('/'),
      ['', 'root', 'x'].join('/'),
      ['', 'tmp', 'tmp.8fk2LmQp1z'].join('/'),
      ['C:', 'Users', 'ada'].join('\\'),
      `-----BEGIN ${'PRIVATE KEY-----'}\n${'MC4CAQAwBQYDK2VwBCIEIA'.repeat(3)}`,
      ['registry', 'npmjs', 'org'].join('.'),
    ];
    expect(TRACES.map(({ pattern }, index) => pattern.test(examples[index] ?? ''))).toEqual(TRACES.map(() => true));
  });
});
