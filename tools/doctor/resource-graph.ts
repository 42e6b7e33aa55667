/** What sweeps have found about the rows of Resource Graph here: whether listings were believed, and whether rows save reads. */

import { printable } from '../../src/cli/framework/printable.ts';
import { AGREEING_LOOKS } from '../../src/domain/estate/evidence.ts';
import { type Check, type CheckContext, notChecked, ok } from './checks.ts';

export const resourceGraph: Check = {
  name: 'sweeps can rely on Resource Graph',
  async run({ service }: CheckContext) {
    const { body } = await service.ask('/metrics', { signedIn: true });
    const count = (line: string) => Number(new RegExp(`^${line} (\\d+)$`, 'm').exec(String(body))?.[1] ?? 0);
    const swept = (outcome: string) => count(`plumbline_swept_resources_total\\{outcome="${outcome}"\\}`);
    const leaves = (result: string) => count(`plumbline_compared_leaves_total\\{result="${result}"\\}`);
    const [skipped, queued, missing] = [swept('skipped'), swept('queued'), swept('missing')];
    if (skipped + queued === 0)
      return notChecked('no sweep has listed anything yet: it does so for PLUMBLINE_SUBSCRIPTIONS');
    const distrusted = count('plumbline_distrusted_listings_total');
    return ok(
      [
        `sweeps skipped ${skipped} resources by their rows and read ${queued}; ${missing} were missing`,
        `${distrusted} listings were not believed`,
        `of the values in rows ${leaves('agreed')} agreed with Resource Manager, ${leaves('differed')} did not, ${leaves('not-told')} were missing`,
      ].join('; '),
    );
  },
};

export interface Leaf {
  readonly type: string;
  readonly leaf: string;
  /** Looks that agreed since the last difference. */
  readonly agreed: number;
  readonly differed: number;
  /** Whether a row may stand for a reading of it, with values that were seen before. */
  readonly counts: boolean;
}

/** What looks have shown here about each leaf of rows, those that do not count first; none when it cannot be read. */
export async function fetchLeaves({ service }: Pick<CheckContext, 'service'>): Promise<Leaf[]> {
  const { body } = await service.ask('/metrics', { signedIn: true });
  const found = (metric: string) => {
    const line = new RegExp(`^${metric}\\{type="([^"]*)",leaf="([^"]*)"\\} (\\d+)$`, 'gm');
    return [...String(body).matchAll(line)].map(([, type = '', leaf = '', count]) => ({
      type,
      leaf,
      count: Number(count),
    }));
  };
  const differences = new Map(
    found('plumbline_row_leaf_differed_total').map(({ type, leaf, count }) => [`${type} ${leaf}`, count]),
  );
  return found('plumbline_row_leaf_agreed')
    .map(({ type, leaf, count: agreed }) => {
      const differed = differences.get(`${type} ${leaf}`) ?? 0;
      return { type, leaf, agreed, differed, counts: agreed >= AGREEING_LOOKS };
    })
    .sort((a, b) => Number(a.counts) - Number(b.counts) || b.differed - a.differed);
}

/** The lines of a table: whether a leaf counts, how many looks agreed in a row, how many differed, its type and its path. */
export function leafLines(leaves: readonly Leaf[]): string[] {
  const width = Math.max(0, ...leaves.map(({ type }) => type.length));
  return [
    `${leaves.filter(({ counts }) => counts).length} of ${leaves.length} count: at least ${AGREEING_LOOKS} looks in a row agreed.`,
    ...leaves.map(({ type, leaf, agreed, differed, counts }) =>
      printable(
        `${counts ? '✓ counts' : '– not yet'}  ${String(agreed).padStart(7)} agreed ${String(differed).padStart(5)} differed  ${type.padEnd(width)}  ${leaf}`,
      ),
    ),
  ];
}
