"""The Python runtime of a Cloister session; runtime.py beside this folder starts it."""
