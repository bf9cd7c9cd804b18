"""The studio: one page on this machine, with a spec, its picture and its costs beside each other.

A page asks and is answered; the server keeps nothing that a request could set.

gate         which requests are let in
server       the way of a request: through the gate, to a file of the page or to an answer
bundle       the files of the page, and the headers of everything that is sent
disk         the spec on disk: as it is, saved, and written under another name
asked        what a page asks for, read from JSON
desk         the answers to what is asked of a text; looking, the network that is looked at; words,
             what can be written and what a word means; told, what is found as JSON
aside        what takes long, judged in a process of its own
page/        the page, built from editors/studio
"""
