/** A look at the shop that a sweep has brought about, for tests of what happens within one. */
import type { SealedFact } from '../../src/domain/audit.ts';
import type { Occasion } from '../../src/workflows/facts-of.ts';
import { SHOP } from './apps.ts';

export const occasion: Occasion = {
  at: '2026-03-01T12:00:00.000Z',
  resource: { id: SHOP, type: 'Microsoft.Web/sites', name: 'shop' },
  mode: 'autofix',
  trigger: { type: 'sweep' },
  service: { type: 'service', name: 'Plumbline' },
  seal: (fact): SealedFact => ({ ...fact, keyId: 'k1', hash: '', signature: '' }),
};
