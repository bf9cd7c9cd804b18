"""A spec as one page: every network with its costs, picture, claims and recipes, and the text.

report       the whole page, through the template `report.html.j2`
network      what it shows of a network; costs, spaces, claims, pictures, the parts of that
texts        the files of the spec, to whose lines all parts link
excerpts     mistakes at their places

Values hold finished texts, which the template escapes; links lead to places that are numbered here.
So nothing that a spec says becomes a part of the page's markup.
"""
