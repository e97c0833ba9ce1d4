// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Noticeboard} from "../src/Noticeboard.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";

/// @notice See Noticeboard.tree
contract NoticeboardTest is Base {
    Noticeboard private board;

    function setUp() external {
        board = Noticeboard(Deploy.make("Noticeboard.sol:Noticeboard", ""));
    }

    function testFuzz_post_saysWhoPutUpWhat(address author, bytes32 subject, bytes32 notice) external {
        vm.expectEmit(address(board));
        emit Noticeboard.Posted(author, subject, notice);
        vm.prank(author);
        board.post(subject, notice);
    }

    function test_post_saysItAgain() external {
        board.post("poll", "ballots");
        vm.expectEmit(address(board));
        emit Noticeboard.Posted(address(this), "poll", "ballots");
        board.post("poll", "ballots");
    }
}
