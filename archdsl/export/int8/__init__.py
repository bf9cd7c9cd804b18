"""An exported ONNX file with 8-bit integers: ranges from clips of a list, accuracy on another."""
