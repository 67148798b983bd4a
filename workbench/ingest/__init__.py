"""Transfers in: from a vendor's file to checked reads, with nothing lost, doubled or dropped in silence."""
