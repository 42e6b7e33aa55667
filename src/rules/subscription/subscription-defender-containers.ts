import { defineAdvice } from '../../domain/rules/rule.ts';
import { judgePlans, plansSource } from '../checks/governance/defender-plans.ts';

export const rule = defineAdvice({
  id: 'subscription-defender-containers',
  title: 'Defender for Containers and CSPM plans are on',
  why: 'Defender for Containers finds vulnerabilities in the images of container apps. Defender CSPM finds attack paths in a subscription.',
  risk: 'They are bought for the whole subscription, with a price by its resources, so a person has to decide it.',
  severity: 'medium',
  profile: 'strict',
  documents: ['subscription/pricings/Containers', 'subscription/pricings/CloudPosture'],
  references: { MCSB: ['LT-1'] },
  check: (snapshot) => judgePlans(snapshot, ['Containers', 'CloudPosture']),
  source: () => plansSource(['Containers', 'CloudPosture']),
});
