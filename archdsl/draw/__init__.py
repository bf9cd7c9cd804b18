"""Pictures of networks: what to draw, where it stands, and how each format writes it.

picture      what a picture shows, before anything has a place: boxes, groups, wires, a legend
network      the picture of a network: outline, what is a box and what a frame; wires, what leads
             where; words, what is said on a box; faults, where a network broke off
cell         the picture of an attention cell
page         all of a picture at its place: diagrams beside each other, titles, the legend
frames       a diagram laid out, frame by frame; passages, wires cut at the frames they pass
layers, ordering, columns, placing
             one frame laid out: which rows, in which order, how far right, how far down
geometry, measures, text, colours
             areas and paths; how large boxes are; how wide texts are; what is how warm
svg, png, dot, mermaid
             the formats; Graphviz and Mermaid lay pictures out themselves
"""
