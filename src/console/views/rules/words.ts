/** The words for the codes of rules. */

export const TIER_WORDS = { safe: 'Low risk', risky: 'Needs approval', advice: 'Advice' } as const;

export const TIER_HINTS = {
  safe: 'Fixed automatically where the mode allows it.',
  risky: 'Every fix needs approval.',
  advice: 'Reported only. There is no fix that Plumbline could make.',
} as const;

export const PROFILE_WORDS = { baseline: 'Baseline', strict: 'Strict' } as const;

export const KIND_WORDS = {
  'web-app': 'Web app',
  'container-app': 'Container app',
  environment: 'Environment',
  plan: 'Plan',
  subscription: 'Subscription',
} as const;
