/**
 * The wiring diagram: builds the parts of a server in order, each from what it depends on, and stops them in
 * reverse. Knows everyone; nobody knows it.
 */
import { randomUUID } from 'node:crypto';
import { GizmoError } from '../errors.js';
import { LightAbort } from '../flight/light-abort.js';
import { isLoopback } from '../runtime-file.js';
import { VERSION } from '../version.js';
import { createAccess } from './access/access.js';
import { asOperator } from './as-operator.js';
import { type CertificatePrincipals, createCertificatePrincipals } from './auth/certificate.js';
import type { ServerConfig } from './config/config.js';
import { parseConfig } from './config/parse-config.js';
import type { TlsConfig } from './config/tls-config.js';
import { accountStatements, createLogins, type Logins } from './create-logins.js';
import { endedBy } from './ended-by.js';
import { openEngine } from './engine/open-engine.js';
import { hookConnections } from './hook-connections.js';
import { createHooks } from './hooks/hooks.js';
import { createConnections } from './listener/connections.js';
import { type GrpcListener, startGrpcListener } from './listener/grpc-listener.js';
import type { OpenTls } from './listener/tls/open-tls.js';
import { createFlightHandlers } from './rpc/flight-handlers.js';
import type { Services } from './rpc/services.js';
import { describeTls, type RunningServer } from './running-server.js';
import { logSessions } from './session/log-sessions.js';
import { createSessionPlaces } from './session/session-places.js';
import { reachOf } from './session/session-reach.js';
import { createSessionRegistry } from './session/session-registry.js';
import { createUserMemory } from './session/user-memory.js';
import { loginSettingsOf } from './sso/login-settings.js';
import { createTokenExchange } from './sso/token-exchange.js';
import { asUsage, runStartSql, setHooks } from './start-sql.js';
import { openState } from './state/open-state.js';
import { createPathGuard } from './state/path-guard.js';
import { createAdmission, serverStopping } from './statement/admit.js';
import { createBatchStores } from './statement/batch-store.js';
import { ingest } from './statement/ingest.js';
import type { Life } from './statement/life-context.js';
import { createOpenStatements } from './statement/open-statements.js';
import { explainAccess } from './statement/own/explain-access.js';
import { grantStatements } from './statement/own/grants.js';
import { type Killable, kill } from './statement/own/kill.js';
import { createOwnStatements } from './statement/own/own-statements.js';
import { policyStatements } from './statement/own/policies.js';
import { roleStatements } from './statement/own/roles.js';
import { securityStatements } from './statement/own/security.js';
import { setHook } from './statement/own/set-hook.js';
import { setSetting } from './statement/own/set-setting.js';
import { createRate } from './statement/rate.js';
import { createSettings } from './statement/settings/settings.js';
import { createSlots } from './statement/slots.js';
import { createStatements } from './statement/statements.js';
import { grantsTable } from './statement/tables/grants-table.js';
import { ownersTable } from './statement/tables/owners-table.js';
import { policiesTable } from './statement/tables/policies-table.js';
import { queriesTable } from './statement/tables/queries-table.js';
import { createServerTables, schemasOf } from './statement/tables/server-tables.js';
import { sessionsTable } from './statement/tables/sessions-table.js';
import { settingsTable } from './statement/tables/settings-table.js';
import { tokensTable } from './statement/tables/tokens-table.js';
import { usersTable } from './statement/tables/users-table.js';
import { createTasks } from './statement/tasks.js';
import { createAuthLog } from './telemetry/auth-log.js';
import type { Logger } from './telemetry/logger.js';

/**
 * Throws GizmoError with a sentence for the user when something cannot be opened; nothing is left open then.
 * @param givenUp resolves with the reason when the start is to end
 */
