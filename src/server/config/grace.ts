/** How long statements may still run when the server stops, where nothing else is said; in seconds. */

/** Long enough for a quick answer to arrive, short enough for an impatient service manager. */
export const DEFAULT_GRACE_S = 10;
/** What `--graceful-shutdown` waits without a period of its own, as GizmoSQL does. */
export const GRACEFUL_GRACE_S = 300;
