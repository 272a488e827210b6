#include "style.h"

#define INK "#24292f"
#define LINE "#6e7781"
#define STRING_(x) #x
#define STRING(x) STRING_(x)

/* --- defaults --------------------------------------------------------------------------------------------------- */

const struct rgi_look *rgi_look_graph(void)
{
  static const struct rgi_look look[] = {
    {"bgcolor", "white"},   {"pad", STRING(RGI_PAD)}, {"nodesep", "0.18"}, {"fontname", RGI_FONT},
    {"fontcolor", "#57606a"}, {"fontsize", "9"},      {"labelloc", "b"},   {"labeljust", "l"},
    {0, 0},
  };
  return look;
}

const struct rgi_look *rgi_look_direction(rg_direction direction)
{
  static const struct rgi_look left_right[] = {{"rankdir", "LR"}, {"ranksep", "0.35"}, {0, 0}};
  static const struct rgi_look top_bottom[] = {{"rankdir", "TB"}, {"ranksep", "0.28"}, {0, 0}};
  return direction == RG_DIRECTION_TOP_BOTTOM ? top_bottom : left_right;
}

const struct rgi_look *rgi_look_rung(enum rgi_rung rung)
{
  static const struct rgi_look full[] = {{"ordering", "out"}, {0, 0}};
  // Names beside the arrows have no room of their own: the ranks stand further apart.
  static const struct rgi_look beside[] = {
    {"ordering", "out"}, {"nslimit", "1"}, {"nslimit1", "1"}, {"ranksep", "0.7"}, {0, 0},
  };
  // A limited simplex gives bad positions, through which curves of many arrows are routed slowly or never.
  static const struct rgi_look tuned[] = {
    {"nslimit", "1"}, {"nslimit1", "1"}, {"mclimit", "0.1"}, {"splines", "line"}, {"ranksep", "0.7"}, {0, 0},
  };
  // Arrows pass behind boxes. The limits are for dot, which lays out what is written as DOT.
  static const struct rgi_look levels[] = {
    {"nslimit", "0.1"}, {"nslimit1", "0.5"}, {"mclimit", "0.1"}, {"splines", "line"}, {"ranksep", "0.7"},
    {"outputorder", "edgesfirst"}, {0, 0},
  };
  switch (rung) {
  case RGI_RUNG_FULL:
    return full;
  case RGI_RUNG_BESIDE:
    return beside;
  case RGI_RUNG_TUNED:
    return tuned;
  case RGI_RUNG_LEVELS:
    return levels;
  }
  return full;
}

const struct rgi_look *rgi_look_node(void)
{
  static const struct rgi_look look[] = {
    {"label", ""},           {"shape", "box"},   {"style", "filled"},  {"fillcolor", "white"},
    {"color", LINE},         {"fontcolor", INK}, {"fontsize", "10"},   {"fontname", RGI_FONT},
    {"margin", "0.1,0.05"},  {"height", "0.28"}, {"width", "0"},       {"penwidth", "0.8"},
    {0, 0},
  };
  return look;
}

const struct rgi_look *rgi_look_edge(void)
{
  static const struct rgi_look look[] = {
    {"color", LINE},   {"fontcolor", INK},  {"fontname", RGI_FONT}, {"fontsize", "9"},
    {"penwidth", "0.8"}, {"arrowsize", "0.6"}, {"class", "arrow"}, {0, 0},
  };
  return look;
}

/* --- boxes ------------------------------------------------------------------------------------------------------ */

const struct rgi_look *rgi_look_style(rg_style style)
{
  static const struct rgi_look root[] = {
    {"fillcolor", "#2f3b4a"}, {"color", "#2f3b4a"}, {"fontcolor", "white"}, {0, 0},
  };
  static const struct rgi_look external[] = {
    {"fillcolor", "#2f3b4a"}, {"color", "#2f3b4a"}, {"fontcolor", "white"}, {"shape", "octagon"},
    {"margin", "0.02,0"},     {0, 0},
  };
  static const struct rgi_look module[] = {{"shape", "tab"}, {"fillcolor", "#eaeef2"}, {0, 0}};
  static const struct rgi_look callable[] = {
    {"style", "filled,rounded"}, {"fillcolor", "#dcebfb"}, {"color", "#3b6ea5"}, {0, 0},
  };
  static const struct rgi_look instance[] = {{0, 0}};
  static const struct rgi_look container[] = {{"fillcolor", "#f3efe4"}, {"color", "#8a7f62"}, {0, 0}};
  static const struct rgi_look value[] = {{"penwidth", "0"}, {"margin", "0.05,0.02"}, {"height", "0.2"}, {0, 0}};
  static const struct rgi_look cut[] = {
    {"style", "filled,dashed"}, {"color", "#8c959f"}, {"fontcolor", "#57606a"}, {"fontsize", "9"},
    {"margin", "0.08,0.03"}, {"height", "0.22"}, {0, 0},
  };
  switch (style) {
  case RG_STYLE_ROOT:
    return root;
  case RG_STYLE_EXTERNAL:
    return external;
  case RG_STYLE_MODULE:
    return module;
  case RG_STYLE_CALLABLE:
    return callable;
  case RG_STYLE_INSTANCE:
    return instance;
  case RG_STYLE_CONTAINER:
    return container;
  case RG_STYLE_VALUE:
    return value;
  case RG_STYLE_CUT:
    return cut;
  }
  return instance;
}

