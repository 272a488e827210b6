/* Exports: what tests in Python with readers of the formats cannot make. */
#include <criterion/criterion.h>

#ifdef HAVE_SQLITE3
#include <sqlite3.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/base/alloc.h"
#include "errors.h"
#include "heap.h"

#define SCOPED_BUFFER __attribute__((cleanup(rg_buffer_deinit))) rg_buffer

static rg_buffer export_text(const char *notation, rg_export_format format)
{
  SCOPED_HEAP heaped = heap(notation);
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  must(rg_export_write(heaped.graph, format, NULL, &writer));
  return buffer;
}

static char *make_folder(void)
{
  static char folder[64];
  snprintf(folder, sizeof(folder), "/tmp/refgraph-export-XXXXXX");
  cr_assert_not_null(mkdtemp(folder));
  return folder;
}

static const char *path_in(const char *folder, const char *name)
{
  static char paths[4][128];
  static size_t turn;
  char *path = paths[turn++ % 4];
  snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
  return path;
}

/* --- heap snapshots ----------------------------------------------------------------------------------------------- */

// The fields of node `i` of a heap snapshot, the super-root and the two of its own included.
struct snapshot_node {
  unsigned type, name, id, size, num_edges;
};

static struct snapshot_node node_of(const char *text, size_t i)
{
  struct snapshot_node node;
  const char *line = strstr(text, "\"nodes\":[");
  cr_assert_not_null(line);
  line += strlen("\"nodes\":[");
  for (; i > 0; i--)
    line = strchr(line, '\n') + 1;
  cr_assert_eq(sscanf(line, "%u,%u,%u,%u,%u", &node.type, &node.name, &node.id, &node.size, &node.num_edges), 5);
  return node;
}

#define NUM_BEFORE 2 // a node of the graph comes so many later

static unsigned number_after(const char *text, const char *key)
{
  const char *at = strstr(text, key);
  cr_assert_not_null(at);
  return (unsigned)strtoul(at + strlen(key), NULL, 10);
}

Test(heapsnapshot, an_object_of_more_than_4_gb_goes_on_in_pieces_that_it_alone_holds)
{
  SCOPED_BUFFER text = export_text("R>a a:size=10000000000 a>b", RG_EXPORT_HEAPSNAPSHOT);
  struct snapshot_node large = node_of(text.data, NUM_BEFORE + 1);
  cr_assert_eq(number_after(text.data, "\"node_count\":"), 7);
  cr_assert_eq(number_after(text.data, "\"edge_count\":"), 6);
  cr_assert_eq(large.num_edges, 3);
  uint64_t size = large.size;
  for (size_t i = 5; i < 7; i++)
    size += node_of(text.data, i).size;
  cr_assert_eq(size, 10000000000);
}

Test(heapsnapshot, sizes_at_the_edges_of_32_bits_are_kept)
{
  SCOPED_BUFFER text = export_text("R>a a:size=4294967295 R>b b:size=4294967296 R>c c:size=0", RG_EXPORT_HEAPSNAPSHOT);
  cr_assert_eq(node_of(text.data, NUM_BEFORE + 1).size, 4294967295);
  cr_assert_eq(node_of(text.data, NUM_BEFORE + 2).size, 1);
  cr_assert_eq(node_of(text.data, NUM_BEFORE + 4).size, 4294967295);
  cr_assert_eq(node_of(text.data, NUM_BEFORE + 3).size, 0);
}

Test(heapsnapshot, sizes_that_no_heap_has_are_refused)
{
  SCOPED_HEAP heaped = heap("R>a a:size=18446744073709551615");
  SCOPED_BUFFER text = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&text);
  must_fail(rg_export_write(heaped.graph, RG_EXPORT_HEAPSNAPSHOT, NULL, &writer), RG_ERROR_LIMIT, "no heap");
}

Test(heapsnapshot, what_no_root_reaches_hangs_on_a_node_of_its_own)
{
  SCOPED_BUFFER text = export_text("R>a a~x>weak b>c c>b", RG_EXPORT_HEAPSNAPSHOT);
  cr_assert_eq(node_of(text.data, NUM_BEFORE).num_edges, 3);
}

// Writes a series, and reads the ids of node `i` of each graph.
static void find_ids(const char *const *notations, size_t num, size_t i, unsigned *ret)
{
  char *folder = make_folder();
  rg_export *exported = NULL;
  rg_export_options options = RG_EXPORT_OPTIONS_INIT;
  options.num_graphs = (uint32_t)num;
  must(rg_export_create(path_in(folder, "heap-%d.heapsnapshot"), RG_EXPORT_HEAPSNAPSHOT, &options, &exported));
  for (size_t graph = 0; graph < num; graph++) {
    SCOPED_HEAP heaped = heap(notations[graph]);
    must(rg_export_add(exported, heaped.graph));
  }
  must(rg_export_commit(exported));
  rg_export_destroy(exported);
  for (size_t graph = 0; graph < num; graph++) {
    char name[40], text[4096] = "";
    snprintf(name, sizeof(name), "heap-%zu.heapsnapshot", graph + 1);
    FILE *file = fopen(path_in(folder, name), "r");
    cr_assert_not_null(file);
    cr_assert_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    unlink(path_in(folder, name));
    ret[graph] = node_of(text, NUM_BEFORE + i).id;
  }
  rmdir(folder);
}

