import { isObject, type Json, type JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeContainers, nameOf } from '../checks/container-apps/containers.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { lowerCase } from '../checks/documents/leaves.ts';
import { judgeHttpIngress } from '../checks/network/ingress.ts';
import { containerSource } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const ASKED = ['Liveness', 'Readiness'];

export const rule = defineAdvice({
  id: 'containerapp-health-probe',
  title: 'HTTP apps have liveness and readiness HTTP probes',
  why: 'The default probes of the platform check whether the port is open. An HTTP probe checks whether the app answers.',
  risk: 'Only the owner knows which path shows whether the app is healthy; a wrong path restarts healthy replicas.',
  differs:
    'PSRule takes `auto` for HTTP on the ports 80, 443 and 8080 only. Here it is HTTP on every port, because TCP must be set explicitly. With the transport `http2`, which is for gRPC, TCP probes pass, too.',
  severity: 'low',
  profile: 'strict',
  references: { PSRule: ['Azure.ContainerApp.HealthProbe (AZR-000537, 2026_06)'] },
  check: (snapshot) =>
    judgeHttpIngress(snapshot, ({ transport }) =>
      judgeContainers(snapshot, ({ running }) => {
        if (running.some(({ probes }) => !objectsIn(probes))) return unknown('The probes are no list of probes.');
        const incomplete = running.filter(
          (container) => !ASKED.every((type) => hasProbe(container, type, waysOf(transport))),
        );
        if (incomplete.length === 0) return compliant('Every container has HTTP probes for liveness and readiness.');
        return violation(
          `HTTP probes for liveness and readiness are not complete in: ${incomplete.map(nameOf).join(', ')}.`,
        );
      }),
    ),
  source: () =>
    containerSource(
      {
        probes: [
          { type: 'Liveness', httpGet: { path: '/healthz', port: 8080 } },
          { type: 'Readiness', httpGet: { path: '/ready', port: 8080 } },
        ],
      },
      {
        liveness_probe: new Block({ transport: 'HTTP', port: 8080, path: '/healthz' }),
        readiness_probe: new Block({ transport: 'HTTP', port: 8080, path: '/ready' }),
      },
    ),
});

/**
 * The members of a probe that hold its protocol. HTTP/2 without TLS is for gRPC, which has no HTTP probe, so a TCP probe
 * counts, too (https://learn.microsoft.com/azure/container-apps/health-probes).
 */
function waysOf(transport: Json | undefined): string[] {
  return lowerCase(transport) === 'http2' ? ['httpGet', 'tcpSocket'] : ['httpGet'];
}

function hasProbe({ probes }: JsonObject, asked: string, ways: readonly string[]): boolean {
  return (objectsIn(probes) ?? []).some(
    (probe) => lowerCase(probe.type) === asked.toLowerCase() && ways.some((way) => isObject(probe[way])),
  );
}
