/* What sets of nodes retain, of many sets. */
#ifndef RGI_ANALYSIS_MEASURE_H
#define RGI_ANALYSIS_MEASURE_H

#include <refgraph/analysis.h>

/* `ret[i]` is what `sets[i]` retains: exact for the `num_exact` sets that promise most, for others what their largest
 * node retains alone, a lower bound. A set promises `promises[i]`, a guess of the caller's, or what its largest node
 * retains, whichever is more; afterwards that is there. Cost: that of rg_retained_by_sets for so many sets. */
RG_MUST_USE rg_error *rgi_measure_sets(const rg_graph *graph, const rg_dominators *dominators, const rg_node_set *sets,
                                       size_t num_sets, size_t num_exact, uint64_t *promises, uint64_t *ret);

#endif
