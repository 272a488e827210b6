/* The layout of large pictures: which level a box gets, how a level is ordered, where that is on the page. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "../../src/renderer/sheet.h"
#include "errors.h"
#include "heap.h"

/* --- helpers ---------------------------------------------------------------------------------------------------- */

struct picture {
  struct rgi_request request;
  struct rgi_levels levels;
  uint32_t *level_of;         // by box
  struct rgi_place *places;
};

static struct picture boxes(uint32_t num_boxes, uint32_t num_arrows)
{
  struct picture picture = {.request.num_nodes = num_boxes, .request.num_edges = num_arrows};
  picture.request.nodes = calloc(num_boxes + 1, sizeof(*picture.request.nodes));
  picture.request.edges = calloc(num_arrows + 1, sizeof(*picture.request.edges));
  picture.level_of = calloc(num_boxes + 1, sizeof(*picture.level_of));
  picture.places = calloc(num_boxes + 1, sizeof(*picture.places));
  for (uint32_t i = 0; i < num_boxes; i++)
    picture.request.nodes[i].role = RG_ROLE_OTHER;
  return picture;
}

static void picture_deinit(struct picture *picture)
{
  rgi_levels_deinit(&picture->levels);
  free(picture->request.nodes);
  free(picture->request.edges);
  free(picture->level_of);
  free(picture->places);
}
#define SCOPED_PICTURE __attribute__((cleanup(picture_deinit))) struct picture

static void arrow(struct picture *picture, uint32_t i, uint32_t source, uint32_t target)
{
  picture->request.edges[i] = (struct rgi_request_edge){source, target, RG_EDGE_ATTRIBUTE, false, "", ""};
}

// Checks that each box is in one level, and that no level is empty.
static void find_levels(struct picture *picture)
{
  must(rgi_levels_find(&picture->request, &picture->levels));
  const struct rgi_levels *levels = &picture->levels;
  for (uint32_t i = 0; i < picture->request.num_nodes; i++)
    picture->level_of[i] = UINT32_MAX;
  for (uint32_t level = 0; level < levels->num_levels; level++) {
    cr_assert_lt(levels->begin[level], levels->begin[level + 1]);
    for (uint32_t i = levels->begin[level]; i < levels->begin[level + 1]; i++) {
      cr_assert_eq(picture->level_of[levels->boxes[i]], UINT32_MAX, "box %u is there twice", levels->boxes[i]);
      picture->level_of[levels->boxes[i]] = level;
    }
  }
  cr_assert_eq(levels->begin[0], 0);
  cr_assert_eq(levels->begin[levels->num_levels], picture->request.num_nodes);
}

static void expect_levels(struct picture *picture, const uint32_t *expected)
{
  find_levels(picture);
  for (uint32_t i = 0; i < picture->request.num_nodes; i++)
    cr_expect_eq(picture->level_of[i], expected[i], "box %u is on level %u", i, picture->level_of[i]);
}

// 0 holds all others.
static struct picture star(uint32_t num_boxes)
{
  struct picture picture = boxes(num_boxes, num_boxes - 1);
  for (uint32_t i = 1; i < num_boxes; i++)
    arrow(&picture, i - 1, 0, i);
  return picture;
}

static struct picture chain(uint32_t num_boxes)
{
  struct picture picture = boxes(num_boxes, num_boxes - 1);
  for (uint32_t i = 1; i < num_boxes; i++)
    arrow(&picture, i - 1, i - 1, i);
  return picture;
}

// 15 boxes: 0 holds 1 and 2, these hold 3 to 6, and these the rest.
static struct picture binary_tree(void)
{
  struct picture picture = boxes(15, 14);
  for (uint32_t i = 1; i < 15; i++)
    arrow(&picture, i - 1, (i - 1) / 2, i);
  return picture;
}

static struct picture random_tree(uint32_t num_boxes, uint32_t seed)
{
  struct picture picture = boxes(num_boxes, num_boxes - 1);
  for (uint32_t i = 1; i < num_boxes; i++)
    arrow(&picture, i - 1, heap_random_below(&seed, i), i);
  return picture;
}

