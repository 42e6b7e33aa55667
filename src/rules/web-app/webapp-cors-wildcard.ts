import { valueAt } from '../../domain/changes/change.ts';
import { isObject } from '../../domain/resources/json.ts';
import { defineRule, unknown } from '../../domain/rules/rule.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../checks/app-service/web-config.ts';
import { type Cors, judgeOrigins } from '../checks/network/cors.ts';
import { type Setting, settingsOf, siteConfigSource, valueSet } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const CORS: Cors = {
  document: 'config/web',
  origins: '/properties/cors/allowedOrigins',
  credentials: '/properties/cors/supportCredentials',
  withCredentials: 'critical',
};

const NAMED: Setting = {
  document: 'config/web',
  path: CORS.origins,
  to: ['https://www.contoso.example'],
};

export const rule = defineRule({
  id: 'webapp-cors-wildcard',
  title: 'CORS does not allow every origin',
  why: 'CORS for every origin lets any web page read the answers of the app to a visitor.',
  fix: 'Writes the list of allowed origins without `*`; `supportCredentials` is not changed.',
  risk: 'Browser clients on origins that are not in the list can no longer call the app.',
  differs:
    'Checkov passes a list with other origins in addition to `*`. Such a list also allows every origin, so it is a violation here.',
  harm: 'invisible',
  severity: 'high',
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  references: {
    'Azure Policy': ['5744710e-cc2f-4ee8-8809-3b11e89f4bc9'],
    'Azure Policy (slots)': ['cae7c12e-764b-4c87-841a-fdc6675d196f'],
    MCSB: ['PV-2'],
    Checkov: ['CKV_AZURE_57', 'CKV_AZURE_62'],
    AzTS: ['Azure_AppService_DP_Restrict_CORS_Access'],
  },
  check: (snapshot) =>
    judgeWebConfig(snapshot, (properties) => {
      const { cors } = properties;
      if ((cors ?? null) !== null && !isObject(cors)) return unknown('cors is no object.');
      const found = judgeOrigins({ properties }, CORS);
      const credentials = valueAt({ properties }, CORS.credentials);
      if (found.verdict !== 'violation' || credentials === null) return found;
      // ARM replaces the whole cors object, so the rest of it must be in the request.
      return { ...found, preserved: [{ document: 'config/web', path: CORS.credentials, value: credentials }] };
    }),
  source: (changes) =>
    siteConfigSource(settingsOf(changes, NAMED), {
      cors: new Block({ allowed_origins: valueSet(changes, NAMED) }),
    }),
});
