/* Embeds Python, makes closures there, and draws from C why each of them is alive.
 *
 *   cc embed.c $(pkg-config --cflags --libs refgraph) $(python3-config --cflags --embed --ldflags) -o embed
 *   ./embed [FOLDER]                                    writes closures.dot and closures.png
 */
#include <refgraph/python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "listeners.py"

static const char source[] =
    "listeners = {}\n"
    "\n"
    "def open_screen(title):\n"
    "    pixels = bytearray(1_000_000)\n"
    "    def on_click():\n"
    "        return title, pixels\n"
    "    def on_close():\n"
    "        listeners.pop('click')\n"
    "        pixels.clear()\n"
    "    listeners['click'] = on_click\n"
    "    return on_close\n"
    "\n"
    "close = open_screen('main window')\n";

static rg_error *run(const char *text)
{
  PyObject *module = PyImport_AddModule("__main__"); /* borrowed */
  PyObject *code = module ? Py_CompileString(text, FILE_NAME, Py_file_input) : NULL;
  PyObject *names = code ? PyModule_GetDict(module) : NULL; /* borrowed */
  PyObject *result = names ? PyEval_EvalCode(code, names, names) : NULL;
  rg_error *error = result ? NULL : rg_error_create(RG_ERROR_ARGUMENT, FILE_NAME " does not run");
  if (!result)
    PyErr_Print();
  Py_XDECREF(result);
  Py_XDECREF(code);
  return error;
}

/* Every closure that our file defines, and none of the standard library's; the nodes are the caller's to free. */
static rg_error *find_closures(const rg_graph *graph, rg_node **nodes_ret, size_t *num_ret)
{
  rg_closures *closures = NULL;
  rg_node *nodes = calloc(rg_graph_num_nodes(graph), sizeof(*nodes));
  size_t num = 0;
  rg_error *error = nodes ? rg_closures_create(graph, &closures) : rg_error_create(RG_ERROR_MEMORY, "out of memory");
  for (size_t i = 0; !error && i < rg_closures_num_groups(closures); i++) {
    rg_closure_group group = rg_closures_group(closures, i);
    rg_site_info site = rg_graph_site(graph, group.site);
    if (strcmp(site.file, FILE_NAME))
      continue;
    printf("%s captures", site.name);
    for (uint32_t k = 0; k < site.num_captured; k++)
      printf(" %s", site.captured[k]);
    printf("\n");
    memcpy(nodes + num, group.nodes, group.num_nodes * sizeof(*nodes));
    num += group.num_nodes;
  }
  rg_closures_destroy(closures);
  if (error) {
    free(nodes);
    return error;
  }
  *nodes_ret = nodes;
  *num_ret = num;
  return NULL;
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
  rg_node *closures = NULL;
  size_t num_closures = 0;
  rg_selection *selection = NULL;
  rg_view *view = NULL;
  rg_error *error = find_closures(graph, &closures, &num_closures);
  if (!error)
    error = rg_select_why(graph, closures, num_closures, NULL, &selection);
  if (!error)
    error = rg_view_create(selection, NULL, &view);
  if (!error)
    error = save(view, RG_FORMAT_DOT, folder, "closures.dot");
  if (!error)
    error = save(view, RG_FORMAT_PNG, folder, "closures.png");
  rg_view_destroy(view);
  rg_selection_destroy(selection);
  free(closures);
  return error;
}

int main(int argc, char **argv)
{
  rg_graph *graph = NULL;
  Py_Initialize();
  rg_error *error = run(source);
  if (!error)
    error = rg_python_import();
  if (!error)
    error = rg_capture_python(NULL, &graph);
  if (!error)
    error = draw(graph, argc > 1 ? argv[1] : ".");
  if (error)
    fprintf(stderr, "embed: %s\n", error->message);
  rg_graph_destroy(graph); /* it keeps no Python object alive, and may outlive Python */
  Py_Finalize();
  int status = error ? 1 : 0;
  rg_error_destroy(error);
  return status;
}