static struct picture random_graph(uint32_t num_boxes, uint32_t num_arrows, uint32_t seed)
{
  struct picture picture = boxes(num_boxes, num_arrows);
  for (uint32_t i = 0; i < num_arrows; i++)
    arrow(&picture, i, heap_random_below(&seed, num_boxes), heap_random_below(&seed, num_boxes));
  return picture;
}

/* --- levels ----------------------------------------------------------------------------------------------------- */

Test(levels, a_box_is_one_level_and_no_box_is_none)
{
  SCOPED_PICTURE one = boxes(1, 0);
  expect_levels(&one, (const uint32_t[]){0});
  SCOPED_PICTURE none = boxes(0, 0);
  find_levels(&none);
  cr_expect_eq(none.levels.num_levels, 0);
  must(rgi_sheet_lay(&none.levels, RG_DIRECTION_LEFT_RIGHT, none.places));
}

Test(levels, count_along_the_arrows_from_what_no_arrow_leads_to)
{
  SCOPED_PICTURE picture = boxes(5, 5);
  arrow(&picture, 0, 3, 1);
  arrow(&picture, 1, 1, 0);
  arrow(&picture, 2, 3, 4);
  arrow(&picture, 3, 0, 2);
  arrow(&picture, 4, 4, 0);
  expect_levels(&picture, (const uint32_t[]){2, 1, 3, 0, 1});
}

Test(levels, what_leads_to_the_target_stands_before_it)
{
  SCOPED_PICTURE picture = boxes(5, 4);
  picture.request.nodes[0].role = RG_ROLE_TARGET;
  arrow(&picture, 0, 1, 0);
  arrow(&picture, 1, 2, 1);
  arrow(&picture, 2, 3, 0);
  arrow(&picture, 3, 0, 4);
  expect_levels(&picture, (const uint32_t[]){2, 1, 0, 1, 3});
}

Test(levels, begin_at_the_roots_where_there_are_any)
{
  SCOPED_PICTURE picture = boxes(5, 5);
  picture.request.nodes[0].role = RG_ROLE_TARGET;
  picture.request.nodes[1].role = RG_ROLE_ROOT;
  picture.request.nodes[2].role = RG_ROLE_ROOT;
  arrow(&picture, 0, 1, 0);
  arrow(&picture, 1, 2, 3);
  arrow(&picture, 2, 3, 4);
  arrow(&picture, 3, 4, 0);
  arrow(&picture, 4, 0, 1);
  expect_levels(&picture, (const uint32_t[]){1, 0, 0, 1, 2});
}

Test(levels, cycles_loops_and_parts_that_hang_nowhere_have_levels_too)
{
  SCOPED_PICTURE picture = boxes(7, 6);
  arrow(&picture, 0, 0, 1);
  arrow(&picture, 1, 1, 2);
  arrow(&picture, 2, 2, 0);
  arrow(&picture, 3, 3, 3);
  arrow(&picture, 4, 4, 5);
  arrow(&picture, 5, 4, 5);
  expect_levels(&picture, (const uint32_t[]){0, 1, 2, 0, 0, 1, 0});
}

// Lowers levels over single arrows until nothing changes.
static void relax(const struct rgi_request *request, uint32_t *levels)
{
  for (bool is_changed = true; is_changed;) {
    is_changed = false;
    for (uint32_t i = 0; i < request->num_edges; i++) {
      const struct rgi_request_edge *edge = &request->edges[i];
      bool is_nearer = levels[edge->source] != UINT32_MAX && levels[edge->source] + 1 < levels[edge->target];
      if (is_nearer)
        levels[edge->target] = levels[edge->source] + 1;
      is_changed |= is_nearer;
    }
  }
}

Test(levels, are_distances_from_the_roots)
{
  for (uint32_t seed = 1; seed <= 100; seed++) {
    SCOPED_PICTURE picture = random_graph(40, 90, seed);
    uint32_t distances[40];
    memset(distances, 0xff, sizeof(distances));
    for (uint32_t i = 0; i < 3; i++) {
      picture.request.nodes[i * 7].role = RG_ROLE_ROOT;
      distances[i * 7] = 0;
    }
    relax(&picture.request, distances);
    find_levels(&picture);
    for (uint32_t i = 0; i < 40; i++) {
      if (distances[i] != UINT32_MAX)
        cr_expect_eq(picture.level_of[i] - picture.level_of[0], distances[i], "seed %u, box %u", seed, i);
    }
  }
}

