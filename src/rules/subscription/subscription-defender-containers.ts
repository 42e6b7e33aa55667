/** Defender for Containers and Defender CSPM look at images, and at what stands open. */
import { defineAdvice } from '../../domain/rule.ts';
import { judgePlans, plansSource } from '../pricing.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'subscription-defender-containers',
  version: 1,
  title: 'Defender for Containers and CSPM plans are on',
  why: 'Defender for Containers looks for vulnerabilities in the images that container apps run, and Defender CSPM for the ways in that are open across a subscription.',
  risk: 'They are bought for the whole subscription and cost by what there is in it, so a person has to decide it.',
  severity: 'medium',
  profile: 'strict',
  kind: 'subscription',
  documents: ['subscription/pricings/Containers', 'subscription/pricings/CloudPosture'],
  references: referencesOf({ MCSB: ['LT-1'] }),
  check: (snapshot) => judgePlans(snapshot, ['Containers', 'CloudPosture']),
  source: () => plansSource(['Containers', 'CloudPosture']),
});
