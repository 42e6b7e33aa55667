import { describe, expect, it } from 'vitest';
import { builtInViews, isSavedViews, withoutView, withView } from '../../../src/console/state/saved-views.ts';
import { localDay } from '../../../src/console/ui/format/days.ts';

describe('saved views', () => {
  it('those of everybody are filters of the lists', () => {
    expect(builtInViews('2026-11-30').map(({ title, href }) => `${title}: ${href}`)).toEqual([
      'Mine to approve: #/approvals?status=pending&mayDecide=true',
      'Expiring in 24 h: #/approvals?status=pending&expires=24h&sort=expires',
      'Blocked or failed: #/approvals?status=blocked,unknown,failed',
      'Fixed today: #/audit?kind=fix.applied&from=2026-11-30&to=2026-11-30',
    ]);
  });

  it('a title names one view', () => {
    const shop = { title: 'Shop', href: '#/apps?q=shop' };
    const newer = { title: 'Shop', href: '#/findings?q=shop' };
    expect(withView(withView([], shop), newer)).toEqual([newer]);
    expect(withoutView([newer], 'Shop')).toEqual([]);
  });

  it.each([
    [[{ title: 'a', href: '#/apps' }], true],
    [[], true],
    [[{ title: 'a', href: 'javascript:alert(1)' }], false],
    [[{ title: 'a', href: 'https://evil.example/#/apps' }], false],
    [[{ title: 1, href: '#/apps' }], false],
    [{}, false],
    [null, false],
  ])('what is stored as %j is one: %j', (value, isOne) => {
    expect(isSavedViews(value)).toBe(isOne);
  });

  it('a day is that of the person', () => {
    expect(localDay(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
  });
});
