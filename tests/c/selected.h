/* Selections, as tests look at them. */
#ifndef SELECTED_H
#define SELECTED_H

#include <refgraph.h>

void selected_destroy(rg_selection **selection);
#define SCOPED_SELECTION __attribute__((cleanup(selected_destroy))) rg_selection

/* A node as it is selected, until the next call; NULL if it is not. */
const rg_selected_node *selected_node(const rg_selection *selection, rg_node node);

#endif
