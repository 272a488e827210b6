/* A view as a tree for terminals.
 *
 *   make.<locals>.on_click, function, ui.py:12
 *   ├─ captures screen → Screen, 48 B
 *   │  ├─ .pixels → bytearray, 8.0 MB
 *   │  └─ .title = 'main window'
 *   └─ captures attempts = 3
 *
 * References are read from the holder down; referrers from the target up to its holders. A box is opened where it
 * comes first, and is "(above)" from then on. The walk keeps its own stack: O(what is written). */
#include <string.h>

#include "../base/alloc.h"
#include "view-internal.h"

// Deeper levels keep the column of this one and say their depth: a long chain stays readable, and its text short.
#define MAX_INDENTED 24

struct level {
  uint32_t box;
  size_t next;
  size_t prefix_size; // of the lines below the box
};

struct tree {
  const rg_view *view;
  bool is_backward;
  size_t *begin; // by box: its first arrow in `arrows`; and one more
  const struct rgi_arrow **arrows;
  bool *is_shown;
  struct level *levels;
  size_t num_levels;
  size_t levels_capacity;
  struct rgi_text prefix;
  struct rgi_text text;
};

static void deinit(struct tree *tree)
{
  rgi_free(tree->begin);
  rgi_free(tree->arrows);
  rgi_free(tree->is_shown);
  rgi_free(tree->levels);
  rgi_text_deinit(&tree->prefix);
  rgi_text_deinit(&tree->text);
}

static uint32_t near_end(const struct tree *tree, const struct rgi_arrow *arrow)
{
  return tree->is_backward ? arrow->edge.target : arrow->edge.source;
}

static uint32_t far_end(const struct tree *tree, const struct rgi_arrow *arrow)
{
  return tree->is_backward ? arrow->edge.source : arrow->edge.target;
}

// Sorts the arrows by the end that comes first in the tree, keeping their order otherwise: a counting sort, filled
// from the back.
static void sort_arrows(struct tree *tree)
{
  const rg_view *view = tree->view;
  for (size_t i = 0; i < view->num_arrows; i++)
    tree->begin[near_end(tree, &view->arrows[i])] += !view->arrows[i].is_redundant;
  for (size_t i = 0; i < view->num_boxes; i++)
    tree->begin[i + 1] += tree->begin[i];
  for (size_t i = view->num_arrows; i-- > 0;) {
    if (!view->arrows[i].is_redundant)
      tree->arrows[--tree->begin[near_end(tree, &view->arrows[i])]] = &view->arrows[i];
  }
}

static rg_error *init(struct tree *tree, const rg_view *view)
{
  *tree = (struct tree){.view = view, .is_backward = view->question == RGI_QUESTION_REFERRERS};
  tree->begin = rgi_alloc(view->num_boxes + 1, sizeof(*tree->begin));
  tree->arrows = rgi_alloc(view->num_arrows, sizeof(*tree->arrows));
  tree->is_shown = rgi_alloc(view->num_boxes, sizeof(*tree->is_shown));
  if (!tree->begin || !tree->arrows || !tree->is_shown)
    return rgi_out_of_memory();
  sort_arrows(tree);
  return NULL;
}

static bool has_children(const struct tree *tree, uint32_t box)
{
  return tree->begin[box] < tree->begin[box + 1];
}

static bool is_value(const struct rgi_box *box)
{
  return box->mark == RGI_MARK_UNSET || (box->mark == RGI_MARK_NONE && box->type.category == RG_CATEGORY_VALUE);
}

static bool is_data(const struct rgi_box *box)
{
  return box->mark == RGI_MARK_NONE && box->node.count == 1 &&
         (box->type.category == RG_CATEGORY_INSTANCE || box->type.category == RG_CATEGORY_CONTAINER);
}

static void add_box(struct tree *tree, uint32_t i)
{
  const struct rgi_box *box = &tree->view->boxes[i];
  rgi_text_puts(&tree->text, box->heading);
  if (is_data(box) && !box->shows_size && box->node.size) {
    rgi_text_puts(&tree->text, ", ");
    rgi_words_add_size(&tree->text, box->node.size);
  }
  bool is_path = tree->view->question == RGI_QUESTION_PATHS;
  if (is_path && box->node.role == RG_ROLE_TARGET)
    rgi_text_puts(&tree->text, " (target)");
  if (tree->is_backward && box->node.role == RG_ROLE_ROOT)
    rgi_text_puts(&tree->text, " (root)");
}

// "captures screen → " and "captured as screen by ", "['tick'] → " and "['tick'] of ".
static void add_phrase(struct tree *tree, const struct rgi_arrow *arrow)
{
  const rg_view_edge *edge = &arrow->edge;
  bool is_captured = edge->kind == RG_EDGE_CAPTURED;
  if (tree->view->boxes[far_end(tree, arrow)].node.role == RG_ROLE_CUT)
    return;
  if (!*edge->text) {
    rgi_text_puts(&tree->text, tree->is_backward ? "held by " : "");
    return;
  }
  if (tree->is_backward && edge->kind == RG_EDGE_WEAK && !*edge->name) {
    rgi_text_puts(&tree->text, "weakly held by ");
    return;
  }
  if (is_captured)
    rgi_text_puts(&tree->text, tree->is_backward ? "captured as " : "captures ");
  rgi_text_puts(&tree->text, edge->text);
  if (tree->is_backward)
    rgi_text_puts(&tree->text, is_captured ? " by " : " of ");
  else
    rgi_text_puts(&tree->text, is_value(&tree->view->boxes[edge->target]) ? " = " : " \xe2\x86\x92 ");
}

