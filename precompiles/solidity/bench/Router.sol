// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Pair} from "./Pair.sol";
import {Token} from "./Token.sol";

/// @title Pays a token into a chain of pairs and takes the last one's other token, for the benchmark of blocks
contract Router {
    error TooLittle(uint256 out, uint256 least);

    /// @notice Swaps `amount` of `token` of the caller's along `pairs`, for no less than `least`.
    function swap(Token token, uint256 amount, uint256 least, Pair[] calldata pairs) external returns (uint256) {
        token.transferFrom(msg.sender, address(pairs[0]), amount);
        for (uint256 i = 0; i < pairs.length; i++) {
            (token, amount) = hop(pairs[i], token, amount, i + 1 < pairs.length ? address(pairs[i + 1]) : msg.sender);
        }
        if (amount < least) revert TooLittle(amount, least);
        return amount;
    }

    /// One pair of the chain: what comes out goes to `to`.
    function hop(Pair pair, Token token, uint256 amount, address to) private returns (Token, uint256) {
        (uint256 r0, uint256 r1,) = pair.reserves();
        uint256 paid = amount * 997;
        if (address(token) == address(pair.token0())) {
            uint256 out1 = (paid * r1) / (r0 * 1000 + paid);
            pair.swap(0, out1, to);
            return (pair.token1(), out1);
        }
        uint256 out0 = (paid * r0) / (r1 * 1000 + paid);
        pair.swap(out0, 0, to);
        return (pair.token0(), out0);
    }
}
