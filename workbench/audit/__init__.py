"""The access record: an append-only hash chain, its checkpoints, its verification, and what a reviewer asks of it."""
