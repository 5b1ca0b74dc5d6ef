/** The person who starts the server, for the SQL given at start: it goes through the same steps as everybody's. */
import type { Principal } from '../model/principal.js';
import { makePrincipal } from './make-principal.js';

export function operatorPrincipal(): Principal {
  return makePrincipal('operator', 'admin', 'operator');
}
