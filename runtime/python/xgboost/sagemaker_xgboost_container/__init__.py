"""Stands for AWS's package of this name in scripts that were written for its XGBoost container: what its examples import. Written anew, on XGBoost's own API."""
