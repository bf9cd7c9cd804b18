"""The studio: one page on this machine, with a spec, its picture and its costs beside each other.

A page asks and is answered; the server keeps nothing that a request could set.

gate         which requests are let in
server       the way of a request: through the gate, to a file of the page or to an answer
bundle       the files of the page, and the headers of everything that is sent
questions    which questions there are; asked, their values, read from JSON
answers/     what is answered, by kinds of questions; told, what several of them tell
desk         what is kept between questions: disk, the file; aside, what takes long
looking      the network that is looked at, perhaps changed or at another input
page/        the page, built from editors/studio
"""
