/* Draws objects that exist in no program, for a page of documentation: the public headers are enough.
 *
 *   cc by_hand.c $(pkg-config --cflags --libs refgraph) -o by_hand
 *   ./by_hand [FOLDER]                                     writes by_hand.dot and by_hand.png
 */
#include <stdio.h>
#include <string.h>

#include <refgraph.h>

/* Node 0 is the super-root; these become nodes 1, 2, … */
enum { APP = 1, SESSION, PAGES, INDEX, CONTENTS, CACHE };

static const struct {
  rg_type_info type;
  const char *label;
  uint64_t size;
  uint32_t length;
} objects[] = {
    {{"module", "", RG_CATEGORY_MODULE}, "app", 72, RG_LENGTH_NONE},
    {{"Session", "app", RG_CATEGORY_INSTANCE}, "", 48, RG_LENGTH_NONE},
    {{"list", "", RG_CATEGORY_CONTAINER}, "", 72, 2},
    {{"Page", "app", RG_CATEGORY_INSTANCE}, "index", 250000, RG_LENGTH_NONE},
    {{"Page", "app", RG_CATEGORY_INSTANCE}, "contents", 120000, RG_LENGTH_NONE},
    {{"Cache", "app", RG_CATEGORY_INSTANCE}, "", 48, RG_LENGTH_NONE},
};

static const struct {
  rg_node source, target;
  rg_edge_kind kind;
  const char *name;
  uint32_t index;
} references[] = {
    {RG_NODE_ROOT, APP, RG_EDGE_ATTRIBUTE, "module app", 0},
    {APP, SESSION, RG_EDGE_ATTRIBUTE, "session", 0},
    {APP, CACHE, RG_EDGE_ATTRIBUTE, "cache", 0},
    {SESSION, PAGES, RG_EDGE_ATTRIBUTE, "pages", 0},
    {PAGES, INDEX, RG_EDGE_INDEX, "", 0},
    {PAGES, CONTENTS, RG_EDGE_INDEX, "", 1},
    {CACHE, CONTENTS, RG_EDGE_WEAK, "latest", 0},
};

static rg_error *add_objects(rg_builder *builder)
{
  rg_error *error = NULL;
  for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]) && !error; i++) {
    rg_node_info info = {.size = objects[i].size, .length = objects[i].length, .site = RG_SITE_NONE};
    rg_node node;
    error = rg_builder_add_type(builder, &objects[i].type, &info.type);
    if (!error)
      error = rg_builder_add_string(builder, objects[i].label, strlen(objects[i].label), &info.label);
    if (!error)
      error = rg_builder_add_node(builder, &info, &node);
  }
  return error;
}

static rg_error *add_references(rg_builder *builder)
{
  rg_error *error = NULL;
  for (size_t i = 0; i < sizeof(references) / sizeof(references[0]) && !error; i++) {
    rg_string name = references[i].index;
    if (references[i].kind != RG_EDGE_INDEX)
      error = rg_builder_add_string(builder, references[i].name, strlen(references[i].name), &name);
    if (!error)
      error = rg_builder_add_edge(builder, references[i].source, references[i].target, references[i].kind, name);
  }
  return error;
}

static rg_error *build(rg_graph **ret)
{
  rg_builder *builder = NULL;
  rg_error *error = rg_builder_create(&builder);
  if (!error)
    error = add_objects(builder);
  if (!error)
    error = add_references(builder);
  if (!error)
    error = rg_builder_finish(builder, ret);
  rg_builder_destroy(builder);
  return error;
}

static rg_error *save(const rg_view *view, rg_format format, const char *folder, const char *name)
{
  char path[4096];
  if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
    return rg_error_create(RG_ERROR_ARGUMENT, "the name of the folder is too long");
  return rg_render_file(view, format, NULL, path);
}

static rg_error *draw(const rg_graph *graph, const char *folder)
{
  const rg_node target = APP;
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.call = "a session keeps its pages, the cache does not";
  rg_selection *selection = NULL;
  rg_view *view = NULL;
  rg_error *error = rg_select_neighbourhood(graph, &target, 1, NULL, &selection);
  if (!error)
    error = rg_view_create(selection, &options, &view);
  if (!error)
    error = save(view, RG_FORMAT_DOT, folder, "by_hand.dot");
  if (!error)
    error = save(view, RG_FORMAT_PNG, folder, "by_hand.png");
  rg_view_destroy(view);
  rg_selection_destroy(selection);
  return error;
}

int main(int argc, char **argv)
{
  rg_graph *graph = NULL;
  rg_error *error = build(&graph);
  if (!error)
    error = draw(graph, argc > 1 ? argv[1] : ".");
  if (error)
    fprintf(stderr, "by_hand: %s\n", error->message);
  rg_graph_destroy(graph);
  int status = error ? 1 : 0;
  rg_error_destroy(error);
  return status;
}
