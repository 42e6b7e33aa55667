/** Access: a reader with a token gets in; a forged header, a decision without a user and a page of another site are refused. */
import { randomUUID } from 'node:crypto';
import { type Check, failed, ok } from './checks.ts';
import { describeAnswer } from './service.ts';

export const reader: Check = {
  name: 'a reader is let in',
  async run({ service }) {
    const answer = await service.ask('/summary', { signedIn: true });
    if (answer.status === 200) return ok('GET /api/summary is answered');
    const todo =
      answer.code === 'auth-off'
        ? 'Switch App Service authentication on: without it every call that needs a person is refused.'
        : answer.status === 403
          ? 'Give the account that runs this the app role Plumbline.Reader of the registration.'
          : 'See that the audience is among the allowed audiences of the sign-in, and that its token store is on: without it no claims are passed.';
    return failed(`GET /api/summary was answered ${describeAnswer(answer)}`, todo);
  },
};

export const forged: Check = {
  name: 'a forged principal header gets 401',
  async run({ service }) {
    const answer = await service.ask('/approvals', { headers: forgedPrincipal() });
    if (answer.status === 401) return ok(`GET /api/approvals is answered ${describeAnswer(answer)}`);
    const isAccepted = answer.status === 200 || answer.status === 404;
    return failed(
      `GET /api/approvals with a principal header that this command made up was answered ${describeAnswer(answer)}`,
      isAccepted
        ? 'Stop here: anybody can be anybody. Switch App Service authentication on, and let nothing reach the app that goes around it.'
        : 'Let anonymous callers through to the app (AllowAnonymous), which refuses them itself: with a redirect or 403 from the platform, Event Grid cannot deliver either.',
    );
  },
};

/** Of an approval that does not exist, so that nothing happens when the call is not refused. */
const DECISION = '/approvals/plumbline-doctor/reject';
const decision = { method: 'POST', body: { comment: 'npm run doctor' } } as const;

export const unauthenticatedDecision: Check = {
  name: 'nobody decides without signing in',
  async run({ service }) {
    const answer = await service.ask(DECISION, decision);
    if (answer.status === 401) return ok(`POST /api/approvals/…/reject is answered ${describeAnswer(answer)}`);
    return failed(
      `a decision without a person was answered ${describeAnswer(answer)} and not 401`,
      'Find out who is taken for the caller: something before the app signs everybody in.',
    );
  },
};

export const crossSiteRequest: Check = {
  name: 'pages of other sites change nothing',
  async run({ service }) {
    const headers = { origin: 'https://another-site.invalid', 'sec-fetch-site': 'cross-site' };
    const answer = await service.ask(DECISION, { ...decision, headers });
    if (answer.status === 403) return ok('a POST from another origin is answered 403 before anything else');
    return failed(
      `a POST from another origin was answered ${describeAnswer(answer)} and not 403`,
      'See what stands before the app (a gateway, a CDN) and takes the headers Origin and Sec-Fetch-Site away.',
    );
  },
};

/** As Easy Auth would describe a user with every role. */
function forgedPrincipal(): Record<string, string> {
  const roles = ['Reader', 'Approver', 'Operator'].map((role) => ({ typ: 'roles', val: `Plumbline.${role}` }));
  const objectId = randomUUID();
  const principal = { auth_typ: 'aad', claims: [{ typ: 'oid', val: objectId }, ...roles] };
  return {
    'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64'),
    'x-ms-client-principal-id': objectId,
    'x-ms-client-principal-idp': 'aad',
  };
}
