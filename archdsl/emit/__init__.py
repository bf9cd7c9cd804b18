"""Graph to Python: instances of blocks become classes, differences become their arguments.

bodies       blocks as their classes see them: sizes and parameters in a constructor's terms
structure    what stands in each instance of a block, and what it reads
merge        instances that can share one plan
classes      one class for each block, more only where one cannot serve
terms        expressions of the language as Python says them: computed, and written
leaves       what expressions read: parameters and sizes, and which of them never differ
columns, arguments
             what a class needs, said as it was written, in arguments of its constructor
slots        what a class holds for each member; stages, those of a table as sequences
forward      the body of `forward`; templates, forms of operations as expressions
writer, network, initialise
             a class, the network's class, and how its weights start
module       the whole file, through the template; header, its doc string
python/      Python as a tree that prints itself in black's layout
"""
