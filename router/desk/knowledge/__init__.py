"""The editor's moves: entries, releases, misses, training, trying, bringing in and out."""
