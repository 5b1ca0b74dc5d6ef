import * as Flags from '@oclif/core/flags';

const ACCESS = 'ACCESS';

/** Flags of `gizmo server start` that say what SQL reaches beyond the databases. */
export const REACH_FLAGS = {
  'allow-path': Flags.string({
    summary:
      'directory, file or beginning of an address (https://…, s3://…) that logins may read with read_parquet, read_csv, read_json and their like, administrators apart, who may read all; repeatable',
    helpValue: 'PATH',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: ACCESS,
  }),
  'allow-write-path': Flags.string({
    summary: 'directory that the role user may also write with COPY … TO; repeatable',
    helpValue: 'DIR',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: ACCESS,
  }),
  'external-access': Flags.string({
    summary:
      'what the engine itself opens after the start, to administrators too: all (default), none, or paths; repeatable',
    helpValue: 'all|none|PATH',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: ACCESS,
  }),
  'allow-extension': Flags.string({
    summary:
      'extension to load at start, whose scalar functions, aggregates and macros everybody may use; repeatable',
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: ACCESS,
  }),
};
