/** What sweeps have found about the rows of Resource Graph here: whether listings were believed, and whether rows save reads. */
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
