"""ALPR Workbench."""
