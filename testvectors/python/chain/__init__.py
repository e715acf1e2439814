"""Signed transactions: what the chains among the vectors are made of. Written from the Yellow Paper and the EIPs."""
