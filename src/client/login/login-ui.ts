/** How a login speaks to its user. */
export interface LoginUi {
  /** Shows a line. */
  say(text: string): void;
  /** Opens an address in a browser, and answers whether that could be begun; undefined where nothing is to be opened. */
  readonly open: ((address: string) => Promise<boolean>) | undefined;
  /** Waits for a line that the user pastes; undefined without a terminal. Rejects with CANCELLED on Ctrl-C. */
  readonly askPaste: ((signal: AbortSignal) => Promise<string>) | undefined;
}
