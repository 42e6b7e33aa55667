/** What the pipelines of the SDKs do beyond what raw requests need. */
import type { Pipeline } from '@azure/core-rest-pipeline';

/**
 * Policies that do nothing for a raw request whose body is a JSON text: models, forms, compressed answers, redirects (no service
 * that is asked redirects), and spans and lines of logs, which nobody collects.
 */
const NEEDLESS = [
  'serializationPolicy',
  'deserializationPolicy',
  'formDataPolicy',
  'multipartPolicy',
  'decompressResponsePolicy',
  'redirectPolicy',
  'wrapAbortSignalLikePolicy',
  'tracingPolicy',
  'logPolicy',
];

/** Takes out of a pipeline what raw requests do not need. Authentication, retries, proxies and the user agent stay. */
export function keepNeededPolicies(pipeline: Pipeline): void {
  for (const name of NEEDLESS) pipeline.removePolicy({ name });
}
