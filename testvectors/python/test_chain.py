"""Grounds `chain` in answers from elsewhere."""

import unittest

from chain import rlp, secp256k1, transactions
from chain.contracts import stored
from chain.hashes import keccak

# The first account of Ethereum's development tools: key and address, as these print them.
KEY = int("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", 16)
ADDRESS = bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")


class Rlp(unittest.TestCase):
    """https://ethereum.org/en/developers/docs/data-structures-and-encoding/rlp/"""

    def test_known(self):
        long = b"Lorem ipsum dolor sit amet, consectetur adipisicing elit"
        nested = [[], [[]], [[], [[]]]]
        for item, data in (
            (b"dog", b"\x83dog"), ([b"cat", b"dog"], b"\xc8\x83cat\x83dog"), (b"", b"\x80"), ([], b"\xc0"),
            (b"\x0f", b"\x0f"), (b"\x04\x00", b"\x82\x04\x00"), (nested, bytes.fromhex("c7c0c1c0c3c0c1c0")),
            (long, b"\xb8\x38" + long),
        ):
            self.assertEqual(rlp.encode(item), data)
        self.assertEqual([rlp.encode(n) for n in (0, 15, 1024)], [b"\x80", b"\x0f", b"\x82\x04\x00"])


class Transactions(unittest.TestCase):
    def test_example_of_eip_155(self):
        key = int("46" * 32, 16)
        tx = transactions.Transaction(0, 9, 21_000, bytes.fromhex("35" * 20), value=10**18, chain_id=1,
                                      max_fee=20 * 10**9, tip=0).signed(key)
        raw = (
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc"
            "2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb196"
            "6a3b6d83"
        )
        self.assertEqual(tx.raw().hex(), raw)

    def test_every_kind_has_its_sender(self):
        self.assertEqual(keccak(secp256k1.public(KEY))[12:], ADDRESS)
        for kind in (0, 1, 2, 4):
            self.assertEqual(transactions.Transaction(kind, 3, 50_000, ADDRESS, b"\0\1").signed(KEY).sender(), ADDRESS)

    def test_gas(self):
        """EIP-2028: 4 gas for a zero byte, 16 for any other; EIP-3860: two gas a word of init code."""
        call = transactions.Transaction(2, 0, 0, ADDRESS, b"\0\0\1")
        self.assertEqual(call.intrinsic(), 21_000 + 2 * 4 + 16)
        create = transactions.Transaction(2, 0, 0, b"", b"\0" * 33)
        self.assertEqual(create.intrinsic(), 21_000 + 33 * 4 + 32_000 + 2 * 2)


class Storage(unittest.TestCase):
    def test_short_bytes_in_storage(self):
        self.assertEqual(stored(b"\xab"), b"\xab" + bytes(30) + b"\2")


if __name__ == "__main__":
    unittest.main()
