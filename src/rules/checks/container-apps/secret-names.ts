/**
 * Which names of environment variables are those of secrets; values are never read. Documented names are checked first, then
 * the words of a name.
 */

/** Variables that hold a secret although their words do not show it, in lower case. */
const SECRET_NAMES = new Set(
  wordsIn(
    // Connection strings of storage accounts and of Service Bus (learn.microsoft.com, "App settings reference for Azure
    // Functions" and "Azure Service Bus bindings for Azure Functions").
    'AzureWebJobsStorage AzureWebJobsDashboard AzureWebJobsServiceBus',
    // Headers with the key of the telemetry backend (opentelemetry.io, "OpenTelemetry Protocol Exporter").
    'OTEL_EXPORTER_OTLP_HEADERS OTEL_EXPORTER_OTLP_TRACES_HEADERS OTEL_EXPORTER_OTLP_METRICS_HEADERS',
    'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
    // A personal access token (learn.microsoft.com, "Sign in with a personal access token" of the Azure DevOps CLI).
    'AZURE_DEVOPS_EXT_PAT',
    // The shared secret of the nodes of a cluster (rabbitmq.com, "Clustering Guide").
    'RABBITMQ_ERLANG_COOKIE',
    // The token of an agent (docs.dynatrace.com, monitoring of containers by OneAgent).
    'DT_TENANTTOKEN',
  ).map((name) => name.toLowerCase()),
);

/** Ends of names whose values are addresses with user and password; words are joined here. */
const SECRET_ADDRESSES = wordsIn(
  // devcenter.heroku.com (Heroku Postgres, Key-Value Store, CloudAMQP), guides.rubyonrails.org ("Configuring a Database"),
  // prisma.io ("Connection URLs").
  'databaseurl redisurl redistlsurl postgresurl postgresqlurl mysqlurl cloudamqpurl amqpurl rabbitmqurl',
  // mongodb.com ("Connection Strings"), flask-sqlalchemy ("Configuration"), docs.celeryq.dev ("broker_url").
  'mongourl mongouri mongodburl mongodburi databaseuri celerybrokerurl',
  // symfony.com ("Sending Emails with Mailer", "Messenger"); docs.slack.dev ("Sending messages using incoming webhooks").
  'mailerdsn transportdsn slackwebhookurl',
  // learn.microsoft.com ("Grant limited access to Azure Storage resources using shared access signatures").
  'sasurl sasuri',
);

/** Variables that hold no secret although their words suggest one, in lower case. */
const HARMLESS_NAMES = new Set(
  wordsIn(
    // Which credentials are tried (@azure/identity 4.13.1, DefaultAzureCredential).
    'AZURE_TOKEN_CREDENTIALS',
    // Paths of files (cloud.google.com, "How Application Default Credentials works"; opentelemetry.io as above).
    'GOOGLE_APPLICATION_CREDENTIALS OTEL_EXPORTER_OTLP_CLIENT_KEY OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY',
    'OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY',
    // Switches (hub.docker.com, images mysql and mariadb; bitnami/containers; developer.mozilla.org on the CORS header).
    'MYSQL_ALLOW_EMPTY_PASSWORD MYSQL_RANDOM_ROOT_PASSWORD MARIADB_ALLOW_EMPTY_ROOT_PASSWORD',
    'MARIADB_RANDOM_ROOT_PASSWORD ALLOW_EMPTY_PASSWORD CORS_ALLOW_CREDENTIALS',
  ).map((name) => name.toLowerCase()),
);

/**
 * The properties of an identity-based connection, as in `ServiceBusConnection__credential`, in lower case
 * (learn.microsoft.com, "Azure Functions developer guide", properties of identity-based connections).
 */
const OF_IDENTITIES = new Set(
  wordsIn(
    'credential clientid tenantid managedidentityresourceid accountname accountendpoint fullyqualifiednamespace endpoint',
    'serviceuri blobserviceuri queueserviceuri tableserviceuri topicendpointuri',
  ),
);

/** Words that name a secret anywhere in a name; not `tokens`, which is often the token limit of a model. */
const SECRETS = [
  ...wordsIn('password passwords passwd pwd passphrase secret secrets token credential credentials sas'),
  ...wordsIn('connectionstrings connstr'),
  'connection string',
  'connection strings',
  'conn str',
];

/** Ends of joined words, as in `PGPASSWORD`, `clientsecret` and `SQLAZURECONNSTR_main`. */
const TOGETHER = wordsIn(
  'password passwd secret apikey accesskey accountkey secretkey accesstoken authtoken connectionstring connstr',
);

/** Last words of names that only describe a secret: where it is, its name, its lifetime. */
const ABOUT = new Set([
  ...wordsIn('name names id url uri endpoint host path file dir directory folder type version length size count limit'),
  ...wordsIn('ttl expiry expiration timeout lifetime policy issuer audience scope scopes enabled required algorithm'),
  ...wordsIn('provider store header prefix seconds minutes hours days'),
]);

/**
 * Words before `key` that make it public: keys of data, or keys in web pages (docs.stripe.com on publishable keys,
 * developers.google.com on the site key of reCAPTCHA, supabase.com on the anon key, learn.microsoft.com on the
 * instrumentation key of Application Insights).
 */
const OPEN_KEYS = new Set(wordsIn('public partition sort cache routing', 'publishable site anon instrumentation'));

/** First words of the name of a switch. */
const SWITCHES = new Set(wordsIn('enable disable allow require'));

/** Whether a name is, or looks like, that of a secret. */
export function looksSecret(name: string): boolean {
  const whole = name.toLowerCase();
  if (SECRET_NAMES.has(whole)) return true;
  const [, section = ''] = /(?:__|:)([^_:]+)$/.exec(whole) ?? [];
  if (HARMLESS_NAMES.has(whole) || OF_IDENTITIES.has(section)) return false;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (SECRET_ADDRESSES.some((end) => words.join('').endsWith(end))) return true;
  if (ABOUT.has(last) || SWITCHES.has(words[0] ?? '')) return false;
  // `pass` is short for password only at the end of a name.
  if (last === 'pass' || isSecretKey(words)) return true;
  const spoken = ` ${words.join(' ')} `;
  return SECRETS.some((word) => spoken.includes(` ${word} `)) || TOGETHER.some((end) => spoken.includes(`${end} `));
}

/** Whether a name ends with a secret key, as in `STORAGE_KEY`, but not `KEY_VAULT_URL` or `KEYBOARD`. */
function isSecretKey(words: readonly string[]): boolean {
  const [kind = '', key = ''] = words.length > 1 ? words.slice(-2) : ['', ...words];
  return (key === 'key' || key === 'keys') && !OPEN_KEYS.has(kind);
}

/** The words of a name in camelCase, snake_case or kebab-case, lower case, without numbers. */
function wordsOf(name: string): string[] {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

function wordsIn(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}
