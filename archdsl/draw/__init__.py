"""Pictures of networks: what to draw, where it stands, and how each format writes it.

The layout is our own. A picture must be the same to the byte on every machine, which Graphviz does
not promise, and a network must look like its table: a frame for each stage, a box for each row. The
method is Sugiyama's (layers, order, columns), applied to each frame on its own.

picture      what a picture shows, without positions: boxes, groups, wires, a legend
network      the picture of a network; outline, what is a box and what a frame; opening, which of
             them a reader opens; captions, the lines on a box; details, where it is written and
             what it costs
cell         the picture of an attention cell
page         the whole picture with positions: diagrams beside each other, titles, the legend
layout       frames, a diagram laid out, frame by frame; layers, columns, placing, the steps for one
             frame: which rank, which order and column, how far down; geometry, areas and paths
style        colours, the widths of texts, the sizes of boxes
svg, dot, mermaid
             the formats; Graphviz and Mermaid lay pictures out themselves
charts       family, the chart of a family; chart, what any chart shows; page, labels, its layout
"""
