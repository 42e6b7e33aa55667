// Waiting that ends at once when the simulator closes.

/** Resolves after the time has passed, or when the signal says to close; never rejects. */
export function pause(milliseconds: number, closing: AbortSignal): Promise<void> {
  if (closing.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      closing.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    closing.addEventListener('abort', end);
  });
}
