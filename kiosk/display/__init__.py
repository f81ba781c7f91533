"""Displays, one file each: ``driver = "led-matrix"`` is served by ``led_matrix.py``."""
