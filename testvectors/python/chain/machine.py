"""What a transaction does, as far as its calldata and the models say: no EVM.

Of a call of a precompile all; of the two contracts assembled by hand all but the gas; of the contracts from Solidity
their inferences and events.
"""

from dataclasses import dataclass

from isocortex_ref import abi
from isocortex_ref.contract import INFERENCE, PACKED, REGISTRY, World

from .contracts import INFER, INFERARRAY, runtime, unstored
from .hashes import keccak
from .state import State
from .transactions import Transaction

# Names of the genesis file's prices, with their defaults.
PRICES = {
    "call": 100, "calldataWord": 3, "inference": 2_000, "macsPerGas": 256, "elementsPerGas": 8, "bytesPerGas": 64,
    "weightBytesPerGas": 16, "node": 50, "inputByte": 1, "outputByte": 1, "chunk": 32_000, "chunkByte": 200,
    "headerByte": 16, "weightByte": 1, "checkByte": 1, "checkNode": 500, "maxRoyalty": 5_000_000,
}
CLASSIFIED = keccak(b"Classified(uint256,address,uint256,bytes)")


@dataclass
class Effect:
    """`gas` is None where only an EVM knows it; `calls` are (model, input, output, gas), or None: unknown."""

    status: bool
    gas: int | None
    logs: list
    calls: list | None
    what: str


class Recording(World):
    """A `World` that remembers its inferences, those too whose frame reverts later."""

    calls = ()

    def infer(self, model: bytes, inputs: list) -> list:
        outputs = super().infer(model, inputs)
        price = self.price(self.records[model])
        self.calls += [(model, bytes(i), o, price) for i, o in zip(inputs, outputs)]
        return outputs


class Machine:
    """`state` is None once code has run that is not known here."""

    def __init__(self, config: dict, alloc: dict):
        self.state = State(alloc)
        self.chain_id = config["chainId"]
        self.world = Recording(PRICES | config["isocortex"].get("gas", {}), number=0, base_fee=0)
        self.created, self.nonces, self.answers = {}, {}, {}

    def begin_block(self, header: dict):
        self.world.number, self.world.base_fee = header["number"], header["baseFee"]
        self.header = header
        if self.state is not None:
            self.state.begin_block(header)

    def settle(self, tx: Transaction, effect: "Effect"):
        """Once the gas is known."""
        if self.state is not None:
            self.state.settle(tx, effect.gas, effect.status, self.header)
            self.state.keep(self.world)

    def run(self, tx: Transaction, claimed_success: bool) -> Effect:
        """`claimed_success` matters only for contracts, where it stays a claim (their receipts bind it)."""
        sender = tx.sender()
        if tx.chain_id != self.chain_id or tx.nonce != self.nonces.get(sender, 0):
            raise ValueError("chain id or nonce")
        self.nonces[sender] = tx.nonce + 1
        if tx.access_list:
            raise ValueError("access lists are not modelled")
        self.world.begin()
        self.world.warm = {sender, self.header["beneficiary"]}  # EIP-2929, EIP-3651
        self.world.calls = []
        if not tx.to:
            self._create(tx, claimed_success)
            return Effect(claimed_success, None, [], [], "create")
        if tx.to in (REGISTRY, INFERENCE, PACKED):
            return self._precompile(tx, sender)
        if tx.to in self.created:
            return self._contract(tx, sender, claimed_success)
        if tx.data:
            self.state = None
            return Effect(claimed_success, None, [], None, "unknown")
        return Effect(True, tx.intrinsic(), [], [], "transfer")

    def _precompile(self, tx: Transaction, sender: bytes) -> Effect:
        end, used, _, _, logs = self.world.call(tx.to, sender, tx.data, tx.gas - tx.intrinsic(), value=tx.value)
        gas = tx.gas if used is None else max(tx.intrinsic() + used, tx.floor())
        logs = [(REGISTRY, topics, data) for topics, data in logs]
        return Effect(end == "success", gas, logs, self.world.calls, f"precompile: {end}")

    def _create(self, tx: Transaction, success: bool):
        address = tx.created()
        self.created[address] = tx.data
        if tx.data not in (INFER, INFERARRAY) or not success:
            self.state = None
        if self.state is not None:
            self.state[address].nonce, self.state[address].code = 1, runtime(tx.data)

    def _contract(self, tx: Transaction, sender: bytes, success: bool) -> Effect:
        init = self.created[tx.to]
        asked = None  # model and input
        if init in (INFER, INFERARRAY):
            asked = tx.data[:32], tx.data[32:] if init == INFER else unstored(tx.data[32:])
        elif tx.data[:4] == abi.selector("classify(bytes)"):
            (pixels,) = abi.take(tx.data[4:], "b")
            # The constructor's arguments end the init code: the model and the width of its outputs.
            asked = init[-64:-32], bytes(p ^ 0x80 for p in pixels)
        elif tx.data[:4] in map(abi.selector, ("inferAndRevert(bytes32,bytes)", "tryInferAndRevert(bytes32,bytes)")):
            asked = abi.take(tx.data[4:], "wb")
        if asked is None:
            return Effect(success, None, [], None, "unknown")
        _, _, answer, *_ = self.world.call(PACKED, bytes(20), b"".join(asked), 1 << 60)
        calls, logs = self.world.calls, []
        if init not in (INFER, INFERARRAY) or not success:
            self.state = None
        if self.state is not None:
            storage = self.state[tx.to].storage
            storage[0] = int.from_bytes(keccak(answer), "big")
            if init == INFERARRAY:
                storage[1] = int.from_bytes(tx.data[32:], "big")
        if success and calls and tx.data[:4] == abi.selector("classify(bytes)"):
            logs = [self._classified(tx.to, sender, calls[0][2], int.from_bytes(init[-32:], "big"))]
        return Effect(success, None, logs, calls, "contract")

    def _classified(self, contract: bytes, sender: bytes, output: bytes, width: int):
        values = [int.from_bytes(output[i:i + width], "little", signed=True) for i in range(0, len(output), width)]
        index = self.answers[contract] = self.answers.get(contract, -1) + 1
        topics = [CLASSIFIED, abi.word(index), abi.word(sender)]
        return contract, topics, abi.encode(values.index(max(values)), abi.Bytes(output))
