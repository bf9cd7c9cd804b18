"""Pictures of networks: what to draw, where it stands, and how each format writes it.

The layout is our own. A picture must be the same to the byte on every machine, which Graphviz does
not promise, and a network must look like its table: a frame for each stage, a box for each row. The
method is Sugiyama's (layers, order, columns), applied to each frame on its own.

picture      what a picture shows, without positions: boxes, groups, wires, a legend
network      the picture of a network; outline, what is a box and what a frame; opening, which of
             them a reader opens; wires, faults, choices, lanes, what leads to a box or is in it;
             captions, the lines on a box; words, how figures are written; details, where a box is
             written and what it costs
cell         the picture of an attention cell
layout       frames, a diagram laid out, frame by frame; layers, columns, placing, the steps for one
             frame: which rank, which order and column, how far down; parts, where a long diagram is
             cut; geometry, areas and paths
sheets       the whole picture with positions: columns and cells beside and below each other; page,
             what these are made of; legend, the texts around a diagram
style, paints
             the widths of texts, the sizes of boxes; colours on light and dark ground
svg, dot, mermaid
             the formats; Graphviz and Mermaid lay pictures out themselves
charts       family, the chart of a family; chart, what any chart shows; page, labels, its layout
"""
