"""Retraining: snapshot, export, train, load, gate, promote, prove, report; one run at a time."""
