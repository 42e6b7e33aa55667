import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-custom-domain-tls.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { hostName, named, OWN_NAMES } from '../fixtures/web-app-lists.ts';
import { testRule } from '../rule-tester.ts';

const bound = (sslState: Json, name = 'www.shop.example') =>
  hostName(name, { sslState, thumbprint: '6F2D0C1B7A3E4D5C6B7A8F9E0D1C2B3A4F5E6D7C' });
const states = (hostNameSslStates: Json) => ({ resource: site({ hostNameSslStates }) });

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'every non-azurewebsites.net name has sslState SniEnabled',
      documents: { resource: named(bound('SniEnabled'), bound('SniEnabled', 'shop.example')) },
    },
    { title: 'or IpBasedEnabled', documents: { resource: named(bound('IpBasedEnabled')) } },
    {
      title: 'the name of Traffic Manager beside one that is bound',
      documents: { resource: named(bound('SniEnabled'), hostName('shop-tm.trafficmanager.net')) },
    },
    { title: 'states compare without case', documents: { resource: named(bound('sniEnabled')) } },
    {
      title: 'hostType Repository is the SCM name: skip',
      documents: {
        resource: named(bound('SniEnabled'), hostName('scm.shop.example', { hostType: 'Repository' })),
      },
    },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: { resource: named(bound('SniEnabled')) } },
  ],
  violation: [
    {
      title: 'a name without a binding',
      documents: { resource: named(bound('SniEnabled'), hostName('shop.example')) },
      tier: 'advice',
      changes: [],
      reason: /^Without a TLS binding: shop\.example\.$/,
    },
    {
      title: 'several, one of which says nothing of a binding',
      documents: { resource: named(hostName('shop.example'), hostName('www.shop.example', { sslState: null })) },
      tier: 'advice',
      changes: [],
      reason: /: shop\.example, www\.shop\.example\.$/,
    },
    {
      title: 'a name that only looks like one of Traffic Manager',
      documents: { resource: named(hostName('shop.mytrafficmanager.net')) },
      tier: 'advice',
      changes: [],
    },
    {
      title: 'a name that only looks like one of the platform',
      documents: { resource: named(hostName('shop-azurewebsites.net')) },
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    { title: 'no custom names', documents: { resource: named() } },
    { title: 'no custom names: null', documents: states(null) },
    {
      title: 'no custom names: that of Traffic Manager, for which nobody can have a certificate',
      documents: { resource: named(hostName('shop-tm.TrafficManager.net'), hostName('shop.usgovtrafficmanager.net')) },
    },
    {
      title: 'no custom names: those of the platform compare without case',
      documents: { resource: named(hostName('Shop-Ab12.WestEurope-01.AzureWebsites.NET')) },
    },
    {
      title: 'no custom names: the platform has names of its own in other clouds and environments',
      documents: { resource: named(hostName('shop.azurewebsites.us'), hostName('shop.ase.appserviceenvironment.net')) },
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no list', documents: states('shop.example') },
    { title: 'a host name that has none', documents: states([...OWN_NAMES, { sslState: 'SniEnabled' }]) },
    { title: 'a host name that is no object', documents: states(['shop.example']) },
  ],
});
