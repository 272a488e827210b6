/* The paths of one tree, folded: a group is the nodes that are reached alike and look alike.
 *
 *   m -> list[0, 1, …] -> f1, f2, …        m -> list -> 200 × f            indices never tell apart,
 *   d['a'], d['b'], d['c'] -> x, y, z      d -> 3 × x                      keys of a dict only one or two,
 *   a.next -> b.next -> c.next -> …        a -> b -> 9,998 × c, .next      the third of a chain takes in the rest
 *
 * Nodes are reached alike if they are reached from the same group by the same kind and name of edge. Targets of a class
 * are one group, wherever they are. */
#ifndef RGI_SELECT_GROUPS_H
#define RGI_SELECT_GROUPS_H

#include <refgraph/select.h>

#define RGI_GROUP_NONE UINT32_MAX
#define RGI_CLASS_NONE 0
/* Targets that are grouped as others are, but apart from them. */
#define RGI_CLASS_ALIKE UINT32_MAX

struct rgi_group {
  rg_node node;       /* the first of them */
  uint32_t way;       /* by which that is reached */
  uint32_t count;
  uint32_t target_class;
  uint64_t size;      /* shallow bytes of all of them */
};

/* Edges from the nodes of a group to those of another, or of the same, that are drawn as one. */
struct rgi_way {
  uint32_t source;    /* RGI_GROUP_NONE: the super-root */
  uint32_t target;
  rg_edge edge;       /* the first of them */
  uint32_t count;
  uint32_t num_names; /* 1 or more */
};

struct rgi_member {
  rg_node node;
  uint32_t group;
  uint32_t way;       /* by which it is reached */
};

struct rgi_groups {
  struct rgi_group *groups;
  size_t num_groups;
  size_t groups_capacity;
  struct rgi_way *ways;
  size_t num_ways;
  size_t ways_capacity;
  struct rgi_member *members; /* the nodes on the paths, the ends included, by the number of edges to the root */
  size_t num_members;
};

/* `classes` by node; those of `targets` that no path reaches have no part in it. Groups and ways come in the order of
 * their first members, members of one depth in the order of the targets.
 * Cost: O(nodes on the paths) expected time; 4 bytes a node of the graph where paths are, 20 a node on them, and some
 * 60 a group and a name. */
rg_error *rgi_groups_init(struct rgi_groups *groups, const rg_graph *graph, const rg_paths *paths,
                          const rg_node *targets, size_t num_targets, const uint32_t *classes);
void rgi_groups_deinit(struct rgi_groups *groups);

#endif
