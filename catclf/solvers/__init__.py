"""How w and b are found.

A solver sees the examples only through an `Objective`: their number and size, and one pass over
them that gives the cost and its gradients.
"""
