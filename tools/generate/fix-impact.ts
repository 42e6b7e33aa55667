/** What a fix may do to its app at worst: by the leaves that the rule's own Bicep lines declare, and the table of documents. */
import { type Impact, impactOf } from '../../src/domain/resources/documents.ts';
import type { AnyRule } from '../../src/domain/rules/rule.ts';

/** The worst impact of what the rule's fixes write; null for advice, which writes nothing. */
export function impactOfFix({ kind, writes, source }: Pick<AnyRule, 'kind' | 'writes' | 'source'>): Impact | null {
  if (writes.length === 0) return null;
  const leaves = leavesIn(source([]).bicep);
  const changes = writes.flatMap((document) => {
    const paths = leaves.flatMap((leaf) => pathIn(document, leaf) ?? []);
    // Where the lines do not show the leaf, the whole document counts.
    return (paths.length > 0 ? paths : ['']).map((path) => ({ document, path }));
  });
  return impactOf(kind, changes);
}

interface Leaf {
  readonly type: string;
  readonly path: string;
}

const RESOURCES = /^Microsoft\.(Web\/sites|App\/containerApps|App\/managedEnvironments)$/;
const SITE_CONFIG = '/properties/siteConfig/';

/** Where a declared leaf stands in a document; null when it is none of that document's. */
function pathIn(document: string, { type, path }: Leaf): string | null {
  if (!/^\/(properties|identity|tags)\b/.test(path)) return null;
  const own = RESOURCES.test(type);
  if (document === 'resource') return own && !path.startsWith(SITE_CONFIG) ? path : null;
  if (document !== 'config/web') return own ? null : path;
  return own && path.startsWith(SITE_CONFIG) ? `/properties/${path.slice(SITE_CONFIG.length)}` : null;
}

/** The leaves of lines as `src/rules/declare/printers.ts` writes them: two blanks a level. */
function leavesIn(bicep: string): Leaf[] {
  const leaves: Leaf[] = [];
  let type = '';
  let path: string[] = [];
  for (const line of bicep.split('\n')) {
    const declared = /^resource \w+ '([^@]+)@/.exec(line);
    if (declared) [type, path] = [declared[1] ?? '', []];
    const [, blanks = '', key, value] = /^( +)(?:([\w'.-]+): )?(.*)$/.exec(line) ?? [];
    if (blanks === '') continue;
    path = [...path.slice(0, blanks.length / 2 - 1), key ?? '*'];
    if (key !== undefined && value !== '{') leaves.push({ type, path: `/${path.join('/')}` });
  }
  return leaves;
}
