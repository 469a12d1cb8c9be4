/**
 * The first setting of every session of ours, as an option of libpq and of the protocol (`PGOPTIONS`, `options`): names of
 * functions, operators and tables mean PostgreSQL's own, whatever the owner of a database makes in `public` or sets with
 * `ALTER DATABASE … SET search_path` (CVE-2018-1058). An option of the session counts more than those. What is in another
 * schema has to be written with it: `public.orders`.
 */
export const SEARCH_PATH = '-c search_path=pg_catalog,pg_temp'
