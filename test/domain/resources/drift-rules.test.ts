/**
 * The lists of properties that the platform changes itself and of restorable ones, compared with the pages and Azure's
 * models.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, type DocumentName, documentOf } from '../../../src/domain/resources/documents.ts';
import type { ResourceKind } from '../../../src/domain/resources/resource.ts';

const WRITTEN = DOCUMENTS.filter(({ writes }) => writes);

/** The rows of the table below a heading of a page, without the code marks. */
function tableIn(file: string, heading: string): string[] {
  const [, section = ''] = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8').split(
    `${heading}\n`,
  );
  const rows =
    section
      .split(/^##/m)[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| ')) ?? [];
  return rows.slice(1).map((row) => row.replaceAll('`', ''));
}

describe('the pages have the lists of the table of documents', () => {
  test('of properties that are not compared', () => {
    expect(tableIn('audit-log.md', '### What moved with a write')).toEqual(
      WRITTEN.map(({ kinds, name, volatile = [] }) => `| ${kinds.join(', ')} | ${name} | ${volatile.join(', ')} |`),
    );
  });

  test('of properties that a rollback restores', () => {
    expect(tableIn('rollback.md', '## What moved along')).toEqual(
      WRITTEN.map(({ kinds, name, restorable }) => {
        const [within, except] = [restorable?.within ?? [], restorable?.except ?? []];
        return `| ${kinds.join(', ')} | ${name} | ${within.join(', ') || 'nothing'} | ${except.join(', ')} |`;
      }),
    );
  });
});

/** The members of an interface in the published types, with whether they are read-only. */
function membersOf(library: string, name: string): Map<string, boolean> {
  const types = readFileSync(
    new URL(`../../../node_modules/@azure/${library}/dist/esm/models/models.d.ts`, import.meta.url),
    'utf8',
  );
  const body = new RegExp(`export interface ${name} (?:extends \\w+ )?\\{([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? '';
  const found = [...body.matchAll(/^\s+(readonly )?(\w+)\??:/gm)];
  return new Map(found.map(([, readonly, member = '']) => [member, readonly !== undefined]));
}

describe('no configurable property is left out of the comparison', () => {
  test.each<[ResourceKind, DocumentName, string, string, string[]]>([
    // Their content is compared in config/web.
    ['web-app', 'resource', 'arm-appservice', 'SitePatchResourceProperties', ['siteConfig']],
    ['web-app', 'resource', 'arm-appservice', 'SiteProperties', ['siteConfig']],
    // Ids of identities, which follow the identity of the site.
    [
      'web-app',
      'config/web',
      'arm-appservice',
      'SiteConfig',
      ['managedServiceIdentityId', 'xManagedServiceIdentityId'],
    ],
    ['container-app', 'resource', 'arm-appcontainers', 'ContainerAppProperties', []],
    ['environment', 'resource', 'arm-appcontainers', 'ManagedEnvironmentProperties', []],
  ])('%s %s: of %s %s', (kind, document, library, model, explained) => {
    const members = membersOf(library, model);
    expect(members.size).toBeGreaterThan(10);
    const left = (documentOf(kind, document)?.volatile ?? []).flatMap(
      (place) => /^\/properties\/(\w+)$/.exec(place)?.[1] ?? [],
    );
    expect(left.filter((member) => members.get(member) === false)).toEqual(explained);
  });

  test('the restorable properties of a site are in the published model of a PATCH, and writable', () => {
    const members = membersOf('arm-appservice', 'SitePatchResourceProperties');
    const within = documentOf('web-app', 'resource')?.restorable?.within.filter((place) => place !== '/tags') ?? [];
    expect(within.map((place) => members.get(place.replace('/properties/', '')))).toEqual(within.map(() => false));
  });
});
