/* Filter: which nodes a question is about, in words that no shell takes for its own.
 *
 *   closure:open.redraw not site:tests.py type:Screen size:1M..
 *
 * Terms are separated by spaces; all must hold; `not` negates the term that follows.
 *
 *   closure          captures variables
 *   closure:NAME     is such a closure, and NAME is its qualified name, or the name of its code, or the last parts of
 *                    one: `redraw` and `open.redraw` are Panel.open.<locals>.redraw, `make.lambda` is
 *                    make.<locals>.<lambda>. Scopes named <locals> and angle brackets count nowhere
 *   site:FILE        is a callable whose code is in FILE, a path or the last parts of one
 *   site:FILE:LINE   and begins in that line
 *   type:NAME        has the type NAME, with its module or without: the last parts of module.name
 *   name:TEXT        TEXT occurs in its label, unless that is its value, or in the name of a reference to it, as far as
 *                    a picture draws it
 *   size:A..B        takes A to B bytes by itself, both included; A.., ..B and A alone are allowed, and k, M and G for
 *                    a thousand, a million and a thousand million
 *   id:NUMBER        is this node
 *   garbage          no root reaches it. Nothing is garbage in a graph without roots, or from a dump that was cut off
 *
 * A text without terms holds for every node. No filter holds for the super-root. */
#ifndef REFGRAPH_FILTER_H
#define REFGRAPH_FILTER_H

#include <refgraph/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rg_filter rg_filter;

/* RG_ERROR_ARGUMENT for what is no filter; the message quotes the term and says "at column N", which counts characters
 * from 1. */
RG_PUBLIC RG_MUST_USE rg_error *rg_filter_create(const char *text, rg_filter **ret);
RG_PUBLIC void rg_filter_destroy(rg_filter *filter);

/* The nodes of a graph that a filter holds for. They read neither graph nor filter afterwards.
 * Cost: O(V), for `name` and `garbage` O(V + E); each type, string and site is looked at once. */
typedef struct rg_matches rg_matches;

RG_PUBLIC RG_MUST_USE rg_error *rg_matches_create(const rg_graph *graph, const rg_filter *filter, rg_matches **ret);
RG_PUBLIC void rg_matches_destroy(rg_matches *matches);
RG_PUBLIC size_t rg_matches_num_nodes(const rg_matches *matches);
RG_PUBLIC const rg_node *rg_matches_nodes(const rg_matches *matches); /* ascending */
/* Cost: O(log V). */
RG_PUBLIC bool rg_matches_has(const rg_matches *matches, rg_node node);

#ifdef __cplusplus
}
#endif
#endif
