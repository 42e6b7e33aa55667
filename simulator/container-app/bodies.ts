// Raw bodies of Microsoft.App as ARM sends them. Secrets come by name only; environment variables with their values.

/** A container app that listens on HTTPS only, inside one environment. */
export const rawContainerApp = {
  properties: {
    provisioningState: 'Succeeded',
    runningStatus: 'Running',
    managedEnvironmentId: '',
    environmentId: '',
    workloadProfileName: 'Consumption',
    patchingMode: null,
    outboundIpAddresses: ['192.0.2.40', '192.0.2.41'],
    latestRevisionName: '',
    latestReadyRevisionName: '',
    latestRevisionFqdn: '',
    customDomainVerificationId: 'A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0',
    configuration: {
      secrets: [
        { name: 'database', keyVaultUrl: 'https://contoso-shop.vault.azure.net/secrets/database', identity: 'system' },
      ],
      activeRevisionsMode: 'Single',
      targetLabel: '',
      registries: [{ server: 'contosoapps.azurecr.io', username: '', passwordSecretRef: '', identity: 'system' }],
      identitySettings: [],
      dapr: null,
      runtime: null,
      maxInactiveRevisions: 100,
      revisionTransitionThreshold: null,
      service: null,
    },
    template: {
      revisionSuffix: '',
      terminationGracePeriodSeconds: null,
      initContainers: null,
      scale: { minReplicas: 1, maxReplicas: 10, cooldownPeriod: 300, pollingInterval: 30, rules: null },
      volumes: null,
      serviceBinds: null,
    },
    eventStreamEndpoint: '',
    delegatedIdentities: [],
  },
};

export const rawIngress = {
  fqdn: '',
  external: true,
  targetPort: 8080,
  exposedPort: 0,
  transport: 'Auto',
  traffic: [{ weight: 100, latestRevision: true }],
  customDomains: null,
  allowInsecure: false,
  ipSecurityRestrictions: null,
  corsPolicy: null,
  clientCertificateMode: null,
  stickySessions: null,
  additionalPortMappings: null,
  targetPortHttpScheme: null,
};

/** An environment that sends its logs to a workspace; GET hides the workspace's key. */
export const rawEnvironment = {
  properties: {
    provisioningState: 'Succeeded',
    daprAIInstrumentationKey: null,
    daprAIConnectionString: null,
    vnetConfiguration: null,
    defaultDomain: '',
    staticIp: '192.0.2.40',
    appLogsConfiguration: {
      destination: 'log-analytics',
      logAnalyticsConfiguration: {
        customerId: '00000000-0000-4000-8000-0000000000c1',
        dynamicJsonColumns: false,
        sharedKey: null,
      },
    } as object | null,
    openTelemetryConfiguration: null,
    zoneRedundant: false,
    availabilityZones: null,
    kedaConfiguration: { version: '2.17.2' },
    daprConfiguration: { version: '1.13.6-msft.6' },
    eventStreamEndpoint: '',
    customDomainConfiguration: {
      customDomainVerificationId: 'A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0',
      dnsSuffix: null,
      certificateKeyVaultProperties: null,
      certificateValue: null,
      certificatePassword: null,
      thumbprint: null,
      subjectName: null,
      expirationDate: null,
    },
    workloadProfiles: [{ workloadProfileType: 'Consumption', name: 'Consumption', enableFips: false }],
    appInsightsConfiguration: null,
    infrastructureResourceGroup: null,
    peerAuthentication: { mtls: { enabled: false } },
    peerTrafficConfiguration: { encryption: { enabled: false } },
    publicNetworkAccess: 'Enabled',
    privateEndpointConnections: null,
  },
};
