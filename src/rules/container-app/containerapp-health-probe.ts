/** Without a probe of its own an app counts as well as long as its port is open. */
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { judgeContainers, nameOf } from '../containers.ts';
import { judgeHttpIngress } from '../ingress.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource, type Setting } from '../sources.ts';
import { lowerCase } from '../text.ts';

const ASKED = ['Liveness', 'Readiness'];

const PROBED: Setting = {
  document: 'resource',
  path: '/properties/template/containers',
  to: [
    {
      name: 'app',
      probes: [
        { type: 'Liveness', httpGet: { path: '/healthz', port: 8080 } },
        { type: 'Readiness', httpGet: { path: '/ready', port: 8080 } },
      ],
    },
  ],
};

export const rule = defineAdvice({
  id: 'containerapp-health-probe',
  version: 1,
  title: 'HTTP apps have liveness and readiness HTTP probes',
  why: 'The probes of the platform only see whether the port is open; an HTTP probe sees whether the app still answers.',
  risk: 'Only its owner knows which path tells whether the app is well; a wrong one restarts replicas that are.',
  differs:
    'PSRule takes `auto` for HTTP on the ports 80, 443 and 8080 only. Here it is HTTP on every port, because TCP has to be named. With the transport `http2`, which is for gRPC, probes over TCP pass, too.',
  severity: 'low',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource'],
  references: referencesOf({ PSRule: ['Azure.ContainerApp.HealthProbe (AZR-000537, 2026_06)'] }),
  check(snapshot) {
    return judgeHttpIngress(snapshot, ({ transport }) =>
      judgeContainers(snapshot, ({ running }) => {
        if (running.some(({ probes }) => !objectsIn(probes))) return unknown('The probes are no list of probes.');
        const wanting = running.filter(
          (container) => !ASKED.every((type) => hasProbe(container, type, waysOf(transport))),
        );
        if (wanting.length === 0) return compliant('Every container has HTTP probes for liveness and readiness.');
        return {
          verdict: 'violation',
          reason: `HTTP probes for liveness and readiness are not complete in: ${wanting.map(nameOf).join(', ')}.`,
          changes: [],
        };
      }),
    );
  },
  source: () =>
    containerAppSource([PROBED], {
      template: new Block({
        container: new Block({
          name: 'app',
          liveness_probe: new Block({ transport: 'HTTP', port: 8080, path: '/healthz' }),
          readiness_probe: new Block({ transport: 'HTTP', port: 8080, path: '/ready' }),
        }),
      }),
    }),
});

/**
 * The members of a probe that say how it asks. HTTP/2 without TLS is how gRPC is called, which no HTTP probe can do, so that
 * one over TCP is all there is (https://learn.microsoft.com/azure/container-apps/health-probes).
 */
function waysOf(transport: Json | undefined): string[] {
  return lowerCase(transport) === 'http2' ? ['httpGet', 'tcpSocket'] : ['httpGet'];
}

function hasProbe({ probes }: JsonObject, asked: string, ways: readonly string[]): boolean {
  return (objectsIn(probes) ?? []).some(
    (probe) => lowerCase(probe.type) === asked.toLowerCase() && ways.some((way) => isObject(probe[way])),
  );
}
