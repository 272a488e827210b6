"""What notebooks show."""

import base64
import html


def picture(svg, caption):
    """HTML for an SVG picture: an image, since untrusted notebooks, and some converters, drop elements of SVG."""
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img alt="{html.escape(caption)}" src="data:image/svg+xml;base64,{data}">'


def text(words):
    """HTML for text that is laid out in columns."""
    return f'<pre class="refgraph">{html.escape(words)}</pre>'
