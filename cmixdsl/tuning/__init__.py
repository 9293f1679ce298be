"""Finds the schedule of each layer by measuring candidates on a simulated core."""