export async function startServer(
  config: ServerConfig,
  log: Logger,
  givenUp: Promise<GizmoError> = new Promise(() => {}),
): Promise<RunningServer> {
  const nowMs = () => performance.timeOrigin + performance.now();
  // Every call listens to it.
  const stopping = new LightAbort();
  const admission = createAdmission();

  const certificates = createCertificatePrincipals(config.tls?.clients?.principals);
  // Before the database is touched: files that cannot serve are no reason to lock or create it.
  const tls = config.tls && (await openListenerTls(config.tls, certificates, log));

  const settings = createSettings(config, parseConfig({}, {}));
  const tasks = createTasks(nowMs);
  const openSessions: Killable['sessions'] = {
    list: () => sessions.list(),
    end: (session, how, reason) => sessions.end(session, how, reason),
  };
  const tables = [
    sessionsTable(openSessions),
    queriesTable(tasks, nowMs),
    settingsTable(settings),
    usersTable(() => state.accounts),
    tokensTable(() => state.accounts, nowMs),
    grantsTable(
      () => state.grants,
      () => life.access,
    ),
    policiesTable(() => state.policies),
    ownersTable(() => state.lentViews),
  ];

  // The engine first: a database that cannot be opened must not have been reachable for a moment.
  const engine = await openEngine({
    ...(config.database !== undefined && { path: config.database }),
    ...(config.memoryLimit !== undefined && { memoryLimit: config.memoryLimit }),
    ...(config.storageVersion !== undefined && { storageVersion: config.storageVersion }),
    readOnly: config.readOnly,
    allowExtensions: config.allowExtensions,
    extensions: config.extensions,
    ...(opensFiles(config) && { fileRules: config.files.rules }),
    concurrentCallsMax: config.engineCallsMax,
    serverTables: schemasOf(tables),
  }).catch((error: unknown) => {
    tls?.store.stop();
    if (error instanceof GizmoError && error.code === 'USAGE') throw error;
    throw asUsage(`Cannot open the database ${config.database ?? 'in memory'}`, error);
  });
  const state = await openState(config.stateDirectory, config.database, () =>
    log.warning('The server may not write beside its database, so what it knows of its own ends with it.', {
      state: config.stateDirectory?.path,
    }),
  ).catch(async (error: unknown) => {
    tls?.store.stop();
    await engine.close();
    throw error;
  });
  state.failed.then(({ message }) =>
    log.error('the state of the server can be written no more', { error: message }),
  );

  let logins: Logins;
  const serverTables = createServerTables(tables);
  const hooks = createHooks({
    database: hookConnections(engine, serverTables, nowMs),
    timeoutMs: config.hooks.timeoutMs,
    serverToken: () => logins.serverToken ?? '',
    loopbackOnly: isLoopback(config.hostname),
    log,
  });
  try {
    logins = createLogins(config, state, { log, nowMs, hooks });
  } catch (error) {
    tls?.store.stop();
    await state.close();
    await engine.close();
    throw error;
  }
  const { authenticator, standing, sessionTokens } = logins;

  const memory = createUserMemory();
  const life: Life = {
    admission,
    own: createOwnStatements([
      kill({ sessions: openSessions, tasks, rememberEnd: (id) => logins.rememberEnd(id, 'administrator') }),
      setSetting(settings),
      setHook(hooks),
      ...accountStatements(config, state, logins, nowMs, (reasonFor) => sessions.endWhere(reasonFor)),
      ...grantStatements(state.grants, Date.now),
      ...policyStatements(state.policies, Date.now),
      securityStatements(state.lentViews, Date.now),
      roleStatements(),
      explainAccess(() => life, state.accounts, engine),
    ]),
    guardPaths: createPathGuard([
      ...config.files.rules.own,
      ...(state.directory === undefined ? [] : [state.directory]),
    ]),
    access: createAccess({
      databaseGrants: config.databaseGrants,
      defaultAccess: config.defaultAccess,
      grants: state.grants,
      policies: state.policies,
    }),
    lentViews: state.lentViews,
    tables: serverTables,
    hooks,
    tasks,
    settings,
    slots: createSlots({
      concurrent: () => settings.number('max_concurrent_statements'),
      queued: () => settings.number('max_queued_statements'),
      waitMs: () => settings.number('max_queue_wait') * 1000,
    }),
    rate: createRate(() => settings.number('max_statements_per_second'), nowMs),
    memory,
    log,
    nowMs,
  };
  const openStatements = createOpenStatements(nowMs, memory);
  const stores = createBatchStores({ fileBytesMax: config.tempFileBytesMax });
  const statements = createStatements(life, openStatements, stores);
  const sessions = createSessionRegistry({
    openEngineSession: (principal, id) => engine.openSession(reachOf(principal, id)),
    assertStanding: (principal) => void standing.of(principal),
    endOf: logins.endOf,
    wasEnded: logins.wasEnded,
    rememberEnd: logins.rememberEnd,
    places: createSessionPlaces(config),
    idleTimeoutMs: config.sessionIdleTimeoutMs,
    idleInTransactionTimeoutMs: config.idleInTransactionTimeoutMs,
    nowMs,
    makeId: randomUUID,
    ...logSessions(log),
  });
  const connections = createConnections();
  const services: Services = {
    authenticator,
    certificates,
    sessionTokens,
    standing,
    loginSettings: () => loginSettingsOf(config, logins.hasPasswords()),
    tokenExchange:
      config.oauth?.clientSecret === undefined
        ? undefined
        : createTokenExchange(config.oauth, { log, nowMs }),
    sessions,
    memory,
    statements,
    engine,
    serverVersion: VERSION,
    readOnly: config.readOnly,
    queryTimeoutMs: config.limits.queryTimeoutMs,
    log,
    authLog: createAuthLog(log, config.log.authLevel),
    closed: admission.closed,
    stopping: stopping.signal,
    connectionOf: (peer) => connections.find(peer),
  };

  let listener: GrpcListener;
  try {
    const initSql = asOperator(engine, nowMs, (session) => runStartSql(statements, config, session)).then(
      () => setHooks(hooks, config.hooks),
    );
    const ended = Promise.race([engine.failed, givenUp]).then((reason) => Promise.reject(reason));
    await Promise.race([initSql, ended]);
    listener = await startGrpcListener({
      hostname: config.hostname,
      port: config.port,
      metadataBytesMax: config.metadataBytesMax,
      services,
      handlers: createFlightHandlers(services),
      connections,
      tls,
    });
  } catch (error) {
    tls?.store.stop();
    openStatements.stop();
    await state.close();
    await engine.close();
    throw error;
  }

  const failed = engine.failed.then((reason) => {
    log.error('the database engine failed', { error: reason.message, detail: reason.detail });
    admission.close(
      new GizmoError(
        'UNAVAILABLE',
        'The database engine failed and the server is stopping. The server log has the reason.',
      ),
    );
    return reason;
  });

  let stopped: Promise<boolean> | undefined;
  async function stop(graceMs: number): Promise<boolean> {
    admission.close();
    tls?.store.stop();
    await listener.stop(graceMs, () => stopping.abort(serverStopping()));
    openStatements.stop();
    // Sessions before the engine: each rolls back its transaction and frees its connection.
    const ended = await endedBy(engine, sessions.endAll(serverStopping()));
    await state.close();
    return ended && (await endedBy(engine, engine.close()));
  }

  return {
    address: listener.address,
    startupToken: logins.startupToken,
    username: config.username,
    engine,
    failed,
    tls: tls && describeTls(tls),
    reloadCertificates: () => tls?.store.reload('asked for'),
    replaceCertificatePrincipals(mappings) {
      certificates.replace(mappings);
      tls?.clients?.rejudge();
    },
    get graceMs() {
      return settings.number('shutdown_grace_period_seconds') * 1000;
    },
    stop(graceMs = settings.number('shutdown_grace_period_seconds') * 1000) {
      stopped ??= stop(graceMs);
      return stopped;
    },
    holdings: async () => ({
      sockets: connections.size,
      sessions: sessions.size,
      ...openStatements.counts,
      stores: stores.inUse,
      engine: await engine.counts(),
    }),
    load: (request) =>
      asOperator(engine, nowMs, (session) =>
        ingest(life, { session, door: 'init', signal: request.signal ?? session.signal }, request),
      ),
    giveUp: () => stopping.abort(serverStopping()),
  };
}

function opensFiles({ files: { rules } }: ServerConfig): boolean {
  return rules.read.length + rules.urls.length > 0;
}

/** Loaded only where it is asked for. Certificates go by the clock on the wall, which a sleeping machine's other one is behind of. */
async function openListenerTls(
  tls: TlsConfig,
  principals: CertificatePrincipals,
  log: Logger,
): Promise<OpenTls> {
  const { openTls } = await import('./listener/tls/open-tls.js');
  return openTls(tls, { principals, log, nowMs: Date.now });
}
