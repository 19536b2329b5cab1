"""Training of the mini model family: world, judge, networks, training stages and ONNX export."""
