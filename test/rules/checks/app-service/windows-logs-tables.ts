/** The tables of a rule about logs that only Windows writes: switched on by one property of `config/web`. */
import type { Json } from '../../../../src/domain/resources/json.ts';
import { SLOT_ID, site, webConfig } from '../../fixtures/web-app.ts';
import type { Tables } from '../../rule-tester.ts';

/** `phrase` begins the titles about Linux. */
export function windowsLogTables(
  property: 'detailedErrorLoggingEnabled' | 'requestTracingEnabled',
  phrase: string,
): Omit<Tables, 'id'> {
  const documents = (enabled: Json) => ({
    resource: site({ reserved: false }, { kind: 'app' }),
    'config/web': webConfig({ linuxFxVersion: '', [property]: enabled }),
  });
  return {
    compliant: [
      { title: 'true', documents: documents(true) },
      {
        title: 'true, the site itself not read',
        documents: { 'config/web': webConfig({ [property]: true }) },
      },
    ],
    violation: [
      { title: 'false', documents: documents(false), tier: 'advice', changes: [] },
      { title: 'null', documents: documents(null), tier: 'advice', changes: [] },
      {
        title: 'a slot is a resource of its own',
        id: SLOT_ID,
        documents: documents(false),
        tier: 'advice',
        changes: [],
      },
    ],
    notApplicable: [
      {
        title: `${phrase}: Linux by its kind`,
        documents: { ...documents(false), resource: site({ reserved: null }) },
      },
      {
        title: `${phrase}: Linux by its plan (reserved)`,
        documents: { ...documents(false), resource: site({ reserved: true }, { kind: null }) },
      },
      {
        title: `${phrase}: Linux, where true does nothing`,
        documents: { ...documents(true), resource: site() },
      },
      {
        title: `${phrase}: a container on Windows has a web server of its own`,
        documents: { ...documents(false), resource: site({ reserved: false, hyperV: true }, { kind: 'app' }) },
      },
      {
        title: 'function apps are traced by their host',
        documents: { ...documents(false), resource: site({ reserved: false }, { kind: 'functionapp' }) },
      },
      {
        title: 'hosted on Container Apps',
        documents: { ...documents(false), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
      },
    ],
    unknown: [
      { title: 'not read', documents: { resource: site() } },
      {
        title: 'off, the site itself not read: it may run on Linux',
        documents: { 'config/web': webConfig({ [property]: false }) },
      },
      { title: 'neither true nor false', documents: documents('perhaps') },
      {
        title: 'off, neither plan nor kind says the system',
        documents: { ...documents(false), resource: site({ reserved: null }, { kind: null }) },
      },
    ],
  };
}
