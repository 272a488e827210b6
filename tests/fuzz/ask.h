/* What a graph that came from anywhere is asked: everything that the library answers. */
#ifndef ASK_H
#define ASK_H

#include <refgraph.h>

/* Reads all of a graph; aborts at what cannot be. */
void ask_to_read(const rg_graph *graph);
/* Selects, draws, analyses, exports, and writes it as a dump that reads as the same. */
void ask_all(const rg_graph *graph);
/* Takes `num` graphs, the oldest first, for rounds of one program: what grows, and what leaks. */
void ask_rounds(rg_graph *const *graphs, size_t num);

#endif
