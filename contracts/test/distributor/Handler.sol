// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {MerkleDistributor} from "../../src/MerkleDistributor.sol";
import {Word} from "../../src/lib/Word.sol";
import {Base} from "../support/Base.sol";
import {ReferenceTree} from "../support/ReferenceTree.sol";
import {Hook, HookToken} from "../support/Tokens.sol";

/// @notice A token whose transfers call hooks, which may refuse, re-enter or burn their gas, and which answers one account's
/// payments with false, without moving anything, or another's with nothing
contract ChaosToken is HookToken {
    address public refused;
    address public silent;

    function setMood(address refused_, address silent_) external {
        refused = refused_;
        silent = silent_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (to == refused) return false;
        super.transfer(to, amount);
        if (to == silent) {
            assembly {
                return(0, 0)
            }
        }
        return true;
    }
}

/// @notice A recipient that does harm when it is paid: claims its leaf again, pushes, sweeps, refuses, or burns the gas. It
/// agrees to every claim
contract Nuisance is Hook {
    address private immutable dist;
    bytes[] private calls;
    uint256 public mood;

    constructor(address dist_) {
        dist = dist_;
    }

    function prepare(uint256 mood_, bytes[] calldata calls_) external {
        mood = mood_;
        delete calls;
        for (uint256 i = 0; i < calls_.length; ++i) {
            calls.push(calls_[i]);
        }
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    function onTransfer(address, address, uint256) external {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success,) = dist.call(calls[i]);
            success;
        }
        if (mood % 4 == 1) revert("refused");
        if (mood % 4 == 2) {
            assembly {
                invalid()
            }
        }
    }
}

