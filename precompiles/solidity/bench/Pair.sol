// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Token} from "./Token.sol";

/// @title Two tokens whose product of reserves never falls: an exchange for the benchmark of blocks
/// @notice Takes 0.3 % of what is paid in. The tokens are put into storage when the chain begins.
contract Pair {
    Token public token0;
    Token public token1;
    uint112 private reserve0;
    uint112 private reserve1;
    uint32 private updated;
    uint256 public cumulative0;
    uint256 public cumulative1;
    bool private entered;

    event Swap(address indexed sender, uint256 in0, uint256 in1, uint256 out0, uint256 out1, address indexed to);
    event Sync(uint112 reserve0, uint112 reserve1);

    error Entered();
    error Underpaid();

    function reserves() external view returns (uint112, uint112, uint32) {
        return (reserve0, reserve1, updated);
    }

    /// @notice Sends `out0` and `out1` to `to`; what pays for them has been sent here before.
    function swap(uint256 out0, uint256 out1, address to) external {
        if (entered) revert Entered();
        entered = true;
        (uint256 before0, uint256 before1) = (reserve0, reserve1);
        if (out0 > 0) token0.transfer(to, out0);
        if (out1 > 0) token1.transfer(to, out1);
        uint256 after0 = token0.balanceOf(address(this));
        uint256 after1 = token1.balanceOf(address(this));
        uint256 in0 = after0 + out0 - before0;
        uint256 in1 = after1 + out1 - before1;
        if ((after0 * 1000 - in0 * 3) * (after1 * 1000 - in1 * 3) < before0 * before1 * 1_000_000) revert Underpaid();
        sync(after0, after1, before0, before1);
        emit Swap(msg.sender, in0, in1, out0, out1, to);
        entered = false;
    }

    function sync(uint256 after0, uint256 after1, uint256 before0, uint256 before1) private {
        uint32 elapsed = uint32(block.timestamp) - updated;
        if (elapsed > 0 && before0 > 0 && before1 > 0) {
            unchecked {
                cumulative0 += ((before1 << 112) / before0) * elapsed;
                cumulative1 += ((before0 << 112) / before1) * elapsed;
            }
        }
        (reserve0, reserve1, updated) = (uint112(after0), uint112(after1), uint32(block.timestamp));
        emit Sync(uint112(after0), uint112(after1));
    }
}
