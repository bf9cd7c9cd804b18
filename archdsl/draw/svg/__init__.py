"""Pictures and charts as SVG, and as PNG through resvg, which is an extra of the package.

document     the document around the elements, with its style sheet for dark ground; PNG
elements     texts, rectangles, numbers: every text of a spec is escaped there or where a title is
             written, since a spec is untrusted
picture, chart
             the elements of a picture of boxes, and of a chart
"""

from archdsl.draw.svg.chart import chart_png, chart_svg
from archdsl.draw.svg.picture import pngs, svg, svg_strip

__all__ = ["chart_png", "chart_svg", "pngs", "svg", "svg_strip"]
