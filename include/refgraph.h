/* refgraph: why is this closure still alive, what does it keep, and what would free it?
 *
 * The one public door of librefgraph. Data flows one way through these headers:
 *
 *   builder --finish--> graph --> paths, closures --> selection --> view --> DOT | SVG | PNG | PDF | text | JSON
 *                       |  ^  `--> export     `-----> table --> text | JSON | HTML
 *                       v  |
 *                       dump
 *
 * Conventions, everywhere:
 *  - A function that can fail returns an `rg_error *`, NULL on success, and leaves its outputs untouched on failure.
 *  - What comes back through a last parameter named `ret` is the caller's to destroy with the matching _destroy,
 *    which takes NULL too. What a getter returns lives as long as the object it was read from.
 *  - Option structs start with their own size and have an initialiser ending in _INIT; NULL stands for all defaults.
 *  - Frozen objects (graph, paths, closures, selection, view) are immutable: any number of threads may read them.
 *  - The library prints nothing, never exits, and opens no file that it was not given.
 */
#ifndef REFGRAPH_H
#define REFGRAPH_H

#include <refgraph/analysis.h>
#include <refgraph/dump.h>
#include <refgraph/error.h>
#include <refgraph/export.h>
#include <refgraph/filter.h>
#include <refgraph/graph.h>
#include <refgraph/io.h>
#include <refgraph/memory.h>
#include <refgraph/render.h>
#include <refgraph/report.h>
#include <refgraph/select.h>
#include <refgraph/table.h>
#include <refgraph/view.h>

#endif
