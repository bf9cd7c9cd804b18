"""Graph to Python: instances of blocks become classes that compute what the block's text computes.

In the order of the work:

entering     types whose sizes are expressions; keys: places of the text inside a block
bodies       each block with sizes and parameters as expressions over its constructor's arguments
instances    the members of each instance of a block, as `structure` has them; references:
             what they read
variants     the instances that differ, and the conditions of the text that tell them apart
merging      one plan for several variants: forks for what only some have; plans, identities,
             ordering
scopes       whether every branch has what it reads
classes      instances that share one class: one for each block, more only where one cannot do
leaves       the parameters and sizes that expressions read, and which of them are constant
kept         parameters that stay arguments, though they are constant
opens        the parameters of the network that are arguments of its class
readings     the expressions of a block's text that hold in all instances of its class
terms        expressions of the language in Python: rewritten, computed, and printed
integers     quotients as floor divisions, where an integer is wanted
arguments    the arguments of a constructor, and expressions over them; refusals of values
sizes        the sizes of a clip that a module fixes, so that it must refuse others
columns      the values of a member in all instances; attributes: the names of modules
members      the members of a class as they are printed, and parts: forks and stages of them
slots        the attribute or the expression of each member; stored: what `forward` needs besides
expressions  what a method computes in place: operations, and calls of functions
stages       tables as `nn.Sequential`, loops
paths        where layers are in the module: the beginnings of their keys
buffers      constants that the constructor computes
forward      the body of `forward`: variables, branches, tensors; templates: PyTorch forms, parsed
locals       numbers that `forward` computes from sizes and uses more than once
writer, network, initialise
             a class; the network's class; `reset_parameters`; signatures: parameters and types
functions    blocks without state as functions
module       the whole file, with its docstring, constants, and what it has to bring: provided
folder       the files beside it: manifest; pages: templates filled in
names        names of the language as valid and unused names of Python
python/      Python as a tree that prints itself in black's layout
targets/     what a module can be generated for: passes, and forms of operations
"""
