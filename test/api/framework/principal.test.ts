import { describe, expect, it } from 'vitest';
import { getSummary } from '../../../src/api/endpoints/findings/findings.ts';
import { putSettings } from '../../../src/api/endpoints/settings.ts';
import { parsePrincipal } from '../../../src/api/framework/principal.ts';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ADA, ask, header, principal, serviceOf, statusAndCode } from '../ask.ts';

const service = serviceOf(apiDeps());
const OID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
const claims = (...pairs: [string, string][]) => pairs.map(([typ, val]) => ({ typ, val }));
const read = (as: string) => parsePrincipal(new Headers({ 'x-ms-client-principal': as }), true);

describe('guarantee 9: no identity, no decision', () => {
  it.each([
    ['no header', null],
    ['text that is not base64', 'not base64!'],
    ['two headers in one', `${principal()}, ${principal(['Reader'])}`],
    ['base64 that is not JSON', Buffer.from('hello').toString('base64')],
    ['base64url', Buffer.from('{"a":"ÿÿÿ>>>???"}').toString('base64url')],
    ['deeply nested lists', Buffer.from('['.repeat(50_000)).toString('base64')],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x7b]).toString('base64')],
    ['a list', header([])],
    ['null', header(null)],
    ['no claims', header({ auth_typ: 'aad' })],
    ['claims of another type', header({ auth_typ: 'aad', claims: { oid: ADA } })],
    ['a claim without value', header({ auth_typ: 'aad', claims: [{ typ: 'oid' }] })],
    ['another provider', header({ auth_typ: 'github', claims: claims(['oid', ADA], ['roles', 'Plumbline.Reader']) })],
    ['a provider with a similar name', header({ auth_typ: 'AAD', claims: claims(['oid', ADA]) })],
    ['two providers', header({ auth_typ: ['aad'], claims: claims(['oid', ADA]) })],
    ['an object id that is a list', header({ auth_typ: 'aad', claims: [{ typ: 'oid', val: [ADA] }] })],
    ['a claim type of another type', header({ auth_typ: 'aad', claims: [{ typ: { oid: 1 }, val: ADA }] })],
    ['no provider', header({ claims: claims(['oid', ADA], ['roles', 'Plumbline.Reader']) })],
    ['the form of Static Web Apps', header({ identityProvider: 'aad', userId: ADA, userRoles: ['Plumbline.Reader'] })],
    ['no object id', header({ auth_typ: 'aad', claims: claims(['roles', 'Plumbline.Reader']) })],
    ['an empty object id', header({ auth_typ: 'aad', claims: claims(['oid', ''], ['roles', 'Plumbline.Reader']) })],
    ['a very long object id', principal(['Reader'], { objectId: 'o'.repeat(129) })],
    ['an object id that is too long for a row', principal(['Reader'], { objectId: '\u6f22'.repeat(30) })],
    ['two object ids', principal(['Reader'], { claims: [['oid', 'cccccccc-0000-4000-8000-000000000003']] })],
  ])('a principal with %s is 401', async (_, as) => {
    const answer = await ask(getSummary, service, { as });
    expect(statusAndCode(answer)).toBe('401 unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('a principal header is refused while the platform does not say that sign-in is on', async () => {
    const off = serviceOf(apiDeps(), false);
    expect(statusAndCode(await ask(getSummary, off))).toBe('401 auth-off');
    expect(statusAndCode(await ask(getSummary, off, { as: null }))).toBe('401 auth-off');
  });

  it.each([
    ['no role', []],
    ['a role of another application', [['roles', 'Admin']]],
    ['a role in another case', [['roles', 'plumbline.reader']]],
    ['a role in a claim that is none', [['groups', 'Plumbline.Reader']]],
    ['all roles in one claim', [['roles', 'Plumbline.Reader Plumbline.Operator']]],
    ['a role as JSON', [['roles', '["Plumbline.Reader"]']]],
    ['a role with a blank', [['roles', 'Plumbline.Reader ']]],
  ] as const)('a principal with %s is 403', async (_, more) => {
    expect(statusAndCode(await ask(getSummary, service, { as: principal([], { claims: more }) }))).toBe(
      '403 forbidden',
    );
  });
});

