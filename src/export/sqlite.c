/* SQLite: all dumps of a series in one database. Types and sites are shared by all of them, so that they can be
 * compared.
 *
 * The database is written to the file that rg_file keeps aside until it is complete: there is nothing to roll back, and
 * so neither a journal nor a sync. */
#include "export-internal.h"

#ifdef HAVE_SQLITE3

#include <sqlite3.h>
#include <string.h>
#include <time.h>

#include "../base/clean.h"
#include "../base/file.h"

static const char schema[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
    "BEGIN;"
    "CREATE TABLE dumps (dump INTEGER PRIMARY KEY, dump_id TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,"
    "  time TEXT, time_ns INTEGER NOT NULL, interpreter TEXT NOT NULL, objects INTEGER NOT NULL,"
    "  refs INTEGER NOT NULL, truncated INTEGER NOT NULL);"
    "CREATE TABLE types (type INTEGER PRIMARY KEY, name TEXT NOT NULL, module TEXT NOT NULL, UNIQUE (name, module));"
    "CREATE TABLE sites (site INTEGER PRIMARY KEY, name TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,"
    "  UNIQUE (name, file, line));"
    "CREATE TABLE objects (dump INTEGER NOT NULL REFERENCES dumps, id INTEGER NOT NULL, address INTEGER,"
    "  type INTEGER NOT NULL REFERENCES types, size INTEGER NOT NULL, refcount INTEGER NOT NULL, length INTEGER,"
    "  label TEXT NOT NULL, context TEXT NOT NULL, site INTEGER REFERENCES sites, root INTEGER NOT NULL,"
    "  closure INTEGER NOT NULL, PRIMARY KEY (dump, id)) WITHOUT ROWID;"
    "CREATE TABLE refs (dump INTEGER NOT NULL REFERENCES dumps, src INTEGER NOT NULL, place INTEGER NOT NULL,"
    "  dst INTEGER NOT NULL, kind TEXT NOT NULL, name NOT NULL, PRIMARY KEY (dump, src, place)) WITHOUT ROWID;"
    "CREATE TABLE dominators (dump INTEGER NOT NULL REFERENCES dumps, id INTEGER NOT NULL, dominator INTEGER,"
    "  retained INTEGER NOT NULL, PRIMARY KEY (dump, id)) WITHOUT ROWID;"
    "CREATE TABLE closures (dump INTEGER NOT NULL REFERENCES dumps, site INTEGER REFERENCES sites,"
    "  copies INTEGER NOT NULL, captured INTEGER NOT NULL, retained INTEGER NOT NULL, implicit INTEGER NOT NULL);"
    "CREATE VIEW heap AS SELECT dump, id, types.name AS type, types.module, label, context, size,"
    "    coalesce(retained, size) AS retained, dominator, retained IS NOT NULL AS reached, root, closure, refcount,"
    "    length, sites.name AS site, file, line, address"
    "  FROM objects JOIN types USING (type) LEFT JOIN dominators USING (dump, id) LEFT JOIN sites USING (site);"
    "CREATE VIEW largest AS SELECT * FROM heap ORDER BY dump, retained DESC;"
    "CREATE VIEW garbage AS SELECT * FROM heap WHERE NOT reached;"
    "CREATE VIEW by_type AS SELECT dump, types.name AS type, module, count(*) AS objects, sum(size) AS bytes"
    "  FROM objects JOIN types USING (type) GROUP BY dump, type ORDER BY dump, bytes DESC;"
    "CREATE VIEW by_site AS SELECT dump, dump_id, host, pid, time,"
    " name AS site, file, line, copies, captured, retained,"
    "    implicit"
    "  FROM closures JOIN dumps USING (dump) LEFT JOIN sites USING (site) ORDER BY dump, retained DESC;"
    "CREATE VIEW referrers AS SELECT refs.dump, dst AS id, src, kind, refs.name, types.name AS src_type,"
    "    objects.label AS src_label"
    "  FROM refs JOIN objects ON objects.dump = refs.dump AND objects.id = src JOIN types USING (type);";

// Once all is there, in one go.
static const char ending[] =
    "CREATE INDEX refs_by_dst ON refs (dump, dst); CREATE INDEX objects_by_type ON objects (type);"
    "CREATE INDEX closures_by_site ON closures (site); COMMIT;";

enum statement {
  INSERT_DUMP,
  INSERT_TYPE,
  FIND_TYPE,
  INSERT_SITE,
  FIND_SITE,
  INSERT_OBJECT,
  INSERT_REF,
  INSERT_DOMINATOR,
  INSERT_CLOSURE,
  NUM_STATEMENTS,
};

static const char *const statements[NUM_STATEMENTS] = {
    [INSERT_DUMP] = "INSERT INTO dumps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_TYPE] = "INSERT OR IGNORE INTO types (name, module) VALUES (?, ?)",
    [FIND_TYPE] = "SELECT type FROM types WHERE name = ? AND module = ?",
    [INSERT_SITE] = "INSERT OR IGNORE INTO sites (name, file, line) VALUES (?, ?, ?)",
    [FIND_SITE] = "SELECT site FROM sites WHERE name = ? AND file = ? AND line = ?",
    [INSERT_OBJECT] = "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_REF] = "INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?)",
    [INSERT_DOMINATOR] = "INSERT INTO dominators VALUES (?, ?, ?, ?)",
    [INSERT_CLOSURE] = "INSERT INTO closures VALUES (?, ?, ?, ?, ?, ?)",
};

