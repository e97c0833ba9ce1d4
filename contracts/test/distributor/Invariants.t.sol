// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleDistributor} from "../../src/MerkleDistributor.sol";
import {Base} from "../support/Base.sol";
import {Deploy} from "../support/Deploy.sol";
import {ChaosToken, Handler} from "./Handler.sol";

/// @notice The distributor's invariants, after any sequence of the handler's actions: two issuers, two tokens that call
/// hostile recipients, periods, parents and shards. What the handler finds wrong at an action stays in `broken`
contract InvariantsTest is Base {
    MerkleDistributor private dist;
    Handler private handler;
    address[] private targets;
    mapping(string action => uint256) private done;
    string[] private ACTIONS = [
        "publish",
        "distribute",
        "claim",
        "claimTo",
        "claimBySig",
        "claimMany",
        "batch",
        "push",
        "open",
        "cancel",
        "sweep",
        "sweepShard"
    ];

    function setUp() external {
        vm.warp(1_800_000_000);
        dist = MerkleDistributor(Deploy.make("MerkleDistributor.sol:MerkleDistributor", ""));
        handler = new Handler(dist);
        targets = [address(handler)];
    }

    /// @notice What the test runner calls at random
    function targetContracts() external view returns (address[] memory) {
        return targets;
    }

    /// @dev All of them at once, so that one sequence of actions serves all
    function invariant_all() external view {
        noActionDidWrong();
        balanceIsTheSumOfRemaining();
        fundedIsPaidReturnedMovedAndRemaining();
        everybodyHasWhatTheFlagsSay();
        noPublishedWordIsZero();
    }

    /// @dev The random actions really do everything: otherwise nothing would be proved by them
    function test_invariants_everyActionIsMet() external {
        for (uint256 world = 0; world < 16; ++world) {
            this.setUp();
            for (uint256 i = 0; i < 200; ++i) {
                uint256 roll = uint256(keccak256(abi.encode(world, i)));
                uint256 seed = uint256(keccak256(abi.encode(roll)));
                uint256 action = roll % 16;
                if (action == 0) handler.warp(uint8(seed));
                else if (action < 3) handler.publish(seed, action == 1);
                else if (action == 3) handler.republish(seed);
                else if (action == 4) handler.distribute(seed, uint8(seed >> 200));
                else if (action < 8) handler.claim(seed, seed >> 100);
                else if (action == 8) handler.claimMany(seed);
                else if (action == 9) handler.push(seed);
                else if (action < 12) handler.open(seed, seed >> 100);
                else if (action == 12) handler.cancel(seed, true);
                else if (action == 13) handler.batch(seed, seed >> 100, seed % 4 == 0);
                else if (action == 14) handler.mood(seed);
                else handler.sweep(seed);
                if (i % 20 == 19) this.invariant_all();
            }
            for (uint256 k = 0; k < ACTIONS.length; ++k) {
                done[ACTIONS[k]] += handler.done(ACTIONS[k]);
            }
        }
        for (uint256 k = 0; k < ACTIONS.length; ++k) {
            yes(done[ACTIONS[k]] >= 3, ACTIONS[k]);
        }
    }

    // -- the invariants of SPEC section 9

    /// @dev No call paid twice, ended or changed anything it must not, or was refused because of a recipient
    function noActionDidWrong() private view {
        string memory broken = handler.broken();
        if (bytes(broken).length != 0) revert(broken);
    }

    /// @dev These tokens come in by publishing alone, so the balance is not only enough but equal
    function balanceIsTheSumOfRemaining() private view {
        for (uint256 t = 0; t < 2; ++t) {
            ChaosToken token = handler.tokens(t);
            uint256 sum;
            for (uint256 i = 0; i < handler.count(); ++i) {
                Handler.Entry memory e = handler.entry(i);
                if (e.d.token == address(token)) sum += dist.remaining(handler.idOf(e));
            }
            eq(token.balanceOf(address(dist)), sum, "balance");
        }
    }

    function fundedIsPaidReturnedMovedAndRemaining() private view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            Handler.Entry memory e = handler.entry(i);
            eq(e.funded, e.paid + e.returned + e.moved + dist.remaining(handler.idOf(e)), "funded");
        }
    }

    function everybodyHasWhatTheFlagsSay() private view {
        for (uint256 t = 0; t < 2; ++t) {
            ChaosToken token = handler.tokens(t);
            for (uint256 k = 0; k < 5; ++k) {
                address account = handler.accountAt(k);
                eq(token.balanceOf(account), handler.owed(address(token), account), "account");
            }
            eq(token.balanceOf(address(0xe15e)), handler.owed(address(token), address(0xe15e)), "elsewhere");
        }
    }

    function noPublishedWordIsZero() private view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            yes(dist.wordOf(handler.idOf(handler.entry(i))) != 0, "word");
        }
    }
}
