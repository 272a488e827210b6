"""What refgraph.objgraph writes of an object and of a reference, in objgraph's dialect of DOT.

With that module it is the one that calls repr() and getattr() on objects. What it looks at it takes by type(), never by
`__class__`, but for finding `__del__`, which objgraph looks for there.
"""

import inspect
import os
import types


# --- names ------------------------------------------------------------------------------------------------------------


def _short_name(kind):
    return kind.__name__


def _long_name(kind):
    module = kind.__module__
    return f"{module}.{kind.__name__}" if module else kind.__name__


def naming(shortnames):
    return _short_name if shortnames else _long_name


# --- nodes ------------------------------------------------------------------------------------------------------------


def node_id(obj):
    return "o%d" % id(obj)


def label(obj, extra_info=None, num_references=None, shortnames=True):
    name = naming(shortnames)(type(obj))
    if num_references is not None:
        name += " [%d]" % num_references
    lines = [name, safe_repr(obj)]
    if extra_info:
        lines.append(str(extra_info(obj)))
    return quote("\n".join(lines))


def extra_attributes(obj, extra_node_attrs):
    if extra_node_attrs is None:
        return ""
    attributes = sorted(extra_node_attrs(obj).items())
    return ", " + ", ".join('%s="%s"' % (name, quote(str(value))) for name, value in attributes if value is not None)


def quote(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\0", "\\\\0")


def gradient(start_color, end_color, depth, max_depth):
    if max_depth == 0:
        return start_color
    share = depth / max_depth
    (h, s, v), (end_h, end_s, end_v) = start_color, end_color
    return h + (end_h - h) * share, s + (end_s - s) * share, v + (end_v - v) * share


def safe_repr(obj):
    try:
        return short_repr(obj)
    except Exception:
        return "(unrepresentable)"


def short_repr(obj):
    kind = type(obj)
    if issubclass(kind, (type, types.ModuleType, types.BuiltinFunctionType)):
        return _name_or_repr(obj)
    if issubclass(kind, types.MethodType):
        return _name_or_repr(obj.__func__) + (" (bound)" if obj.__self__ else "")
    if issubclass(kind, types.FunctionType) and obj.__name__ == "<lambda>":
        code = obj.__code__
        return "lambda: %s:%s" % (os.path.basename(code.co_filename), code.co_firstlineno)
    if issubclass(kind, types.FrameType):
        return "%s:%s" % (obj.f_code.co_filename, obj.f_lineno)
    if issubclass(kind, (tuple, list, dict, set)):
        return "%d items" % len(obj)
    return repr(obj)[:40]


def _name_or_repr(obj):
    name = getattr(obj, "__name__", None)
    return name if type(name) is str else repr(obj)[:40]


def write_look(file, node, obj, depth, max_depth, highlight):
    hue, saturation, value = gradient((0, 0, 1), (0, 0, 0.3), depth, max_depth)
    if inspect.ismodule(obj):
        hue, saturation = 0.3, 1
    if highlight and highlight(obj):
        hue, saturation, value = 0.6, 0.6, 0.5 + value * 0.5
    file.write('  %s[fillcolor="%g,%g,%g"];\n' % (node, hue, saturation, value))
    if value < 0.5:
        file.write("  %s[fontcolor=white];\n" % node)
    if hasattr(getattr(obj, "__class__", None), "__del__"):
        file.write("  %s->%s_has_a_del[color=red,style=dotted,len=0.25,weight=10];\n" % (node, node))
        file.write(
            '  %s_has_a_del[label="__del__",shape=doublecircle,height=0.25,color=red,fillcolor="0,.5,1",fontsize=6];\n'
            % node
        )


def write_skipped(file, node, num_skipped, is_forward, depth, max_depth):
    arrow = "%s->too_many_%s" if is_forward else "too_many_%s->%s"
    what = "references" if is_forward else "backreferences"
    color = "%g,%g,%g" % gradient((0, 1, 1), (0, 1, 0.3), depth, max_depth)
    file.write("  %s[color=red,style=dotted,len=0.25,weight=10];\n" % (arrow % (node, node)))
    file.write(
        '  too_many_%s[label="%d more %s",shape=box,height=0.25,color=red,fillcolor="%s",fontsize=6];\n'
        % (node, num_skipped, what, color)
    )
    file.write("  too_many_%s[fontcolor=white];\n" % node)


# --- edges ------------------------------------------------------------------------------------------------------------


def edge_label(source, target, shortnames=True):
    """What a reference is: the name of an attribute, or of a key of a dict; empty for others."""
    if issubclass(type(target), dict) and target is getattr(source, "__dict__", None):
        return ' [label="__dict__",weight=10]'
    name = _attribute_name(source, target)
    if name is not None:
        return ' [label="%s",weight=10]' % quote(name)
    if issubclass(type(source), dict):
        for key, value in source.items():
            if value is target:
                return _key_label(key, shortnames)
    return ""


def _attribute_name(source, target):
    kind = type(source)
    if issubclass(kind, types.FrameType):
        names = ["f_locals", "f_globals"]
    elif issubclass(kind, types.MethodType):
        names = ["__self__", "__func__"]
    elif issubclass(kind, types.FunctionType):
        names = dir(source)
    else:
        return None
    return next((name for name in names if _is_attribute(source, name, target)), None)


def _is_attribute(source, name, target):
    try:
        return getattr(source, name) is target
    except Exception:
        return False


def _key_label(key, shortnames):
    if type(key) is str and key.isascii() and key.isidentifier():
        return ' [label="%s",weight=2]' % key
    return ' [label="%s"]' % quote(naming(shortnames)(type(key)) + "\n" + safe_repr(key))
