"""Writes trained networks as ONNX in the folder layouts of diffusers and transformers.js."""
