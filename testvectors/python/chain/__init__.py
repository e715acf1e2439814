"""What Ethereum says of blocks: RLP, tries, signatures, transactions, receipts, accounts.

Written from the Yellow Paper and the EIPs.
"""