// Pairs of arrows between the same two levels that cross.
static size_t num_crossings(const struct picture *picture)
{
  uint32_t *places = calloc(picture->request.num_nodes, sizeof(*places));
  for (uint32_t i = 0; i < picture->request.num_nodes; i++)
    places[picture->levels.boxes[i]] = i;
  size_t num = 0;
  for (uint32_t i = 0; i < picture->request.num_edges; i++) {
    for (uint32_t k = 0; k < i; k++) {
      const struct rgi_request_edge *one = &picture->request.edges[i], *other = &picture->request.edges[k];
      bool is_beside = picture->level_of[one->source] == picture->level_of[other->source] &&
                       picture->level_of[one->target] == picture->level_of[other->target];
      bool is_above = places[one->source] < places[other->source];
      num += is_beside && is_above != (places[one->target] < places[other->target]) && one->source != other->source &&
             one->target != other->target;
    }
  }
  free(places);
  return num;
}

Test(levels, of_a_tree_have_no_crossing)
{
  for (uint32_t seed = 1; seed <= 20; seed++) {
    SCOPED_PICTURE picture = random_tree(200, seed);
    find_levels(&picture);
    cr_expect_eq(num_crossings(&picture), 0, "seed %u", seed);
  }
}

Test(levels, a_box_stands_between_those_that_hold_it)
{
  SCOPED_PICTURE picture = boxes(5, 5);
  arrow(&picture, 0, 0, 1);
  arrow(&picture, 1, 0, 2);
  arrow(&picture, 2, 1, 3);
  arrow(&picture, 3, 1, 4);
  arrow(&picture, 4, 2, 3);
  find_levels(&picture);
  cr_expect_eq(num_crossings(&picture), 0);
}

Test(levels, a_chain_of_a_million_boxes_has_a_million_levels)
{
  SCOPED_PICTURE picture = chain(1000000);
  find_levels(&picture);
  cr_expect_eq(picture.levels.num_levels, 1000000);
}

Test(levels, every_allocation_may_fail)
{
  SCOPED_PICTURE picture = random_graph(20, 40, 1);
  struct rgi_levels levels;
  cr_expect_gt(HEAP_TORTURE(rgi_levels_find(&picture.request, &levels), rgi_levels_deinit(&levels)), 5);
}

/* --- sheets ----------------------------------------------------------------------------------------------------- */

static const rg_direction directions[] = {RG_DIRECTION_LEFT_RIGHT, RG_DIRECTION_TOP_BOTTOM};

// Lays the picture with boxes of many sizes.
static void lay(struct picture *picture, rg_direction direction)
{
  uint32_t state = 7;
  for (uint32_t i = 0; i < picture->request.num_nodes; i++) {
    picture->places[i].width = 20 + heap_random_below(&state, 200);
    picture->places[i].height = 15 + heap_random_below(&state, 60);
  }
  find_levels(picture);
  must(rgi_sheet_lay(&picture->levels, direction, picture->places));
}

static bool overlap(const struct rgi_place *a, const struct rgi_place *b)
{
  // Boxes that touch would be as bad.
  return fabs(a->x - b->x) < (a->width + b->width) / 2 + 5 && fabs(a->y - b->y) < (a->height + b->height) / 2 + 5;
}

static void expect_no_overlap(const struct picture *picture)
{
  for (uint32_t i = 0; i < picture->request.num_nodes; i++) {
    for (uint32_t k = 0; k < i; k++)
      cr_assert_not(overlap(&picture->places[i], &picture->places[k]), "%u and %u", i, k);
  }
}

Test(sheet, no_two_boxes_overlap)
{
  for (size_t i = 0; i < 2; i++) {
    for (uint32_t seed = 1; seed <= 10; seed++) {
      SCOPED_PICTURE graph = random_graph(60 * seed, 100 * seed, seed);
      lay(&graph, directions[i]);
      expect_no_overlap(&graph);
      SCOPED_PICTURE tree = random_tree(60 * seed, seed);
      lay(&tree, directions[i]);
      expect_no_overlap(&tree);
    }
  }
}

