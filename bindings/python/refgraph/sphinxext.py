"""An extension of Sphinx's: the directive ``refgraph`` draws objects, as the Python in it shows them.

In conf.py::

    extensions = ["refgraph.sphinxext"]

and in a document::

    .. refgraph::
       :caption: The counter keeps its rows.
       :include-source:

       import refgraph

       def make_counter(rows):
           return lambda: len(rows)

       refgraph.show_refs(make_counter(list(range(1_000_000))))

The last statement that gives a :class:`refgraph.Drawing` is what is shown, and of a :class:`refgraph.Report` its
likeliest leak. Each directive is a program: it runs in a process of its own, as ``__main__``, with the ``sys.path``
that conf.py made, in the folder of the documents. Pictures call its file ``example.py``.

Options:

``:object: pkg.mod:name``
    Instead of Python, draws what this object refers to, as :func:`refgraph.show_refs` does; with ``:depth:``,
    ``:max-nodes:`` and ``:direction:`` (LR or TB).
``:include-source:``
    Shows the Python above the picture.
``:alt:``
    What is read where the picture cannot be seen. Without it, a sentence that says what the drawing shows.
``:caption:``, ``:name:``, ``:align:``, ``:class:``
    As for ``sphinx.ext.graphviz``.

``refgraph_exec = False`` in conf.py executes nothing: the Python stands where the picture would be.

HTML gets SVG, LaTeX gets PDF, and text, manual pages and Texinfo the words of ``:alt:``. Pictures are files in
``_images`` whose names tell their content, drawn if they are not there. What goes wrong in a directive is a warning of
Sphinx's, of the type ``refgraph``, with the line.
"""

import json
import os
import posixpath
import subprocess
import sys

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.ext.graphviz import align_spec, figure_wrapper
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import set_source_info

from ._info import VERSION

_logger = logging.getLogger(__name__)

_FORMATS = {"html": "svg", "latex": "pdf"}  # by the format of a builder

# Not by -m, which would look for modules in the folder of the documents first.
_EXAMPLE = "import sys; del sys.path[0]; from refgraph._example import main; main()"


class refgraph_picture(nodes.General, nodes.Element):
    """A picture: its ``example``, the ``stem`` of its files, and its ``alt``."""


def _draw(builder, example):
    """Runs an example, and draws it in the format of a builder. Returns the answer of ``refgraph._example``."""
    folder = os.path.join(builder.outdir, builder.imagedir)
    os.makedirs(folder, exist_ok=True)
    request = {"example": example, "folder": folder, "format": _FORMATS.get(builder.format)}
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", _EXAMPLE],
        input=json.dumps(request),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=builder.srcdir,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},  # sets in the same order in every build
    )
    if done.returncode or not done.stdout:
        return {"error": f"its process ended with status {done.returncode}", "line": None}
    return json.loads(done.stdout)


def _direction(argument):
    return directives.choice(argument, ("lr", "tb")).upper()


_OBJECT_OPTIONS = {"depth": "max_depth", "max-nodes": "max_nodes", "direction": "rankdir"}


