"""Grounds `chain` in answers from elsewhere."""

import hashlib
import unittest

from chain import blocks, rlp, secp256k1, transactions, trie
from chain.contracts import stored, unstored
from chain.hashes import keccak
from chain.state import Account, State

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
            self.assertEqual(rlp.decode(data), item)
        self.assertEqual([rlp.encode(n) for n in (0, 15, 1024)], [b"\x80", b"\x0f", b"\x82\x04\x00"])

    def test_one_encoding_alone(self):
        for data in ("", "8105", "b80161", "c0c0", "83646f", "c883636174", "c281", "b90001", "c1"):
            with self.assertRaises(ValueError, msg=data):
                rlp.decode(bytes.fromhex(data))
        with self.assertRaises(ValueError):
            rlp.number(b"\0\1")


class Trie(unittest.TestCase):
    """ethereum/tests, TrieTests."""

    def test_known(self):
        self.assertEqual(trie.root({}).hex(), "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
        for pairs, root in (
            ({b"doe": b"reindeer", b"dog": b"puppy", b"dogglesworth": b"cat"},
             "8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3"),
            ({b"do": b"verb", b"horse": b"stallion", b"doge": b"coin", b"dog": b"puppy"},
             "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84"),
        ):
            self.assertEqual(trie.root(pairs).hex(), root)

    def test_empty_accounts_are_not_there(self):
        state = State({"0x" + ADDRESS.hex(): {"balance": "0x0"}})
        self.assertEqual(state.root(), trie.EMPTY)
        state[ADDRESS].balance = 1
        self.assertEqual(state.root(), trie.secure_root({ADDRESS: Account(0, 1).encoded()}))


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
        self.assertEqual(transactions.decode(rlp.decode(tx.raw())), tx)

    def test_every_kind_comes_back(self):
        self.assertEqual(keccak(secp256k1.public(KEY))[12:], ADDRESS)
        for kind in (0, 1, 2):
            tip = 10**9 if kind == 2 else 0
            tx = transactions.Transaction(kind, 3, 50_000, b"", b"\0\1", tip=tip).signed(KEY)
            raw = tx.raw() if kind else rlp.decode(tx.raw())
            back = transactions.decode(raw)
            self.assertEqual((back, back.sender()), (tx, ADDRESS))

    def test_gas(self):
        """EIP-7623: a zero byte is one token, any other four; EIP-3860: two gas a word of init code."""
        call = transactions.Transaction(2, 0, 0, ADDRESS, b"\0\0\1")
        self.assertEqual((call.intrinsic(), call.floor()), (21_000 + 2 * 4 + 16, 21_000 + 10 * 6))
        create = transactions.Transaction(2, 0, 0, b"", b"\0" * 33)
        self.assertEqual(create.intrinsic(), 21_000 + 33 * 4 + 32_000 + 2 * 2)


class Blocks(unittest.TestCase):
    def test_requests(self):
        """EIP-7685's hash of hashes; without requests it is that of nothing."""
        self.assertEqual(blocks.requests_hash([b"\x00"]), hashlib.sha256().digest())
        inner = hashlib.sha256(b"\xc0\x01").digest()
        self.assertEqual(blocks.requests_hash([b"\xc0\x01", b"\x01"]), hashlib.sha256(inner).digest())

    def test_base_fee(self):
        """EIP-1559's formula with a target of 15 million."""
        parent = {"baseFee": 10**9, "gasLimit": 30_000_000}
        for used, fee in ((15_000_000, 10**9), (30_000_000, 1_125_000_000), (0, 875_000_000), (15_000_001, 10**9 + 8)):
            self.assertEqual(blocks.next_base_fee({**parent, "gasUsed": used}), fee)
        self.assertEqual(blocks.next_base_fee({"baseFee": 7, "gasLimit": 30_000_000, "gasUsed": 15_000_001}), 8)

    def test_bloom(self):
        """Three bits a thing, and the same thing sets no more."""
        one = blocks.bloom([(ADDRESS, [], b"")])
        self.assertIn(int.from_bytes(one, "big").bit_count(), (1, 2, 3))
        self.assertEqual(blocks.bloom([(ADDRESS, [ADDRESS], b"data")]), one)

    def test_short_bytes_in_storage(self):
        self.assertEqual(stored(b"\xab"), b"\xab" + bytes(30) + b"\2")
        self.assertEqual(unstored(stored(bytes(31))), bytes(31))


if __name__ == "__main__":
    unittest.main()
