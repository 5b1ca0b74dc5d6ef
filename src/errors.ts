/**
 * The one error type of Gizmo and the table that says what each code means to its three readers:
 * a program (code, gRPC status, HTTP status, exit code), a person (the message, which names the fix),
 * and the operator (`detail` and `cause`, which never leave the process that made them).
 */

/** Exit codes of every `gizmo` command. They are API: scripts test for them. */
export const EXIT = {
  ok: 0,
  sqlError: 1,
  usage: 2,
  cannotConnect: 3,
  authentication: 4,
  timeout: 5,
  notPermitted: 6,
  waitingForApproval: 8,
  interrupted: 130,
} as const;

interface ErrorClass {
  /** gRPC status code number (https://grpc.io/docs/guides/status-codes/). */
  readonly grpc: number;
  /** HTTP status code (RFC 9110). */
  readonly http: number;
  /** Process exit code, one of {@link EXIT}. */
  readonly exit: number;
}

const ERROR_CLASSES = {
  /** The statement, command, handle or flag is malformed or refers to something it may not. */
  INVALID_ARGUMENT: { grpc: 3, http: 400, exit: EXIT.sqlError },
  /** A flag, a configuration value or a file given on the command line is wrong. */
  USAGE: { grpc: 3, http: 400, exit: EXIT.usage },
  /** A table, handle, ticket or session does not exist, or not for this principal. */
  NOT_FOUND: { grpc: 5, http: 404, exit: EXIT.sqlError },
  ALREADY_EXISTS: { grpc: 6, http: 409, exit: EXIT.sqlError },
  /** The principal is known and may not do this. */
  PERMISSION_DENIED: { grpc: 7, http: 403, exit: EXIT.notPermitted },
  /** No credential, or one that is wrong or expired. */
  UNAUTHENTICATED: { grpc: 16, http: 401, exit: EXIT.authentication },
  /** A limit the operator can raise was reached. */
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429, exit: EXIT.sqlError },
  /** The system is not in the state the call needs, such as an aborted transaction. */
  FAILED_PRECONDITION: { grpc: 9, http: 412, exit: EXIT.sqlError },
  /** A concurrent change won; the same statement may succeed when run again. */
  ABORTED: { grpc: 10, http: 409, exit: EXIT.sqlError },
  OUT_OF_RANGE: { grpc: 11, http: 400, exit: EXIT.sqlError },
  UNIMPLEMENTED: { grpc: 12, http: 501, exit: EXIT.sqlError },
  /** A defect of Gizmo or of the engine. The client sees a sentence and a request id, nothing inside. */
  INTERNAL: { grpc: 13, http: 500, exit: EXIT.sqlError },
  /** The server cannot be reached, is shutting down, or is full for the moment. */
  UNAVAILABLE: { grpc: 14, http: 503, exit: EXIT.cannotConnect },
  DATA_LOSS: { grpc: 15, http: 500, exit: EXIT.sqlError },
  /** The caller cancelled, or an operator did. */
  CANCELLED: { grpc: 1, http: 499, exit: EXIT.interrupted },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504, exit: EXIT.timeout },
  /** The statement is valid and failed while it ran: a cast, an overflow, a constraint, an I/O error. */
  STATEMENT_FAILED: { grpc: 3, http: 400, exit: EXIT.sqlError },
} as const satisfies Record<string, ErrorClass>;

/** Stable code of an error. Programs switch on it; messages may change, codes do not. */
export type ErrorCode = keyof typeof ERROR_CLASSES;

export interface GizmoErrorOptions {
  /** For the operator's log only; never sent to a client. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** Byte or character position of the fault in the statement, 0-based, where the engine names one. */
  readonly position?: number;
}

/** An error whose message may be shown to the person who caused it. */
export class GizmoError extends Error {
  override readonly name = 'GizmoError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly position: number | undefined;

  constructor(code: ErrorCode, message: string, options: GizmoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.position = options.position;
  }

  /** What the code means to gRPC, HTTP and a shell. */
  get class(): ErrorClass {
    return ERROR_CLASSES[this.code];
  }
}

/** All codes, for tables and tests. */
export const ERROR_CODES = Object.keys(ERROR_CLASSES) as readonly ErrorCode[];

/** Looks up what a code means without an error at hand. */
export function errorClass(code: ErrorCode): ErrorClass {
  return ERROR_CLASSES[code];
}

/**
 * Turns anything thrown into a GizmoError. What is not one already is a defect: the sentence says so,
 * and the original is kept as `cause` for the log.
 */
export function toGizmoError(reason: unknown): GizmoError {
  if (reason instanceof GizmoError) return reason;
  const detail = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
  return new GizmoError('INTERNAL', 'An internal error occurred. The server log has the details.', {
    detail,
    cause: reason,
  });
}
