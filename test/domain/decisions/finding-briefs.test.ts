import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/domain/decisions/decide.ts';
import { type FindingLabel, labelOf, labelOfText, textOfLabel } from '../../../src/domain/decisions/finding-briefs.ts';
import { finding } from '../../api/samples.ts';

const effect = { until: null, ifLifted: 'fix' } as const;
const common = { rule: 'webapp-min-tls', verdict: 'violation', severity: 'high' } as const;

describe('the label of a finding', () => {
  it('has the first reason that decides its action', () => {
    const ceilings: Decision['ceilings'] = [
      { ...effect, code: 'window', at: 'hold' },
      { ...effect, code: 'tier-risky', at: 'queue' },
      { ...effect, code: 'mode-approve', at: 'queue' },
    ];
    const decision: Decision = { action: 'queue', until: null, reasons: [], ceilings, approvalId: 'a1' };
    const label = labelOf(finding({ decision }));
    expect(label).toEqual({ ...common, action: 'queue', reason: 'tier-risky', hasApproval: true });
    expect(textOfLabel(label)).toBe('webapp-min-tls violation high queue tier-risky approval');
  });

  it.each<FindingLabel>([
    { ...common, action: null, reason: null, hasApproval: false },
    { ...common, action: 'fix', reason: null, hasApproval: false },
    { ...common, action: 'hold', reason: 'budget', hasApproval: false },
    { ...common, action: 'queue', reason: 'tier-risky', hasApproval: true },
    { ...common, action: 'queue', reason: null, hasApproval: true },
  ])('is read from its text: %j', (label) => {
    expect(labelOfText(textOfLabel(label))).toEqual(label);
  });

  it.each(['', 'webapp-min-tls', 'webapp-min-tls violation worst', 'a violation high queue weather'])(
    'is none for %j',
    (text) => {
      expect(labelOfText(text)).toBe(null);
    },
  );
});
