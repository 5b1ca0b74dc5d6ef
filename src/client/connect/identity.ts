/** Whom a server took its client for, as the headers of its answers say. */
import type { Metadata } from '@grpc/grpc-js';
import { ROLE_HEADER, USERNAME_HEADER } from '../../flight/service.js';

export interface Identity {
  readonly user: string;
  readonly role: string | undefined;
}

/** Undefined where the server does not say, as most do not. */
export function readIdentity(metadata: Metadata): Identity | undefined {
  const [user] = metadata.get(USERNAME_HEADER);
  const [role] = metadata.get(ROLE_HEADER);
  if (typeof user !== 'string' || user === '') return undefined;
  return { user: decodeName(user), role: typeof role === 'string' ? role : undefined };
}

/** A lone % means itself. */
function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