/// @notice Does random things with a distributor, and keeps books of what should have come of them
contract Handler is Base {
    struct Entry {
        IMerkleDistributor.Distribution d;
        uint256 seed; // of its list; for a parent, of its shards' lists
        uint256 size; // leaves, or shards
        uint256 parent; // the parent's place + 1, for a shard
        bool isParent;
        uint256 funded;
        uint256 paid;
        uint256 returned;
        uint256 moved;
    }

    MerkleDistributor public immutable dist;
    ChaosToken[2] public tokens;
    Nuisance public immutable nuisance;
    Entry[] private entries;
    address[4] private people;

    /// @notice What each account should have got
    mapping(address token => mapping(address account => uint256)) public owed;
    /// @notice What went wrong first; empty while all is well
    string public broken;
    /// @notice How often each action succeeded
    mapping(string action => uint256) public done;

    address private constant ELSEWHERE = address(0xe15e);
    /// @dev As `own` of a call that may pay out of any id
    uint256 private constant ANY = type(uint256).max;

    constructor(MerkleDistributor dist_) {
        dist = dist_;
        nuisance = new Nuisance(address(dist_));
        for (uint256 k = 0; k < 4; ++k) {
            people[k] = vm.addr(keyOf(k));
        }
        for (uint256 i = 0; i < 2; ++i) {
            tokens[i] = new ChaosToken();
            tokens[i].setHook(address(nuisance), address(nuisance));
            for (uint256 k = 0; k < 2; ++k) {
                tokens[i].mint(issuerOf(k), 1 << 200);
                vm.prank(issuerOf(k));
                tokens[i].approve(address(dist_), type(uint256).max);
            }
        }
    }

    // -- THE WORLD

    function issuerOf(uint256 k) public pure returns (address) {
        return address(uint160(0x1551e0 + k % 2));
    }

    function keyOf(uint256 k) private pure returns (uint256) {
        return 0xacc0 + k;
    }

    /// @notice Five accounts; the last one is the nuisance
    function accountAt(uint256 k) public view returns (address) {
        return k % 5 == 4 ? address(nuisance) : people[k % 5];
    }

    /// @dev A consent of one of the five to anything
    function consent(address account, bytes32 structHash) private view returns (bytes memory) {
        for (uint256 k = 0; k < 4; ++k) {
            if (people[k] != account) continue;
            return signature(keyOf(k), typedDigest("Prorata MerkleDistributor", address(dist), structHash));
        }
        return "";
    }

    function count() external view returns (uint256) {
        return entries.length;
    }

    function entry(uint256 i) external view returns (Entry memory) {
        return entries[i];
    }

    function listOf(Entry memory e) private view returns (IMerkleDistributor.Payment[] memory payments) {
        payments = new IMerkleDistributor.Payment[](e.size);
        for (uint256 i = 0; i < e.size; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(e.seed, i)));
            payments[i] = IMerkleDistributor.Payment(accountAt(roll % 5), 1 + (roll >> 16) % 1000);
        }
    }

    function totalOf(IMerkleDistributor.Payment[] memory payments) private pure returns (uint256 total) {
        for (uint256 i = 0; i < payments.length; ++i) {
            total += payments[i].amount;
        }
    }

    function nodesOf(IMerkleDistributor.Payment[] memory payments) private pure returns (bytes32[] memory) {
        bytes32[] memory leaves = new bytes32[](payments.length);
        for (uint256 i = 0; i < payments.length; ++i) {
            leaves[i] = ReferenceTree.accountLeaf(i, payments[i].account, payments[i].amount);
        }
        return ReferenceTree.build(leaves);
    }

    /// @notice The shard `s` of a parent, as it will be when it is open
    function shardEntry(Entry memory parent, uint256 s) private view returns (Entry memory e) {
        e.seed = uint256(keccak256(abi.encode(parent.seed, "shard", s)));
        e.size = 1 + e.seed % 4;
        IMerkleDistributor.Payment[] memory payments = listOf(e);
        e.d = IMerkleDistributor.Distribution(parent.d.issuer, parent.d.token, idOf(parent), nodesOf(payments)[0]);
        e.funded = totalOf(payments);
    }

    function parentNodes(Entry memory parent) private view returns (bytes32[] memory, uint256 total) {
        bytes32[] memory leaves = new bytes32[](parent.size);
        for (uint256 s = 0; s < parent.size; ++s) {
            Entry memory e = shardEntry(parent, s);
            leaves[s] = ReferenceTree.shardLeaf(s, e.d.root, e.funded);
            total += e.funded;
        }
        return (ReferenceTree.build(leaves), total);
    }

    function idOf(Entry memory e) public pure returns (bytes32) {
        return keccak256(abi.encode(e.d.issuer, e.d.token, e.d.terms, e.d.root));
    }

    function termsFrom(uint256 seed) private view returns (bytes32) {
        uint256 opens = seed % 3 == 0 ? 0 : block.timestamp + seed % 50;
        uint256 earliest = opens > block.timestamp ? opens : block.timestamp;
        uint256 deadline = (seed >> 8) % 2 == 0 ? 0 : earliest + 1 + (seed >> 16) % 60;
        return bytes32((opens << 64) | deadline);
    }

    function opensAt(Entry memory e) private view returns (uint256) {
        if (e.parent != 0) e = entries[e.parent - 1];
        return uint256(e.d.terms) >> 64;
    }

    function deadlineOf(Entry memory e) private view returns (uint256) {
        if (e.parent != 0) e = entries[e.parent - 1];
        return uint64(uint256(e.d.terms));
    }

    // -- THE BOOKS

    function words() private view returns (uint256[] memory all) {
        all = new uint256[](entries.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = dist.wordOf(idOf(entries[i]));
        }
    }

    function fail(string memory what) private {
        if (bytes(broken).length == 0) broken = what;
    }

    /// @notice Books what the last call changed, entry by entry. The nuisance may have done something of its own meanwhile,
    /// to `own` as well, so any flag of it may be new; but nothing may have changed beside `own` and `other`
    function book(uint256[] memory before, uint256 own, uint256 other, address to) private {
        for (uint256 i = 0; i < before.length; ++i) {
            Entry storage e = entries[i];
            uint256 word = dist.wordOf(idOf(e));
            if (word == before[i]) continue;
            if (own != ANY && i != own && i != other) fail("a call on one id changed another");
            if (before[i] != 0 && word == 0) fail("a word became zero");
            if ((before[i] & ~word) >> 128 != 0) fail("a flag was cleared");
            if (uint128(word) > uint128(before[i])) fail("remaining rose");
            uint256 fell = uint128(before[i]) - uint128(word);
            if (word == Word.ENDED) {
                if (i != own && i != other) fail("a distribution was ended by the way");
                continue;
            }
            if (i == other) continue;
            uint256 fresh = (word & ~before[i]) >> 128;
            IMerkleDistributor.Payment[] memory payments = listOf(e);
            uint256 sum;
            for (uint256 k = 0; k < payments.length; ++k) {
                if (fresh & (1 << k) == 0) continue;
                sum += payments[k].amount;
                owed[e.d.token][to != address(0) && i == own ? to : payments[k].account] += payments[k].amount;
            }
            if (fresh >> payments.length != 0) fail("a flag of no leaf was set");
            if (sum != fell) fail("remaining fell by something else than payments");
            e.paid += sum;
        }
    }

    /// @dev Prepares what the nuisance does to `e` when it is paid. A sweep only where the guard refuses it: in a claim it is
    /// good (test_reentrancy_sweepDuringAClaimTakesTheRest), but then no flag tells who was paid before it
    function arm(uint256 seed, Entry memory e, bool guarded) private {
        bytes[] memory calls = new bytes[](seed % 3);
        IMerkleDistributor.Payment[] memory payments = e.isParent ? new IMerkleDistributor.Payment[](0) : listOf(e);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 kind = (seed >> (8 * i + 8)) % 4;
            if (kind == 0 && payments.length > 0) {
                uint256 k = seed % payments.length;
                calls[i] = abi.encodeCall(
                    dist.claim,
                    (e.d, k, payments[k].account, payments[k].amount, ReferenceTree.proof(nodesOf(payments), k))
                );
            } else if (kind == 1) {
                calls[i] = abi.encodeCall(dist.push, (e.d, payments));
            } else if (kind == 2 && guarded) {
                calls[i] = abi.encodeCall(dist.sweep, (e.d));
            } else {
                calls[i] = abi.encodeCall(dist.publish, (e.d.token, e.d.terms, e.d.root, 1, 0));
            }
        }
        nuisance.prepare(seed >> 40, calls);
    }

    function pick(uint256 seed) private view returns (uint256) {
        return seed % entries.length;
    }

    // -- ACTIONS

    modifier some() {
        if (entries.length == 0) return;
        _;
    }

    function warp(uint8 seconds_) external {
        vm.warp(block.timestamp + seconds_ % 40);
    }

    function mood(uint256 seed) external {
        // Beyond the five: nobody.
        tokens[seed % 2].setMood(
            (seed >> 8) % 8 < 5 ? accountAt((seed >> 8) % 8) : address(0),
            (seed >> 16) % 8 < 5 ? accountAt((seed >> 16) % 8) : address(0)
        );
    }

    function publish(uint256 seed, bool asParent) external {
        if (entries.length >= 14) return;
        Entry memory e;
        e.seed = seed;
        e.isParent = asParent;
        e.size = 1 + (seed >> 32) % (asParent ? 3 : 6);
        e.d = IMerkleDistributor.Distribution(issuerOf(seed >> 40), address(tokens[(seed >> 48) % 2]), termsFrom(seed >> 56), 0);
        if (asParent) {
            bytes32[] memory nodes;
            (nodes, e.funded) = parentNodes(e);
            e.d.root = nodes[0];
        } else {
            IMerkleDistributor.Payment[] memory payments = listOf(e);
            e.d.root = nodesOf(payments)[0];
            // Now and then less or more than the leaves add up to.
            e.funded = (seed >> 64) % 8 == 0 ? 1 + seed % 2000 : totalOf(payments);
        }
        uint256[] memory before = words();
        bytes memory call = abi.encodeCall(dist.publish, (e.d.token, e.d.terms, e.d.root, e.funded, 0));
        if ((seed >> 72) % 3 == 0) {
            // The permit is no good, the allowance is.
            call = abi.encodeCall(
                dist.publishWithPermit, (e.d.token, e.d.terms, e.d.root, e.funded, 0, block.timestamp, 27, 0, 0)
            );
        }
        vm.prank(e.d.issuer);
        (bool success,) = address(dist).call(call);
        book(before, before.length, before.length, address(0));
        if (success) {
            ++done["publish"];
            entries.push(e);
        } else if (dist.wordOf(idOf(e)) == 0) {
            fail("publish was refused");
        }
    }

    function republish(uint256 seed) external some {
        Entry memory e = entries[pick(seed)];
        uint256[] memory before = words();
        vm.prank(e.d.issuer);
        try dist.publish(e.d.token, e.d.terms, e.d.root, 1 + seed % 100, 0) {
            fail("an id was published twice");
        } catch {}
        book(before, before.length, before.length, address(0));
    }

    function distribute(uint256 seed, uint8 mask) external {
        if (entries.length >= 14) return;
        Entry memory e;
        e.seed = seed;
        e.size = 1 + (seed >> 32) % 6;
        IMerkleDistributor.Payment[] memory payments = listOf(e);
        e.d = IMerkleDistributor.Distribution(
            issuerOf(seed >> 40), address(tokens[(seed >> 48) % 2]), bytes32(uint256(0)), nodesOf(payments)[0]
        );
        e.funded = totalOf(payments);
        if (dist.wordOf(idOf(e)) != 0) return;
        arm(seed >> 96, e, true);
        // Booked as an entry before, so that what is paid within the call is booked as well.
        uint256[] memory before = words();
        vm.prank(e.d.issuer);
        try dist.distribute(e.d.token, e.d.terms, payments, mask, 0) {
            ++done["distribute"];
            entries.push(e);
            uint256[] memory all = new uint256[](before.length + 1);
            for (uint256 i = 0; i < before.length; ++i) {
                all[i] = before[i];
            }
            all[before.length] = e.funded;
            book(all, before.length, before.length + 1, address(0));
        } catch {
            fail("distribute was refused");
        }
    }

    function claim(uint256 seed, uint256 which) external some {
        uint256 i = pick(seed);
        Entry memory e = entries[i];
        if (e.isParent) return;
        IMerkleDistributor.Payment[] memory payments = listOf(e);
        uint256 k = which % payments.length;
        arm(seed >> 96, e, false);
        uint256[] memory before = words();
        uint256 way = (seed >> 32) % 4;
        bytes memory call;
        if (way == 0) {
            vm.prank(payments[k].account);
            call = claimToCall(e, payments, k);
        } else {
            call = way == 1 ? claimBySigCall(e, payments, k) : claimCall(e, payments, k);
        }
        (bool good,) = address(dist).call(call);
        if (good) {
            ++done[way == 0 ? "claimTo" : way == 1 ? "claimBySig" : "claim"];
            if (block.timestamp < opensAt(e)) fail("claimed before the opening");
            if (before[i] & Word.flag(k) != 0) fail("claimed twice");
        }
        book(before, i, before.length, good && way < 2 ? ELSEWHERE : address(0));
    }

    function claimCall(Entry memory e, IMerkleDistributor.Payment[] memory payments, uint256 k)
        private
        pure
        returns (bytes memory)
    {
        bytes32[] memory proof = ReferenceTree.proof(nodesOf(payments), k);
        return abi.encodeWithSelector(
            IMerkleDistributor.claim.selector, e.d, k, payments[k].account, payments[k].amount, proof
        );
    }

    function claimToCall(Entry memory e, IMerkleDistributor.Payment[] memory payments, uint256 k)
        private
        pure
        returns (bytes memory)
    {
        bytes32[] memory proof = ReferenceTree.proof(nodesOf(payments), k);
        return abi.encodeWithSelector(
            IMerkleDistributor.claimTo.selector, e.d, k, ELSEWHERE, payments[k].amount, proof
        );
    }

    function claimBySigCall(Entry memory e, IMerkleDistributor.Payment[] memory payments, uint256 k)
        private
        view
        returns (bytes memory)
    {
        IMerkleDistributor.Payment memory p = payments[k];
        bytes32 typehash = keccak256(
            "Claim(bytes32 id,uint256 index,address account,uint256 amount,address to,uint256 deadline)"
        );
        bytes memory signed =
            consent(p.account, keccak256(abi.encode(typehash, idOf(e), k, p.account, p.amount, ELSEWHERE, 1 << 40)));
        bytes32[] memory proof = ReferenceTree.proof(nodesOf(payments), k);
        return abi.encodeWithSelector(
            IMerkleDistributor.claimBySig.selector, e.d, k, p.account, p.amount, ELSEWHERE, proof, 1 << 40, signed
        );
    }

    /// @dev Several calls in one: a leaf claimed and everybody pushed, or the same leaf claimed twice
    function batch(uint256 seed, uint256 which, bool twice) external some {
        uint256 i = pick(seed);
        Entry memory e = entries[i];
        if (e.isParent) return;
        IMerkleDistributor.Payment[] memory payments = listOf(e);
        bytes[] memory calls = new bytes[](2);
        calls[0] = claimCall(e, payments, which % payments.length);
        calls[1] = twice ? calls[0] : abi.encodeCall(dist.push, (e.d, payments));
        arm(seed >> 96, e, false);
        uint256[] memory before = words();
        try dist.multicall(calls) {
            ++done["batch"];
            if (twice) fail("claimed twice in one call");
        } catch {}
        book(before, i, before.length, address(0));
    }

    function claimMany(uint256 seed) external some {
        Entry memory first = entries[pick(seed)];
        address account = accountAt(seed >> 8);
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](20);
        uint256 n;
        for (uint256 i = 0; i < entries.length; ++i) {
            Entry memory e = entries[i];
            if (e.isParent || e.d.issuer != first.d.issuer || e.d.token != first.d.token) continue;
            if (block.timestamp < opensAt(e)) continue;
            IMerkleDistributor.Payment[] memory payments = listOf(e);
            uint256 word = dist.wordOf(idOf(e));
            for (uint256 k = 0; k < payments.length && n < 20; ++k) {
                if (payments[k].account != account || !Word.canPay(word, Word.flag(k), payments[k].amount)) continue;
                word = Word.pay(word, Word.flag(k), payments[k].amount);
                items[n++] = IMerkleDistributor.Item(
                    e.d.terms, e.d.root, k, payments[k].amount, ReferenceTree.proof(nodesOf(payments), k)
                );
            }
        }
        assembly {
            mstore(items, n)
        }
        nuisance.prepare(0, new bytes[](0));
        uint256[] memory before = words();
        try dist.claimMany(first.d.issuer, first.d.token, account, items) {
            ++done["claimMany"];
        } catch {
            if (n > 0 && ChaosToken(first.d.token).refused() != account) fail("claimMany was refused");
        }
        book(before, ANY, before.length, address(0));
    }

    function push(uint256 seed) external some {
        uint256 i = pick(seed);
        Entry memory e = entries[i];
        if (e.isParent) return;
        IMerkleDistributor.Payment[] memory payments = listOf(e);
        arm(seed >> 96, e, true);
        uint256[] memory before = words();
        uint256 sum;
        for (uint256 k = 0; k < payments.length; ++k) {
            if (before[i] & Word.flag(k) == 0) sum += payments[k].amount;
        }
        try dist.push(e.d, payments) {
            ++done["push"];
            if (block.timestamp < opensAt(e)) fail("pushed before the opening");
        } catch {
            if (block.timestamp >= opensAt(e) && sum <= uint128(before[i])) fail("push was refused");
        }
        book(before, i, before.length, address(0));
    }

    function open(uint256 seed, uint256 which) external some {
        uint256 i = pick(seed);
        Entry memory parent = entries[i];
        if (!parent.isParent || entries.length >= 20) return;
        uint256 s = which % parent.size;
        Entry memory e = shardEntry(parent, s);
        (bytes32[] memory nodes,) = parentNodes(parent);
        bool fresh = dist.wordOf(idOf(e)) == 0;
        uint256[] memory before = words();
        try dist.open(parent.d, s, e.d.root, e.funded, ReferenceTree.proof(nodes, s)) returns (bytes32 id) {
            if (id != idOf(e)) fail("another id was opened");
            if (block.timestamp < opensAt(parent)) fail("opened before the opening");
            if (fresh) {
                ++done["open"];
                entries[i].moved += e.funded;
                if (uint128(before[i]) - dist.remaining(idOf(parent)) != e.funded) fail("open moved another sum");
                e.parent = i + 1;
                book(before, before.length, i, address(0));
                entries.push(e);
            } else {
                book(before, before.length, before.length, address(0));
            }
        } catch {
            if (block.timestamp >= opensAt(parent) && e.funded <= uint128(before[i])) fail("open was refused");
            book(before, before.length, before.length, address(0));
        }
    }

    function cancel(uint256 seed, bool byIssuer) external some {
        uint256 i = pick(seed);
        Entry memory e = entries[i];
        uint256[] memory before = words();
        vm.prank(byIssuer ? e.d.issuer : issuerOf(seed >> 8));
        try dist.cancel(e.d) {
            ++done["cancel"];
            if (e.parent != 0 || block.timestamp >= opensAt(e)) fail("cancelled after the opening");
            if (before[i] != e.funded) fail("cancelled what was touched");
            entries[i].returned += uint128(before[i]);
            book(before, i, before.length, address(0));
        } catch {
            book(before, before.length, before.length, address(0));
        }
    }

    function sweep(uint256 seed) external some {
        uint256 i = pick(seed);
        Entry memory e = entries[i];
        uint256[] memory before = words();
        bytes memory call = e.parent == 0
            ? abi.encodeCall(dist.sweep, (e.d))
            : abi.encodeCall(dist.sweepShard, (entries[e.parent - 1].d, e.d.root));
        (bool success,) = address(dist).call(call);
        if (success) {
            ++done[e.parent == 0 ? "sweep" : "sweepShard"];
            if (deadlineOf(e) == 0 || block.timestamp < deadlineOf(e)) fail("swept before the deadline");
            entries[i].returned += uint128(before[i]);
            book(before, i, before.length, address(0));
        } else {
            if (deadlineOf(e) != 0 && block.timestamp >= deadlineOf(e) && uint128(before[i]) > 0) fail("sweep was refused");
            book(before, before.length, before.length, address(0));
        }
    }
}
