// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IInference} from "./IInference.sol";
import {IModelRegistry} from "./IModelRegistry.sol";

/// @title Helpers for contracts that use models
/// @notice Tensors are bytes: elements in row-major order, signed, little-endian, `width` bytes each
/// (1, 2 or 4).
library Isocortex {
    IModelRegistry internal constant REGISTRY = IModelRegistry(address(0xc000));
    IInference internal constant INFERENCE = IInference(address(0xc001));

    /// @notice `width` is not 1, 2 or 4.
    error BadWidth(uint256 width);
    /// @notice No element `index` in a tensor of `length` bytes.
    error OutOfRange(uint256 index, uint256 length);

    /// @notice Runs `model` on `input` and finds the largest element of the output.
    /// @return best Its index, the lowest where several are equal.
    /// @return output The whole output.
    function classify(bytes32 model, bytes memory input, uint256 width)
        internal
        view
        returns (uint256 best, bytes memory output)
    {
        output = INFERENCE.infer(model, input);
        best = argmax(output, width);
    }

    /// @notice Unsigned pixels 0..255 as the i8 elements −128..127 that image models take.
    /// Works in place and gives back its argument.
    function encodePixels(bytes memory pixels) internal pure returns (bytes memory) {
        // Subtracting 128 modulo 256 flips the top bit. Whole words at a time: memory is allocated in
        // words, so what the last one changes beyond the end belongs to nobody; it is put back to zero.
        assembly ("memory-safe") {
            let flip := 0x8080808080808080808080808080808080808080808080808080808080808080
            let length := mload(pixels)
            let end := add(add(pixels, 32), length)
            let at := add(pixels, 32)
            for {} iszero(gt(add(at, 32), end)) { at := add(at, 32) } { mstore(at, xor(mload(at), flip)) }
            let rest := sub(end, at)
            if rest {
                let mask := not(shr(mul(rest, 8), not(0)))
                mstore(at, and(xor(mload(at), flip), mask))
            }
        }
        return pixels;
    }

    /// @notice Element `index` of a tensor.
    function element(bytes memory tensor, uint256 index, uint256 width) internal pure returns (int256 value) {
        if (width != 1 && width != 2 && width != 4) revert BadWidth(width);
        if (index >= tensor.length / width) revert OutOfRange(index, tensor.length);
        uint256 word;
        for (uint256 i = width; i > 0; i--) {
            word = (word << 8) | uint8(tensor[index * width + i - 1]);
        }
        uint256 unused = 256 - 8 * width;
        return int256(word << unused) >> unused;
    }

    /// @notice Index of the largest element, the lowest where several are equal.
    function argmax(bytes memory tensor, uint256 width) internal pure returns (uint256 best) {
        int256 most = element(tensor, 0, width);
        uint256 count = tensor.length / width;
        for (uint256 i = 1; i < count; i++) {
            int256 value = element(tensor, i, width);
            if (value > most) (best, most) = (i, value);
        }
    }

    /// @notice The real number that the integer `q` stands for, times 1e18, rounded down:
    /// (q − zeroPoint) · multiplier / 2^shift. The three come from the output's description in the
    /// model's header (`isocortex model show`).
    function real(int32 q, int32 multiplier, uint8 shift, int32 zeroPoint) internal pure returns (int256) {
        // Below 2^33 · 2^31 · 2^60 = 2^124.
        return ((int256(q) - zeroPoint) * multiplier * 1e18) >> shift;
    }
}