class Refgraph(SphinxDirective):
    """Draws what its Python shows, or what an object refers to."""

    has_content = True
    option_spec = {
        "object": directives.unchanged_required,
        "depth": directives.nonnegative_int,
        "max-nodes": directives.positive_int,
        "direction": _direction,
        "include-source": directives.flag,
        "alt": directives.unchanged,
        "caption": directives.unchanged,
        "name": directives.unchanged,
        "align": align_spec,
        "class": directives.class_option,
    }

    def run(self):
        self.assert_is_well_formed()
        source = self.source_block()
        if not self.config.refgraph_exec:
            return [self.framed(source)]
        picture = self.picture()
        if picture is None:
            return [source]
        return [source] * ("include-source" in self.options) + [self.framed(picture)]

    def assert_is_well_formed(self):
        if bool(self.content) == ("object" in self.options):
            raise self.error("refgraph: give either Python to run or :object: pkg.mod:name")
        for option in _OBJECT_OPTIONS:
            if option in self.options and self.content:
                raise self.error(f"refgraph: :{option}: is for :object:; Python says it in its call")

    def source_block(self):
        text = "\n".join(self.content) or self.options["object"]
        block = nodes.literal_block(text, text, language="python")
        set_source_info(self, block)
        return block

    def example(self):
        if self.content:
            return {"code": "\n".join(self.content)}
        options = {keyword: self.options[name] for name, keyword in _OBJECT_OPTIONS.items() if name in self.options}
        return {"object": self.options["object"], **options}

    def picture(self):
        """The node of the picture; None, after a warning, if there is none."""
        example = self.example()
        answer = _draw(self.env.app.builder, example)
        if "error" in answer:
            _warn(answer, self.location(answer["line"]))
            return None
        if answer["source"]:
            self.env.note_dependency(answer["source"])
        node = refgraph_picture(example=example, stem=answer["stem"], alt=self.options.get("alt", answer["sentence"]))
        node["classes"] = ["refgraph", *self.options.get("class", ())]
        if "align" in self.options:
            node["align"] = self.options["align"]
        set_source_info(self, node)
        return node

    def framed(self, node):
        """The node, or the figure with it and its caption, which is what others refer to by name."""
        if "caption" in self.options:
            node = figure_wrapper(self, node, self.options["caption"])
        self.add_name(node)
        return node

    def location(self, line):
        """Where the directive is, or a line of its Python."""
        if line is None:
            source, line = self.get_source_info()
        else:
            source, index = self.content.info(line - 1)
            line = index + 1
        return f"{source}:{line}"


def _warn(answer, location):
    _logger.warning("refgraph: %s", answer["error"], type="refgraph", location=location)


def _uri(builder, node):
    """Where a page finds the picture, drawn now if it was read for a builder of another format; None: it cannot be."""
    name = f"{node['stem']}.{_FORMATS[builder.format]}"
    if not os.path.exists(os.path.join(builder.outdir, builder.imagedir, name)):
        answer = _draw(builder, node["example"])
        if "error" in answer:
            _warn(answer, node)
            return None
    return posixpath.join(builder.imgpath, name)


def _visit(writer, node, child):
    """Writes another node in the place of one."""
    child.parent = node.parent
    child.walkabout(writer)
    raise nodes.SkipNode


def _image(node, uri):
    image = nodes.image(uri=uri, alt=node["alt"], classes=node["classes"])
    if "align" in node:
        image["align"] = node["align"]
    return image


def _visit_html(writer, node):
    """An image, which follows the colour scheme of its page, as SVG within the page would not.

    It leads to the picture alone, at its own size, with what there is to tell of the object that is pointed at.
    """
    uri = _uri(writer.builder, node)
    if uri is None:
        _visit_words(writer, node)
    _visit(writer, node, nodes.reference("", "", _image(node, uri), refuri=uri, internal=True))


def _visit_latex(writer, node):
    uri = _uri(writer.builder, node)
    if uri is None:
        _visit_words(writer, node)
    _visit(writer, node, _image(node, uri))


def _visit_words(writer, node):
    _visit(writer, node, nodes.paragraph("", f"[{node['alt']}]"))


# Where a page says nothing of its scheme, browsers show an image of it in that of the system: dark on a white page.
# No theme is weaker than this rule.
_SCHEME = "<style>:where(:root){color-scheme:light}</style>"


def _say_the_scheme(app, pagename, templatename, context, doctree):
    if doctree and any(doctree.findall(refgraph_picture)):
        context["metatags"] += _SCHEME


def setup(app):
    """What Sphinx calls."""
    words = (_visit_words, None)
    app.add_node(
        refgraph_picture, html=(_visit_html, None), latex=(_visit_latex, None), text=words, man=words, texinfo=words
    )
    app.add_directive("refgraph", Refgraph)
    app.add_config_value("refgraph_exec", True, "env", [bool])
    app.connect("html-page-context", _say_the_scheme)
    return {"version": VERSION, "parallel_read_safe": True, "parallel_write_safe": True}
