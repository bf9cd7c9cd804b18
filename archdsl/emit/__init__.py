"""Graph to Python: instances of blocks become classes, which say what the text of a block says.

bodies       blocks as their classes see them: sizes and parameters in a constructor's terms
structure    what stands in each instance of a block, and what it reads
classes      instances that can share one plan: a class for each block, more where one cannot serve
leaves       what expressions read: parameters and sizes, and which of them never differ
terms        expressions of the language as Python says them: computed, and written
arguments    what a class needs, said as it was written, in arguments of its constructor
slots        what a class holds for each member; stages, those of a table as sequences
forward      the body of `forward`; templates, forms of operations as expressions
writer, network, initialise
             a class, the network's class, and how its weights start
module       the whole file, with its docstring and constants; folder, what stands beside it
python/      Python as a tree that prints itself in black's layout
targets/     what a module can be made for: passes before, forms of operations
"""
