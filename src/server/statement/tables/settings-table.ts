/** gizmosql_settings(): Gizmo's own settings, as GizmoSQL shows its own. */
import type { Settings } from '../settings/settings.js';
import { bool, text } from './columns.js';
import type { ServerTable } from './server-table.js';

export function settingsTable(settings: Settings): ServerTable {
  return {
    name: 'gizmosql_settings',
    schema: {
      fields: [
        text('name'),
        text('value'),
        text('session_value'),
        text('global_value'),
        text('scope'),
        text('input_type'),
        text('default_value'),
        text('env_var'),
        bool('enterprise'),
        text('description'),
        bool('settable'),
        text('cli_flag'),
      ],
    },
    mayRead: () => true,
    rows: ({ session }) =>
      settings
        .list(session)
        .map(({ parameter, value, session: own, global, byDefault }) => [
          parameter.name,
          String(value),
          own === undefined ? undefined : String(own),
          String(global),
          parameter.scope,
          parameter.type,
          String(byDefault),
          parameter.variable,
          false,
          parameter.description,
          parameter.scope !== 'STARTUP',
          parameter.flag,
        ]),
  };
}
