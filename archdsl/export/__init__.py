"""Networks for other runtimes: a build folder's module as a program of torch.export, or as ONNX."""
