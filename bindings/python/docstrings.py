"""Turns a stub file into a C header of docstrings: docstrings.py _refgraph.pyi > docstrings.h

Types and docstrings are written once, in the stub. `DOC_Drawing_save` is the docstring of Drawing.save with its
signature in front, as inspect.signature() and help() read it.
"""

import ast
import sys


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", '\\n" \\\n  "')
    return f'"{escaped}"'


def signature(function, in_class):
    """The text signature: no annotations, and `$self` for what the type itself passes."""
    arguments = function.args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        argument.annotation = None
    for argument in (arguments.vararg, arguments.kwarg):
        if argument:
            argument.annotation = None
    text = ast.unparse(arguments)
    first = "self" if in_class else "module"
    if in_class:
        text = text.partition(",")[2].strip()
    return f"{function.name}(${first}{', ' if text else ''}{text})\n--\n\n"


def is_property(function):
    return any(isinstance(decorator, ast.Name) and decorator.id == "property" for decorator in function.decorator_list)


def docstrings(tree):
    yield "module", ast.get_docstring(tree) or ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, signature(node, False) + (ast.get_docstring(node) or "")
        elif isinstance(node, ast.ClassDef):
            yield node.name, ast.get_docstring(node) or ""
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    text = ast.get_docstring(member) or ""
                    name = f"{node.name}_{member.name}"
                    yield name, text if is_property(member) else signature(member, True) + text


def main(path):
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read(), path)
    print(f"/* Made from {path.rpartition('/')[2]} by docstrings.py. */")
    for name, text in docstrings(tree):
        print(f"#define DOC_{name} \\\n  {quoted(text)}")


if __name__ == "__main__":
    main(sys.argv[1])