static rg_error *open_box(struct tree *tree, uint32_t box)
{
  RGI_TRY(rgi_reserve(&tree->levels, &tree->levels_capacity, tree->num_levels + 1));
  tree->levels[tree->num_levels++] = (struct level){box, tree->begin[box], tree->prefix.size};
  return NULL;
}

static void add_branch(struct tree *tree, bool is_last)
{
  tree->text.is_failed |= tree->prefix.is_failed;
  rgi_text_puts(&tree->text, rgi_text_string(&tree->prefix));
  rgi_text_puts(&tree->text, is_last ? "\xe2\x94\x94\xe2\x94\x80 " : "\xe2\x94\x9c\xe2\x94\x80 ");
  if (tree->num_levels > MAX_INDENTED)
    rgi_text_printf(&tree->text, "%zu: ", tree->num_levels);
}

// Writes the line of an arrow and what it leads to, and goes down there if it is new.
static rg_error *add_child(struct tree *tree, const struct rgi_arrow *arrow, bool is_last)
{
  uint32_t child = far_end(tree, arrow);
  add_branch(tree, is_last);
  add_phrase(tree, arrow);
  add_box(tree, child);
  bool was_shown = tree->is_shown[child];
  tree->is_shown[child] = true;
  rgi_text_puts(&tree->text, was_shown && !is_value(&tree->view->boxes[child]) ? " (above)\n" : "\n");
  if (was_shown || !has_children(tree, child))
    return NULL;
  if (tree->num_levels <= MAX_INDENTED)
    rgi_text_puts(&tree->prefix, is_last ? "   " : "\xe2\x94\x82  ");
  return open_box(tree, child);
}

static rg_error *add_tree(struct tree *tree, uint32_t top)
{
  if (tree->is_shown[top])
    return NULL;
  tree->is_shown[top] = true;
  rgi_text_clear(&tree->prefix);
  add_box(tree, top);
  rgi_text_puts(&tree->text, "\n");
  RGI_TRY(open_box(tree, top));
  while (tree->num_levels && !tree->text.is_failed) {
    struct level *level = &tree->levels[tree->num_levels - 1];
    if (level->next == tree->begin[level->box + 1]) {
      tree->num_levels--;
      continue;
    }
    tree->prefix.size = level->prefix_size;
    if (tree->prefix.data)
      tree->prefix.data[level->prefix_size] = '\0';
    const struct rgi_arrow *arrow = tree->arrows[level->next++];
    RGI_TRY(add_child(tree, arrow, level->next == tree->begin[level->box + 1]));
  }
  tree->num_levels = 0;
  return NULL;
}

// Trees begin at the targets, but paths are read from the roots, and from where their upper part was cut.
static bool is_top(const struct tree *tree, const struct rgi_box *box)
{
  switch (tree->view->question) {
  case RGI_QUESTION_REFERENCES:
  case RGI_QUESTION_REFERRERS:
    return box->node.role == RG_ROLE_TARGET;
  case RGI_QUESTION_PATHS:
  case RGI_QUESTION_CLOSURES:
    return box->node.role == RG_ROLE_ROOT || box->mark == RGI_MARK_REFERRERS;
  }
  return false;
}

static rg_error *add_trees(struct tree *tree)
{
  const rg_view *view = tree->view;
  for (uint32_t i = 0; i < view->num_boxes; i++) {
    if (is_top(tree, &view->boxes[i]))
      RGI_TRY(add_tree(tree, i));
  }
  // Whatever no top leads to: targets without a path, most of all.
  for (uint32_t i = 0; i < view->num_boxes; i++)
    RGI_TRY(add_tree(tree, i));
  return NULL;
}

// Terminals get plain spaces between thousands.
static rg_error *write_plain(const struct rgi_text *text, const rg_writer *writer)
{
  RGI_TRY(rgi_text_error(text));
  RGI_SCOPED_TEXT plain = RGI_TEXT_INIT;
  const char *rest = rgi_text_string(text);
  for (const char *space; (space = strstr(rest, RGI_NARROW_SPACE)); rest = space + strlen(RGI_NARROW_SPACE)) {
    rgi_text_add(&plain, rest, (size_t)(space - rest));
    rgi_text_puts(&plain, " ");
  }
  rgi_text_puts(&plain, rest);
  RGI_TRY(rgi_text_error(&plain));
  return writer->write(writer->context, plain.data, plain.size);
}

rg_error *rg_view_write_text(const rg_view *view, const rg_writer *writer)
{
  __attribute__((cleanup(deinit))) struct tree tree = {0};
  RGI_TRY(init(&tree, view));
  RGI_TRY(add_trees(&tree));
  rgi_view_write_sites(view, &tree.text);
  if (*view->caption)
    rgi_text_printf(&tree.text, "\n%s\n", view->caption);
  return write_plain(&tree.text, writer);
}