Test(heapsnapshot, an_object_keeps_its_id_as_long_as_it_lives)
{
  unsigned ids[3];
  find_ids((const char *const[]){"R>a a:type=A R>b b:type=B", "R>a a:type=A R>b b:type=B", "R>a a:type=A R>b b:type=B"}, 3,
           2, ids);
  cr_assert_eq(ids[0], ids[1]);
  cr_assert_eq(ids[1], ids[2]);
}

Test(heapsnapshot, what_comes_to_the_address_of_an_object_of_another_type_is_another)
{
  unsigned ids[2];
  find_ids((const char *const[]){"R>a a:type=A", "R>a a:type=B"}, 2, 1, ids);
  cr_assert_neq(ids[0], ids[1]);
}

Test(heapsnapshot, what_was_gone_in_between_is_another)
{
  unsigned ids[3];
  find_ids((const char *const[]){"R>a a:type=A", "R>a a:type=B", "R>a a:type=A"}, 3, 1, ids);
  cr_assert_neq(ids[0], ids[2]);
}

Test(heapsnapshot, ids_are_odd)
{
  unsigned ids[2];
  find_ids((const char *const[]){"R>a a:type=A", "R>a a:type=B"}, 2, 1, ids);
  cr_assert_eq(ids[0] % 2, 1);
  cr_assert_eq(ids[1] % 2, 1);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

Test(export, several_graphs_for_one_file_are_refused)
{
  rg_export *exported = NULL;
  rg_export_options options = RG_EXPORT_OPTIONS_INIT;
  options.num_graphs = 2;
  must_fail(rg_export_create("heap.heapsnapshot", RG_EXPORT_HEAPSNAPSHOT, &options, &exported), RG_ERROR_ARGUMENT,
               "put %d into its name");
}

Test(export, more_graphs_than_were_announced_are_refused)
{
  char *folder = make_folder();
  SCOPED_HEAP heaped = heap("R>a");
  rg_export *exported = NULL;
  must(rg_export_create(path_in(folder, "a.heapsnapshot"), RG_EXPORT_HEAPSNAPSHOT, NULL, &exported));
  must(rg_export_add(exported, heaped.graph));
  must_fail(rg_export_add(exported, heaped.graph), RG_ERROR_ARGUMENT, "more graphs than the 1");
  rg_export_destroy(exported);
  unlink(path_in(folder, "a.heapsnapshot"));
  cr_assert_eq(rmdir(folder), 0);
}

Test(export, a_file_is_for_its_owner_alone)
{
  char *folder = make_folder();
  const char *path = path_in(folder, "a.heapsnapshot");
  SCOPED_HEAP heaped = heap("R>a");
  rg_export *exported = NULL;
  struct stat status;
  must(rg_export_create(path, RG_EXPORT_HEAPSNAPSHOT, NULL, &exported));
  must(rg_export_add(exported, heaped.graph));
  rg_export_destroy(exported);
  cr_assert_eq(stat(path, &status), 0);
  cr_assert_eq(status.st_mode & 0777, 0600);
  unlink(path);
  rmdir(folder);
}

static int stop(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  (void)context;
  cr_assert_str_eq(phase, "exporting");
  cr_assert_leq(done, total);
  return 1;
}

Test(export, progress_can_stop_it)
{
  static const rg_export_format formats[] = {RG_EXPORT_HEAPSNAPSHOT, RG_EXPORT_JSON};
  rg_graph *graph = heap_chain(10000);
  SCOPED_BUFFER text = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&text);
  rg_export_options options = RG_EXPORT_OPTIONS_INIT;
  options.progress = stop;
  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
    must_fail(rg_export_write(graph, formats[i], &options, &writer), RG_ERROR_INTERRUPTED, "interrupted");
  rg_graph_destroy(graph);
}

static rg_error *refuse(void *context, const void *data, size_t size)
{
  (void)context, (void)data, (void)size;
  return rg_error_create(RG_ERROR_SYSTEM, "the disk is full");
}

Test(export, a_failure_of_the_writer_is_handed_on)
{
  SCOPED_HEAP heaped = heap("R>a");
  rg_writer writer = {refuse, NULL};
  must_fail(rg_export_write(heaped.graph, RG_EXPORT_HEAPSNAPSHOT, NULL, &writer), RG_ERROR_SYSTEM, "disk is full");
}

