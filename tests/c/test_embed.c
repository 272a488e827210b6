/* The program that embeds Python, seen from outside: the DOT that it writes, read back with cgraph. */
#include <criterion/criterion.h>

#include <cgraph.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/refgraph-embed-XXXXXX";

static void remove_folder(void)
{
  char command[128];
  snprintf(command, sizeof(command), "rm -rf %s", folder);
  cr_assert_eq(system(command), 0);
}

// Runs the example, which stands beside the tests in the build folder, and reads what it wrote.
static Agraph_t *draw(void)
{
  char command[256], path[128];
  cr_assert(mkdtemp(folder));
  snprintf(command, sizeof(command), "examples/embed %s >&2", folder);
  cr_assert_eq(system(command), 0, "examples/embed failed");
  snprintf(path, sizeof(path), "%s/closures.dot", folder);
  FILE *file = fopen(path, "r");
  cr_assert(file, "examples/embed wrote no closures.dot");
  Agraph_t *graph = agread(file, NULL);
  fclose(file);
  cr_assert(graph, "closures.dot is not DOT");
  return graph;
}

static const char *label_of(void *object)
{
  static char name[] = "label";
  const char *label = agget(object, name);
  return label ? label : "";
}

static Agnode_t *find_box(Agraph_t *graph, const char *text)
{
  for (Agnode_t *node = agfstnode(graph); node; node = agnxtnode(graph, node)) {
    if (strstr(label_of(node), text))
      return node;
  }
  return NULL;
}

static bool has_arrow(Agraph_t *graph, Agnode_t *box, const char *name)
{
  static const char space[] = "&#160;"; // keeps a name off its arrow
  for (Agedge_t *edge = agfstout(graph, box); edge; edge = agnxtout(graph, edge)) {
    const char *label = label_of(edge);
    label += strncmp(label, space, strlen(space)) == 0 ? strlen(space) : 0;
    if (strncmp(label, name, strlen(name)) == 0)
      return true;
  }
  return false;
}

Test(embed, the_dot_has_each_closure_with_the_names_that_it_captures)
{
  static const struct {
    const char *closure;
    const char *captured[2];
  } expected[] = {{"on_click", {"pixels", "title"}}, {"on_close", {"pixels", NULL}}};
  Agraph_t *graph = draw();
  for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
    Agnode_t *box = find_box(graph, expected[i].closure);
    cr_assert(box, "no box for %s", expected[i].closure);
    for (size_t k = 0; k < 2 && expected[i].captured[k]; k++)
      cr_expect(has_arrow(graph, box, expected[i].captured[k]), "no arrow %s from %s", expected[i].captured[k],
                expected[i].closure);
  }
  agclose(graph);
  remove_folder();
}

Test(embed, the_dot_has_the_path_from_a_root_to_each_closure)
{
  Agraph_t *graph = draw();
  Agnode_t *root = find_box(graph, "__main__");
  cr_assert(root, "no box for the module");
  cr_expect(has_arrow(graph, root, "listeners"));
  cr_expect(has_arrow(graph, root, "close"));
  agclose(graph);
  remove_folder();
}

Test(embed, the_picture_is_a_png)
{
  unsigned char signature[8];
  char path[128];
  agclose(draw());
  snprintf(path, sizeof(path), "%s/closures.png", folder);
  FILE *file = fopen(path, "rb");
  cr_assert(file);
  cr_expect_eq(fread(signature, 1, sizeof(signature), file), sizeof(signature));
  cr_expect_arr_eq(signature, "\x89PNG\r\n\x1a\n", sizeof(signature));
  fclose(file);
  remove_folder();
}
