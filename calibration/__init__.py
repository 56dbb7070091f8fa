"""Fits the ranking and the confidence on labelled logs; needed by `scripts/calibrate` alone."""