static rg_error *write_all(const rg_graph *graph, rg_export_format format, rg_buffer *buffer)
{
  rg_writer writer = rg_buffer_writer(buffer);
  rg_error *error = rg_export_write(graph, format, NULL, &writer);
  if (error)
    rg_buffer_deinit(buffer);
  return error;
}

static rg_error *write_files(const rg_graph *graph, rg_export_format format, const char *path, uint32_t num)
{
  rg_export *exported = NULL;
  rg_export_options options = RG_EXPORT_OPTIONS_INIT;
  options.num_graphs = num;
  rg_error *error = rg_export_create(path, format, &options, &exported);
  for (uint32_t i = 0; !error && i < num; i++)
    error = rg_export_add(exported, graph);
  if (!error)
    error = rg_export_commit(exported);
  rg_export_destroy(exported);
  return error;
}

Test(export, what_is_no_stream_says_so)
{
  SCOPED_HEAP heaped = heap("R>a");
  rg_writer writer = {refuse, NULL};
  must_fail(rg_export_write(heaped.graph, RG_EXPORT_CSV, NULL, &writer), RG_ERROR_ARGUMENT, "needs a name");
  must_fail(rg_export_write(heaped.graph, RG_EXPORT_SQLITE, NULL, &writer), RG_ERROR_ARGUMENT, "needs a file");
}

Test(export, it_survives_every_failed_allocation)
{
  SCOPED_HEAP heaped = heap("R>m m:module,label=app,type=module m.f>f f:callable,closure,type=function,site=on_click/ui.py/3/x "
                            "f{x}>x x:value,type=int,label=3 m~w>w m#>k k:type=str,value,label=key");
  rg_buffer buffer = RG_BUFFER_INIT;
  HEAP_TORTURE(write_all(heaped.graph, RG_EXPORT_HEAPSNAPSHOT, &buffer), rg_buffer_deinit(&buffer));
  HEAP_TORTURE(write_all(heaped.graph, RG_EXPORT_JSON, &buffer), rg_buffer_deinit(&buffer));
}

Test(export, a_series_survives_every_failed_allocation)
{
  char *folder = make_folder();
  SCOPED_HEAP heaped = heap("R>a a:type=A a>b");
  HEAP_TORTURE(write_files(heaped.graph, RG_EXPORT_HEAPSNAPSHOT, path_in(folder, "%d"), 2), (void)0);
  unlink(path_in(folder, "1"));
  unlink(path_in(folder, "2"));
  cr_assert_eq(rmdir(folder), 0);
}

Test(export, a_pair_of_files_survives_every_failed_allocation)
{
  char *folder = make_folder();
  SCOPED_HEAP heaped = heap("R>a a:type=A a>b");
  HEAP_TORTURE(write_files(heaped.graph, RG_EXPORT_CSV, path_in(folder, "a.csv"), 1), (void)0);
  unlink(path_in(folder, "a.nodes.csv"));
  unlink(path_in(folder, "a.edges.csv"));
  cr_assert_eq(rmdir(folder), 0);
}

#ifdef HAVE_SQLITE3

Test(export, a_database_survives_every_failed_allocation)
{
  char *folder = make_folder();
  SCOPED_HEAP heaped = heap("R>a a:type=A a>b");
  HEAP_TORTURE(write_files(heaped.graph, RG_EXPORT_SQLITE, path_in(folder, "a.db"), 2), (void)0);
  unlink(path_in(folder, "a.db"));
  cr_assert_eq(rmdir(folder), 0);
}

static int query_number(const char *path, const char *sql)
{
  sqlite3 *connection;
  sqlite3_stmt *statement;
  cr_assert_eq(sqlite3_open(path, &connection), SQLITE_OK);
  cr_assert_eq(sqlite3_prepare_v2(connection, sql, -1, &statement, NULL), SQLITE_OK);
  cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
  int number = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return number;
}

// A dump that was made up once had the database look up a site that there is not.
Test(export, a_database_has_closures_of_which_nobody_knows_where_they_are_defined)
{
  char *folder = make_folder();
  const char *path = path_in(folder, "a.db");
  SCOPED_HEAP heaped = heap("R>a R>b a:closure,callable b:closure,callable");
  must(write_files(heaped.graph, RG_EXPORT_SQLITE, path, 1));
  cr_assert_eq(query_number(path, "SELECT copies FROM by_site WHERE site IS NULL"), 2);
  unlink(path);
  cr_assert_eq(rmdir(folder), 0);
}

Test(export, a_database_that_is_not_committed_leaves_nothing)
{
  char *folder = make_folder();
  SCOPED_HEAP heaped = heap("R>a");
  rg_export *exported = NULL;
  must(rg_export_create(path_in(folder, "a.db"), RG_EXPORT_SQLITE, NULL, &exported));
  must(rg_export_add(exported, heaped.graph));
  rg_export_destroy(exported);
  cr_assert_eq(rmdir(folder), 0);
}

#endif
