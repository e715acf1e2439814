"""What Ethereum says of blocks: RLP, tries, signatures, transactions, receipts. Written from the Yellow Paper and the EIPs."""
