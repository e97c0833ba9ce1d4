// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice An ordinary ERC-20 with permits that anybody can mint
contract GoodToken is ERC20Permit {
    constructor() ERC20("Good", "GOOD") ERC20Permit("Good") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Keeps a part of what it moves
contract FeeToken is GoodToken {
    uint256 public fee = 1;

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0) && to != address(0) && value >= fee) {
            super._update(from, address(0), fee);
            value -= fee;
        }
        super._update(from, to, value);
    }
}

/// @notice Delivers one more than it was asked for
contract GenerousToken is GoodToken {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(address(0), to, 1);
    }
}

/// @notice Moves nothing to or from blocked accounts
contract BlacklistToken is GoodToken {
    mapping(address => bool) public blocked;

    error Blocked(address account);

    function setBlocked(address account, bool isBlocked) external {
        blocked[account] = isBlocked;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (blocked[from]) revert Blocked(from);
        if (blocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}

/// @notice Says false instead of reverting, whatever was wrong
contract FalseToken is GoodToken {
    bool public broken;

    function setBroken(bool broken_) external {
        broken = broken_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return broken ? false : super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return broken ? false : super.transferFrom(from, to, amount);
    }
}

/// @notice Balances change by themselves, as those of rebasing tokens do
contract RebasingToken is GoodToken {
    function rebase(address account, int256 change) external {
        if (change > 0) _mint(account, uint256(change));
        else _burn(account, uint256(-change));
    }
}

/// @notice Calls sender and recipient before and after it moves anything, as ERC-777 does
contract HookToken is GoodToken {
    mapping(address => address) public hookOf;

    function setHook(address account, address hook) external {
        hookOf[account] = hook;
    }

    function _update(address from, address to, uint256 value) internal virtual override {
        if (hookOf[from] != address(0)) Hook(hookOf[from]).onTransfer(from, to, value);
        super._update(from, to, value);
        if (hookOf[to] != address(0)) Hook(hookOf[to]).onTransfer(from, to, value);
    }
}

/// @notice A hook that keeps a fee as well: the worst of both
contract HookFeeToken is HookToken {
    mapping(address => uint256) public feeOf;

    function setFee(address from, uint256 fee) external {
        feeOf[from] = fee;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from != address(0) && to != address(0) ? feeOf[from] : 0;
        if (fee > 0) super._update(from, address(0xfee), fee);
        super._update(from, to, value - fee);
    }
}

interface Hook {
    function onTransfer(address from, address to, uint256 amount) external;
}

/// @notice Moves as it should but returns nothing, as some old tokens do
contract SilentToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Answers a transfer with what it is told to: another word than true, one byte, or a megabyte
contract OddAnswerToken is GoodToken {
    uint256 public size;
    uint256 public word;

    function setAnswer(uint256 size_, uint256 word_) external {
        size = size_;
        word = word_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        uint256 size_ = size;
        uint256 word_ = word;
        assembly {
            mstore(0x00, word_)
            return(0x00, size_)
        }
    }
}

/// @notice Burns all the gas it is given when it pays a certain account
contract GasEaterToken is GoodToken {
    address public eater;

    function setEater(address account) external {
        eater = account;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (to != address(0) && to == eater) {
            assembly {
                invalid()
            }
        }
        super._update(from, to, value);
    }
}
