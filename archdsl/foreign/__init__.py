"""Names of torch, NumPy, Keras, einops, timm and Python, and what is meant by them here.

It is asked only where something is wrong, and knows nothing of the language but words.
"""
