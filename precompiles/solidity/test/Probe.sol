// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Isocortex} from "../Isocortex.sol";

/// @title Makes the library's functions callable, for the tests
contract Probe {
    function encodePixels(bytes memory pixels) external pure returns (bytes memory) {
        return Isocortex.encodePixels(pixels);
    }

    function element(bytes memory tensor, uint256 index, uint256 width) external pure returns (int256) {
        return Isocortex.element(tensor, index, width);
    }

    function argmax(bytes memory tensor, uint256 width) external pure returns (uint256) {
        return Isocortex.argmax(tensor, width);
    }

    function real(int32 q, int32 multiplier, uint8 shift, int32 zeroPoint) external pure returns (int256) {
        return Isocortex.real(q, multiplier, shift, zeroPoint);
    }

    function tryInfer(bytes32 model, bytes calldata input) external view returns (bool ok, bytes memory data) {
        try Isocortex.INFERENCE.infer(model, input) returns (bytes memory output) {
            return (true, output);
        } catch (bytes memory reason) {
            return (false, reason);
        }
    }

    function tryRegister(bytes32 model) external returns (bool ok, bytes memory data) {
        try Isocortex.REGISTRY.register(model) {
            return (true, "");
        } catch (bytes memory reason) {
            return (false, reason);
        }
    }

    /// An inference in a frame that then reverts.
    function inferAndRevert(bytes32 model, bytes calldata input) external view {
        Isocortex.INFERENCE.infer(model, input);
        revert();
    }

    function tryInferAndRevert(bytes32 model, bytes calldata input) external view returns (bool ok) {
        try this.inferAndRevert(model, input) {
            return true;
        } catch {
            return false;
        }
    }

    /// Registers, uses, and undoes: nothing of it may remain.
    function registerAndRevert(bytes32 model, bytes calldata input) external {
        Isocortex.REGISTRY.register(model);
        revert(string(Isocortex.INFERENCE.infer(model, input)));
    }

    function registerAndInfer(bytes32 model, bytes calldata input) external returns (bytes memory) {
        Isocortex.REGISTRY.register(model);
        return Isocortex.INFERENCE.infer(model, input);
    }

    /// Gas of BALANCE of an account, after an inference.
    function accessAfterInfer(bytes32 model, bytes calldata input, address account) external view returns (uint256) {
        Isocortex.INFERENCE.infer(model, input);
        uint256 before = gasleft();
        uint256 balance = account.balance;
        uint256 used = before - gasleft();
        return balance == type(uint256).max ? 0 : used;
    }

    function delegate(address target, bytes calldata data) external returns (bool ok, bytes memory result) {
        (ok, result) = target.delegatecall(data);
    }

    function staticCall(address target, bytes calldata data) external view returns (bool ok, bytes memory result) {
        (ok, result) = target.staticcall(data);
    }

    function pay(address target, bytes calldata data) external payable returns (bool ok, bytes memory result) {
        (ok, result) = target.call{value: msg.value}(data);
    }
}