describe('the caller of a request', () => {
  it.each([
    ['roles', 'roles'],
    ['the long URI', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'],
    ['the claim that role_typ names', 'urn:our-roles'],
  ])('has the roles from %s', (_, typ) => {
    const as = header({
      auth_typ: 'aad',
      role_typ: 'urn:our-roles',
      claims: claims(['oid', ADA], [typ, 'Plumbline.Approver']),
    });
    expect(read(as).roles).toEqual(['Plumbline.Approver']);
  });

  it('has the object id of the short or the long claim, or both with the same value, in lower case', () => {
    const as = (...given: [string, string][]) => header({ auth_typ: 'aad', claims: claims(...given) });
    expect(read(as(['oid', ADA.toUpperCase()])).objectId).toBe(ADA);
    expect(read(as([OID, ADA], ['oid', ADA.toUpperCase()])).objectId).toBe(ADA);
  });

  it('is named by the sign-in name, or by the object id when there is none', () => {
    const as = (...given: [string, string][]) => header({ auth_typ: 'aad', claims: claims(['oid', ADA], ...given) });
    expect(read(as(['name', 'Ada'], ['preferred_username', 'ada@example.com'])).name).toBe('ada@example.com');
    expect(read(as(['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn', 'ada@corp'])).name).toBe('ada@corp');
    expect(read(as(['name', 'Ada'])).name).toBe('Ada');
    expect(read(as()).name).toBe(ADA);
  });

  it('has a name cut to the size that fits into a row', () => {
    const named = (name: string) => header({ auth_typ: 'aad', claims: claims(['oid', ADA], ['name', name]) });
    expect(read(named('n'.repeat(250))).name).toBe('n'.repeat(250));
    for (const letter of ['n', '\u6f22', '\u0000']) {
      const { name } = read(named(letter.repeat(20_000)));
      expect([serializedSize(name) <= 300, name.endsWith(' more characters')]).toEqual([true, true]);
    }
    expect(read(principal(['Reader'], { objectId: 'o'.repeat(128) })).objectId).toBe('o'.repeat(128));
  });

  it.each([
    ['idtyp says so', [['idtyp', 'app']], 'app'],
    ['its sub is its object id', [['sub', ADA]], 'app'],
    [
      'its nameidentifier is its object id',
      [['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier', ADA.toUpperCase()]],
      'app',
    ],
    ['idtyp says user', [['idtyp', 'user']], 'user'],
    ['nothing says so', [], 'user'],
  ] as const)('is an application when %s', (_, more, type) => {
    expect(read(principal(['Reader'], { claims: more })).type).toBe(type);
  });

  it('is accepted from any tenant and audience, because the platform checks both', () => {
    const elsewhere = [
      ['http://schemas.microsoft.com/identity/claims/tenantid', 'dddddddd-0000-4000-8000-000000000004'],
      ['iss', 'https://login.microsoftonline.com/another/v2.0'],
      ['aud', 'another'],
    ] as const;
    expect(read(principal(['Reader'], { claims: elsewhere }))).toMatchObject({
      objectId: ADA,
      roles: ['Plumbline.Reader'],
    });
  });

  it('has the groups of the token, in lower case', () => {
    const as = principal(['Approver'], {
      claims: [
        ['groups', ADA.toUpperCase()],
        ['groups', 'a-second'],
      ],
    });
    expect(read(as).groups).toEqual([ADA, 'a-second']);
    expect(read(principal()).groups).toEqual([]);
  });

  it.each([
    ['_claim_names', '{"groups":"src1"}'],
    ['hasgroups', 'true'],
  ])('has no groups when the token has too many (%s)', (typ, val) => {
    expect(
      read(
        principal(['Approver'], {
          claims: [
            ['groups', ADA],
            [typ, val],
          ],
        }),
      ).groups,
    ).toEqual([]);
  });

  it('may be an application for operator calls', async () => {
    const as = principal(['Operator'], { claims: [['idtyp', 'app']] });
    const answer = await ask(putSettings, service, { as, body: {}, headers: { 'if-match': '*' } });
    expect(answer.status).toBe(200);
  });
});
