"""Pictures of networks: what to draw, where it stands, and how each format writes it.

picture      what a picture shows, before anything has a place: boxes, groups, wires, a legend
network      the picture of a network: its wires, its colours, where it broke off; outline, what is
             a box and what a frame; words, what is said on a box
cell         the picture of an attention cell
page         all of a picture at its place: diagrams beside each other, titles, the legend
frames       a diagram laid out, frame by frame; layers, columns, placing, one frame laid out:
             which rows, in which order and how far right, how far down
geometry, style
             areas and paths; colours, how wide texts are, how large boxes are
svg, dot, mermaid
             the formats; Graphviz and Mermaid lay pictures out themselves
family       the chart of a family; chart, what any chart shows; chart_page, labels, its layout
"""
