/**
 * Which names of environment variables are those of secrets, as a value is never seen: first those that are documented to
 * hold a secret or none, then those that look like it by their words.
 */

/** Variables that hold a secret although their words do not say so, in lower case. */
const SECRET_NAMES = new Set(
  wordsIn(
    // Connection strings of storage accounts and of Service Bus (learn.microsoft.com, "App settings reference for Azure
    // Functions" and "Azure Service Bus bindings for Azure Functions").
    'AzureWebJobsStorage AzureWebJobsDashboard AzureWebJobsServiceBus',
    // Headers with the key of whoever takes telemetry (opentelemetry.io, "OpenTelemetry Protocol Exporter").
    'OTEL_EXPORTER_OTLP_HEADERS OTEL_EXPORTER_OTLP_TRACES_HEADERS OTEL_EXPORTER_OTLP_METRICS_HEADERS',
    'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
    // A personal access token (learn.microsoft.com, "Sign in with a personal access token" of the Azure DevOps CLI).
    'AZURE_DEVOPS_EXT_PAT',
    // What nodes of a cluster know each other by (rabbitmq.com, "Clustering Guide").
    'RABBITMQ_ERLANG_COOKIE',
    // What an agent signs in with (docs.dynatrace.com, monitoring of containers by OneAgent).
    'DT_TENANTTOKEN',
  ).map((name) => name.toLowerCase()),
);

/** What ends the name of an address with user and password in it; the words are written together here. */
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

/** Variables that hold no secret although their words sound so, in lower case. */
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
 * What a connection by identity says behind its name, as in `ServiceBusConnection__credential`, in lower case
 * (learn.microsoft.com, "Azure Functions developer guide", properties of identity-based connections).
 */
const OF_IDENTITIES = new Set(
  wordsIn(
    'credential clientid tenantid managedidentityresourceid accountname accountendpoint fullyqualifiednamespace endpoint',
    'serviceuri blobserviceuri queueserviceuri tableserviceuri topicendpointuri',
  ),
);

/** What names a secret wherever it stands; `tokens` does not: how many a model may use is in many names. */
const SECRETS = [
  ...wordsIn('password passwords passwd pwd passphrase secret secrets token credential credentials sas'),
  ...wordsIn('connectionstrings connstr'),
  'connection string',
  'connection strings',
  'conn str',
];

/** What ends a word that is several written together, as in `PGPASSWORD`, `clientsecret` and `SQLAZURECONNSTR_main`. */
const TOGETHER = wordsIn(
  'password passwd secret apikey accesskey accountkey secretkey accesstoken authtoken connectionstring connstr',
);

/** What ends a name that only says something about a secret: where it is, what it is called, how long it lasts. */
const ABOUT = new Set([
  ...wordsIn('name names id url uri endpoint host path file dir directory folder type version length size count limit'),
  ...wordsIn('ttl expiry expiration timeout lifetime policy issuer audience scope scopes enabled required algorithm'),
  ...wordsIn('provider store header prefix seconds minutes hours days'),
]);

/**
 * What makes a key one that anybody may know: of data, or one that pages carry (docs.stripe.com on publishable keys,
 * developers.google.com on the site key of reCAPTCHA, supabase.com on the anon key, learn.microsoft.com on the
 * instrumentation key of Application Insights).
 */
const OPEN_KEYS = new Set(wordsIn('public partition sort cache routing', 'publishable site anon instrumentation'));

/** What begins the name of a switch. */
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
  // Short for password, which what passes is not.
  if (last === 'pass' || isSecretKey(words)) return true;
  const spoken = ` ${words.join(' ')} `;
  return SECRETS.some((word) => spoken.includes(` ${word} `)) || TOGETHER.some((end) => spoken.includes(`${end} `));
}

/** A key that ends the name is one, as in `STORAGE_KEY`; in `KEY_VAULT_URL` and `KEYBOARD` there is none. */
function isSecretKey(words: readonly string[]): boolean {
  const [kind = '', key = ''] = words.length > 1 ? words.slice(-2) : ['', ...words];
  return (key === 'key' || key === 'keys') && !OPEN_KEYS.has(kind);
}

/** The words of a name in camelCase, snake_case or kebab-case, lower case; numbers that count several are left out. */
function wordsOf(name: string): string[] {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

function wordsIn(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}