// Lays the picture, which is used up. Its page has the proportions of a screen, more or less, and is not empty.
static void expect_page(struct picture picture, rg_direction direction)
{
  lay(&picture, direction);
  double left = INFINITY, right = -INFINITY, bottom = INFINITY, top = -INFINITY, area = 0;
  for (uint32_t i = 0; i < picture.request.num_nodes; i++) {
    const struct rgi_place *box = &picture.places[i];
    left = fmin(left, box->x - box->width / 2);
    right = fmax(right, box->x + box->width / 2);
    bottom = fmin(bottom, box->y - box->height / 2);
    top = fmax(top, box->y + box->height / 2);
    area += box->width * box->height;
  }
  double proportion = (right - left) / (top - bottom), used = area / (right - left) / (top - bottom);
  cr_expect(proportion > 0.6 && proportion < 2.5, "%.0f x %.0f", right - left, top - bottom);
  cr_expect(used > 0.1, "%.2f of %.0f x %.0f", used, right - left, top - bottom);
  picture_deinit(&picture);
}

Test(sheet, of_any_shape_is_a_page_and_no_strip)
{
  for (size_t i = 0; i < 2; i++) {
    expect_page(star(1500), directions[i]);
    expect_page(chain(3000), directions[i]);
    expect_page(random_tree(2000, 1), directions[i]);
    expect_page(random_graph(2000, 4000, 1), directions[i]);
    expect_page(boxes(1000, 0), directions[i]);
  }
}

Test(sheet, levels_follow_each_other_in_the_direction_that_is_asked_for)
{
  SCOPED_PICTURE picture = binary_tree();
  lay(&picture, RG_DIRECTION_LEFT_RIGHT);
  for (uint32_t i = 0; i < picture.request.num_edges; i++) {
    const struct rgi_request_edge *edge = &picture.request.edges[i];
    cr_expect_lt(picture.places[edge->source].x, picture.places[edge->target].x);
  }
  SCOPED_PICTURE other = binary_tree();
  lay(&other, RG_DIRECTION_TOP_BOTTOM);
  for (uint32_t i = 0; i < other.request.num_edges; i++) {
    const struct rgi_request_edge *edge = &other.request.edges[i];
    cr_expect_gt(other.places[edge->source].y, other.places[edge->target].y);
  }
}

Test(sheet, rows_of_levels_go_to_and_fro)
{
  SCOPED_PICTURE picture = chain(1000);
  lay(&picture, RG_DIRECTION_LEFT_RIGHT);
  // So that no arrow crosses the page.
  for (uint32_t i = 1; i < 1000; i++) {
    const struct rgi_place *from = &picture.places[i - 1], *to = &picture.places[i];
    cr_expect_lt(hypot(from->x - to->x, from->y - to->y), 300, "%u", i);
  }
}

Test(sheet, a_level_in_columns_keeps_its_order_down_the_page)
{
  SCOPED_PICTURE picture = star(500);
  for (uint32_t i = 0; i < 500; i++)
    picture.places[i] = (struct rgi_place){.width = 80, .height = 30};
  find_levels(&picture);
  must(rgi_sheet_lay(&picture.levels, RG_DIRECTION_LEFT_RIGHT, picture.places));
  for (uint32_t i = 2; i < 500; i++)
    cr_expect_lt(picture.places[i].y, picture.places[i - 1].y, "%u", i);
}

Test(sheet, sizes_that_make_no_sense_end_all_the_same)
{
  SCOPED_PICTURE picture = star(50);
  for (uint32_t i = 0; i < 50; i++)
    picture.places[i] = (struct rgi_place){.width = i % 3 ? 1e300 : INFINITY, .height = i % 2 ? NAN : 0};
  find_levels(&picture);
  must(rgi_sheet_lay(&picture.levels, RG_DIRECTION_LEFT_RIGHT, picture.places));
}

Test(sheet, every_allocation_may_fail)
{
  SCOPED_PICTURE picture = random_graph(20, 40, 1);
  find_levels(&picture);
  cr_expect_gt(HEAP_TORTURE(rgi_sheet_lay(&picture.levels, RG_DIRECTION_LEFT_RIGHT, picture.places), (void)0), 2);
}
