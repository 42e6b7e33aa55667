/** The published notifications. */

import type { Notification, Notifications } from '../../src/workflows/ports/runtime.ts';
import { copyOf } from './copy.ts';

export function fakeNotifications(published: Notification[]): Notifications {
  return {
    publish: async (notification) => {
      published.push(copyOf(notification));
    },
  };
}
