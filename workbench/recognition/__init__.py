"""Reading plates in pictures, offline: with weights that are part of the package."""

__all__: list[str] = []
