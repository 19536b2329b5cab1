"""The trials: what every operation of the product draws with the mini models, judged by image analysis alone."""
