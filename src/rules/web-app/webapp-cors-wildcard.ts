/** CORS for every origin lets any web page read what the app answers to its visitor. */
import * as z from 'zod';
import { valueAt } from '../../domain/change.ts';
import { isObject } from '../../domain/json.ts';
import { defineRule, unknown } from '../../domain/rule.ts';
import { type Cors, judgeOrigins } from '../origins.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { type Setting, settingsOf, siteConfigSource, valueSet } from '../sources.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

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
  version: 1,
  title: 'CORS does not allow every origin',
  why: 'CORS for every origin lets any web page read what the app answers to its visitor.',
  fix: 'Writes the list of allowed origins without `*`; `supportCredentials` stays as it is.',
  risk: 'Browser clients on origins that are not in the list can no longer call the app.',
  differs:
    'Checkov passes a list that names other origins beside `*`. Such a list allows every origin all the same, so it is a violation here.',
  severity: 'high',
  tier: 'risky',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['5744710e-cc2f-4ee8-8809-3b11e89f4bc9'],
    'Azure Policy (slots)': ['cae7c12e-764b-4c87-841a-fdc6675d196f'],
    MCSB: ['PV-2'],
    Checkov: ['CKV_AZURE_57', 'CKV_AZURE_62'],
    AzTS: ['Azure_AppService_DP_Restrict_CORS_Access'],
  }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      const { cors } = properties;
      if ((cors ?? null) !== null && !isObject(cors)) return unknown('cors is no object.');
      const found = judgeOrigins({ properties }, CORS);
      const credentials = valueAt({ properties }, CORS.credentials);
      if (found.verdict !== 'violation' || credentials === null) return found;
      // ARM replaces the whole cors object, so what else is in it must travel along.
      return { ...found, kept: [{ document: 'config/web', path: CORS.credentials, value: credentials }] };
    });
  },
  source: (changes) =>
    siteConfigSource(settingsOf(changes, NAMED), {
      cors: new Block({ allowed_origins: valueSet(changes, NAMED) }),
    }),
});