struct rgi_database {
  struct rgi_text path; // as it was given, for messages
  rg_file *file;
  sqlite3 *connection;
  sqlite3_stmt *prepared[NUM_STATEMENTS];
  uint32_t num_dumps;
  int64_t *types, *sites; // of the graph at hand, what they are in the database
};

/* --- errors ------------------------------------------------------------------------------------------------------- */

static rg_error *failure(const struct rgi_database *database, int code)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  if (code == SQLITE_NOMEM)
    return rgi_out_of_memory();
  rgi_text_add_clean(&name, database->path.data, database->path.size, 640);
  RGI_TRY(rgi_text_error(&name));
  return rg_error_create(RG_ERROR_SYSTEM, "cannot write '%s': %s", rgi_text_string(&name), sqlite3_errstr(code));
}

static rg_error *check(const struct rgi_database *database, int code)
{
  return code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW ? NULL : failure(database, code);
}

static rg_error *execute(const struct rgi_database *database, const char *sql)
{
  return check(database, sqlite3_exec(database->connection, sql, NULL, NULL, NULL));
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

// A statement and its next parameter. What fails to be bound fails once more, when it is run.
struct row {
  const struct rgi_database *database;
  sqlite3_stmt *statement;
  int place;
};

static struct row begin_row(const struct rgi_database *database, enum statement statement)
{
  return (struct row){database, database->prepared[statement], 0};
}

static void add_none(struct row *row)
{
  sqlite3_bind_null(row->statement, ++row->place);
}

// The greatest number that SQLite has stands for greater ones.
static void add_number(struct row *row, uint64_t number)
{
  sqlite3_bind_int64(row->statement, ++row->place, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

// The text has to stay until the row is complete.
static void add_text(struct row *row, const char *text)
{
  sqlite3_bind_text(row->statement, ++row->place, text, -1, SQLITE_STATIC);
}

static rg_error *end_row(const struct row *row)
{
  sqlite3_step(row->statement);
  return check(row->database, sqlite3_reset(row->statement));
}

// The number that a row with these parameters has.
static rg_error *find_row(const struct row *row, int64_t *ret)
{
  int code = sqlite3_step(row->statement);
  if (code == SQLITE_ROW)
    *ret = sqlite3_column_int64(row->statement, 0);
  sqlite3_reset(row->statement);
  return check(row->database, code);
}

/* --- what all dumps share ----------------------------------------------------------------------------------------- */

static rg_error *add_type(const struct rgi_database *database, const rg_type_info *type, int64_t *ret)
{
  struct row rows[] = {begin_row(database, INSERT_TYPE), begin_row(database, FIND_TYPE)};
  for (size_t i = 0; i < 2; i++) {
    add_text(&rows[i], type->name);
    add_text(&rows[i], type->module);
  }
  RGI_TRY(end_row(&rows[0]));
  return find_row(&rows[1], ret);
}

static rg_error *add_site(const struct rgi_database *database, const rg_site_info *site, int64_t *ret)
{
  struct row rows[] = {begin_row(database, INSERT_SITE), begin_row(database, FIND_SITE)};
  for (size_t i = 0; i < 2; i++) {
    add_text(&rows[i], site->name);
    add_text(&rows[i], site->file);
    add_number(&rows[i], site->line);
  }
  RGI_TRY(end_row(&rows[0]));
  return find_row(&rows[1], ret);
}

static void forget_graph(struct rgi_database *database)
{
  rgi_free(rgi_take(database->types));
  rgi_free(rgi_take(database->sites));
}

static rg_error *add_tables(struct rgi_database *database, const rg_graph *graph)
{
  uint32_t num_types = rg_graph_num_types(graph), num_sites = rg_graph_num_sites(graph);
  forget_graph(database);
  database->types = rgi_alloc(num_types, sizeof(*database->types));
  database->sites = rgi_alloc(num_sites, sizeof(*database->sites));
  if (!database->types || !database->sites)
    return rgi_out_of_memory();
  for (rg_type i = 0; i < num_types; i++) {
    rg_type_info type = rg_graph_type(graph, i);
    RGI_TRY(add_type(database, &type, &database->types[i]));
  }
  for (rg_site i = 0; i < num_sites; i++) {
    rg_site_info site = rg_graph_site(graph, i);
    RGI_TRY(add_site(database, &site, &database->sites[i]));
  }
  return NULL;
}

/* --- a dump ------------------------------------------------------------------------------------------------------- */

static rg_error *add_dump(const struct rgi_database *database, const struct rgi_exporting *exporting)
{
  RGI_SCOPED_TEXT id = RGI_TEXT_INIT;
  const rg_graph *graph = exporting->graph;
  rg_process_info process = rg_graph_process(graph);
  struct row row = begin_row(database, INSERT_DUMP);
  char time_text[32] = "";
  time_t seconds = (time_t)(process.time_ns / 1000000000);
  struct tm calendar;
  if (process.time_ns && gmtime_r(&seconds, &calendar))
    strftime(time_text, sizeof(time_text), "%Y-%m-%d %H:%M:%S", &calendar);
  rgi_exporting_dump_id(exporting, &id);
  RGI_TRY(rgi_text_error(&id));
  add_number(&row, database->num_dumps + 1);
  add_text(&row, id.data);
  add_text(&row, process.host);
  add_number(&row, process.pid);
  if (*time_text)
    add_text(&row, time_text);
  else
    add_none(&row);
  add_number(&row, process.time_ns);
  add_text(&row, process.interpreter);
  add_number(&row, rg_graph_num_nodes(graph) - 1);
  add_number(&row, rg_graph_num_edges(graph) - rg_graph_edges_end(graph, RG_NODE_ROOT));
  add_number(&row, rg_graph_is_truncated(graph));
  return end_row(&row);
}

static void add_optional(struct row *row, bool is_known, uint64_t number)
{
  if (is_known)
    add_number(row, number);
  else
    add_none(row);
}

// Where code is defined: not known of all, even of closures.
static void add_site_number(struct row *row, rg_site site)
{
  if (site == RG_SITE_NONE)
    add_none(row);
  else
    add_number(row, (uint64_t)row->database->sites[site]);
}

static rg_error *add_object(const struct rgi_database *database, const struct rgi_exporting *exporting, rg_node node)
{
  rg_node_info info = rg_graph_node(exporting->graph, node);
  struct row row = begin_row(database, INSERT_OBJECT);
  add_number(&row, database->num_dumps + 1);
  add_number(&row, node);
  add_optional(&row, info.address, info.address);
  add_number(&row, (uint64_t)database->types[info.type]);
  add_number(&row, info.size);
  add_number(&row, info.refcount);
  add_optional(&row, info.length != RG_LENGTH_NONE, info.length);
  add_text(&row, rgi_exported_text(exporting, info.label));
  add_text(&row, rgi_exported_text(exporting, info.context));
  add_site_number(&row, info.site);
  add_number(&row, rg_graph_is_root(exporting->graph, node));
  add_number(&row, (info.flags & RG_NODE_CLOSURE) != 0);
  return end_row(&row);
}

static rg_error *add_dominator(const struct rgi_database *database, const struct rgi_exporting *exporting, rg_node node)
{
  rg_node dominator = rg_dominators_parent(exporting->dominators, node);
  struct row row = begin_row(database, INSERT_DOMINATOR);
  if (dominator == RG_NODE_NONE)
    return NULL;
  add_number(&row, database->num_dumps + 1);
  add_number(&row, node);
  add_optional(&row, dominator != RG_NODE_ROOT, dominator);
  add_number(&row, rg_dominators_retained(exporting->dominators, node));
  return end_row(&row);
}

static rg_error *add_ref(const struct rgi_database *database, const struct rgi_exporting *exporting, rg_node source,
                         rg_edge edge)
{
  const rg_graph *graph = exporting->graph;
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  struct row row = begin_row(database, INSERT_REF);
  add_number(&row, database->num_dumps + 1);
  add_number(&row, source);
  add_number(&row, edge - rg_graph_edges_begin(graph, source));
  add_number(&row, rg_graph_edge_target(graph, edge));
  add_text(&row, rg_edge_kind_word(kind));
  if (kind == RG_EDGE_INDEX)
    add_number(&row, rg_graph_edge_index(graph, edge));
  else
    add_text(&row, rgi_exported_text(exporting, graph->names[edge]));
  return end_row(&row);
}

static rg_error *add_nodes(const struct rgi_database *database, struct rgi_exporting *exporting)
{
  const rg_graph *graph = exporting->graph;
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    rg_edge begin = rg_graph_edges_begin(graph, node), end = rg_graph_edges_end(graph, node);
    RGI_TRY(add_object(database, exporting, node));
    RGI_TRY(add_dominator(database, exporting, node));
    for (rg_edge edge = begin; edge < end; edge++)
      RGI_TRY(add_ref(database, exporting, node, edge));
    RGI_TRY(rgi_exporting_count(exporting, 1 + end - begin));
  }
  return NULL;
}

static void destroy_closures_scoped(rg_closures **closures)
{
  rg_closures_destroy(*closures);
}

static rg_error *add_closures(const struct rgi_database *database, const struct rgi_exporting *exporting)
{
  __attribute__((cleanup(destroy_closures_scoped))) rg_closures *closures = NULL;
  RGI_TRY(rg_closures_create(exporting->graph, &closures));
  RGI_TRY(rg_closures_measure(closures, exporting->graph, exporting->dominators));
  for (size_t i = 0; i < rg_closures_num_groups(closures); i++) {
    rg_closure_group group = rg_closures_group(closures, i);
    struct row row = begin_row(database, INSERT_CLOSURE);
    add_number(&row, database->num_dumps + 1);
    add_site_number(&row, group.site);
    add_number(&row, group.num_nodes);
    add_number(&row, group.captured_size);
    add_number(&row, group.retained);
    add_number(&row, group.is_implicit != 0);
    RGI_TRY(end_row(&row));
  }
  return NULL;
}

rg_error *rgi_database_add(struct rgi_database *database, struct rgi_exporting *exporting)
{
  exporting->total = rg_graph_num_nodes(exporting->graph) + rg_graph_num_edges(exporting->graph);
  RGI_TRY(rgi_exporting_measure(exporting));
  RGI_TRY(add_dump(database, exporting));
  RGI_TRY(add_tables(database, exporting->graph));
  RGI_TRY(add_nodes(database, exporting));
  RGI_TRY(add_closures(database, exporting));
  database->num_dumps++;
  return NULL;
}

/* --- a database --------------------------------------------------------------------------------------------------- */

static rg_error *init(struct rgi_database *database, const char *path)
{
  rgi_text_puts(&database->path, path);
  RGI_TRY(rgi_text_error(&database->path));
  RGI_TRY(rgi_export_open(path, &database->file));
  RGI_TRY(check(database, sqlite3_open_v2(rgi_file_temporary_path(database->file), &database->connection,
                                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)));
  RGI_TRY(execute(database, schema));
  for (int i = 0; i < NUM_STATEMENTS; i++)
    RGI_TRY(check(database, sqlite3_prepare_v3(database->connection, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                                               &database->prepared[i], NULL)));
  return NULL;
}

rg_error *rgi_database_open(const char *path, struct rgi_database **ret)
{
  struct rgi_database *database = rgi_alloc(1, sizeof(*database));
  if (!database)
    return rgi_out_of_memory();
  rg_error *error = init(database, path);
  if (error) {
    rgi_database_close(database);
    return error;
  }
  *ret = database;
  return NULL;
}

// Closes the connection, which a statement would keep open.
static int disconnect(struct rgi_database *database)
{
  for (size_t i = 0; i < NUM_STATEMENTS; i++)
    sqlite3_finalize(rgi_take(database->prepared[i]));
  return sqlite3_close(rgi_take(database->connection));
}

rg_error *rgi_database_commit(struct rgi_database *database)
{
  RGI_TRY(execute(database, ending));
  RGI_TRY(check(database, disconnect(database)));
  return rg_file_commit(database->file);
}

void rgi_database_close(struct rgi_database *database)
{
  if (!database)
    return;
  disconnect(database);
  forget_graph(database);
  rg_file_destroy(database->file);
  rgi_text_deinit(&database->path);
  rgi_free(database);
}

#else

rg_error *rgi_database_open(const char *path, struct rgi_database **ret)
{
  (void)path, (void)ret;
  return rg_error_create(RG_ERROR_UNSUPPORTED, "this refgraph was built without SQLite: build it with libsqlite3 "
                                               "(Debian: libsqlite3-dev), or take another format");
}

rg_error *rgi_database_add(struct rgi_database *database, struct rgi_exporting *exporting)
{
  (void)database, (void)exporting;
  return NULL;
}

rg_error *rgi_database_commit(struct rgi_database *database)
{
  (void)database;
  return NULL;
}

void rgi_database_close(struct rgi_database *database)
{
  (void)database;
}

#endif
