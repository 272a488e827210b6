#include "selected.h"

#include <stddef.h>

void selected_destroy(rg_selection **selection)
{
  rg_selection_destroy(*selection);
}

const rg_selected_node *selected_node(const rg_selection *selection, rg_node node)
{
  static rg_selected_node found;
  for (size_t i = 0; i < rg_selection_num_nodes(selection); i++) {
    found = rg_selection_node(selection, i);
    if (found.node == node)
      return &found;
  }
  return NULL;
}