const struct rgi_look *rgi_look_many(void)
{
  static const struct rgi_look look[] = {{"peripheries", "2"}, {0, 0}};
  return look;
}

// As with a marker pen: ink on yellow, 13 : 1, in a border of its own, whatever the box was before.
const struct rgi_look *rgi_look_highlighted(void)
{
  static const struct rgi_look look[] = {
    {"fillcolor", "#fff3b0"}, {"color", "#9a6700"}, {"fontcolor", INK}, {"penwidth", "1.6"}, {0, 0},
  };
  return look;
}

const struct rgi_look *rgi_look_target(bool is_many)
{
  static const struct rgi_look one[] = {{"penwidth", "2.4"}, {0, 0}};
  // Two thick rings would shout.
  static const struct rgi_look many[] = {{"penwidth", "1.4"}, {0, 0}};
  return is_many ? many : one;
}

/* --- arrows ----------------------------------------------------------------------------------------------------- */

// Told from the others by weight, so that it stays so in grey.
const struct rgi_look *rgi_look_suspect(void)
{
  static const struct rgi_look look[] = {
    {"color", "#b42318"}, {"fontcolor", "#b42318"}, {"fontname", RGI_FONT_BOLD},
    {"penwidth", "2.6"},  {"arrowsize", "0.8"},     {"class", "suspect"}, {0, 0},
  };
  return look;
}

const struct rgi_look *rgi_look_weak(void)
{
  static const struct rgi_look look[] = {{"style", "dashed"}, {"arrowhead", "onormal"}, {0, 0}};
  return look;
}

const struct rgi_look *rgi_look_cut_edge(void)
{
  static const struct rgi_look look[] = {{"style", "dotted"}, {"arrowhead", "none"}, {0, 0}};
  return look;
}

/* --- SVG -------------------------------------------------------------------------------------------------------- */

const char *rgi_style_class(rg_style style)
{
  switch (style) {
  case RG_STYLE_ROOT:
    return "root";
  case RG_STYLE_EXTERNAL:
    return "external";
  case RG_STYLE_MODULE:
    return "module";
  case RG_STYLE_CALLABLE:
    return "callable";
  case RG_STYLE_INSTANCE:
    return "instance";
  case RG_STYLE_CONTAINER:
    return "container";
  case RG_STYLE_VALUE:
    return "value";
  case RG_STYLE_CUT:
    return "cut";
  }
  return "instance";
}

// The rules name only classes of ours inside an svg of ours: the page around an inline picture keeps its looks, and
// so does a box that has colours of the caller's. An outline with fill="none" stays one: the outer ring of a double
// border, the open head of a weak arrow.
#define SHAPES(class) BOX(class, polygon) "," BOX(class, path)
#define BOX(class, shape) "svg.refgraph ." #class " " #shape ":not([fill=\"none\"])"
#define OUTLINES(class) OUTLINE(class, polygon) "," OUTLINE(class, polyline) "," OUTLINE(class, path)
#define OUTLINE(class, shape) "svg.refgraph ." #class " " #shape
#define LETTERS(class) "svg.refgraph ." #class " text"
#define RULE(class, fill, stroke, ink) \
  SHAPES(class) "{fill:" fill "}\n" OUTLINES(class) "{stroke:" stroke "}\n" LETTERS(class) "{fill:" ink "}\n"

const char *rgi_style_sheet(void)
{
  return "<style>\n@media (prefers-color-scheme: dark) {\n"
         "svg.refgraph .graph>polygon{fill:#0d1117}\n"
         "svg.refgraph .graph>text{fill:#9aa4af}\n" RULE(root, "#c9d4df", "#c9d4df", "#0d1117")
           RULE(external, "#c9d4df", "#c9d4df", "#0d1117") RULE(module, "#21262d", "#8b949e", "#e6edf3")
             RULE(callable, "#12304f", "#6ea8e0", "#e6edf3") RULE(instance, "#161b22", "#8b949e", "#e6edf3")
               RULE(container, "#2b2719", "#a99c77", "#e6edf3") RULE(value, "#0d1117", "#0d1117", "#e6edf3")
                 RULE(cut, "#0d1117", "#8b949e", "#9aa4af") RULE(highlighted, "#4a3a00", "#d4a72c", "#e6edf3")
                   RULE(arrow, "#8b949e", "#8b949e", "#e6edf3")
                     RULE(suspect, "#ff7b72", "#ff7b72", "#ff7b72") "}\n</style>\n";
}
