"""NVIDIA Triton Inference Server. Facts stand in provider.toml; there is no code."""
