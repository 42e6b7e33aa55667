/** Imported before everything that reads the time: the samples are as old as they were at this moment. */
export const NOW = Date.parse('2026-03-02T09:30:00Z');
Date.now = () => NOW;
