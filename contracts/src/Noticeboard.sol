// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Where hashes of public documents are put up, for good and with their time
/// @notice A poll is announced here before its first ballot and its ballots' hash is put up at its close, so that neither
/// can be exchanged afterwards. What a notice means its document says; who may put one up the reader decides by its author.
/// @dev Keeps nothing and has no owner: the events are all there is. One board serves everybody.
contract Noticeboard {
    /// @notice `author` put up the hash `notice` under `subject`
    event Posted(address indexed author, bytes32 indexed subject, bytes32 indexed notice);

    /// @notice Puts up a hash in the caller's name; the same again is another event and changes nothing
    /// @param subject What it belongs to, such as a poll's id
    /// @param notice keccak256 of a document
    function post(bytes32 subject, bytes32 notice) external {
        emit Posted(msg.sender, subject, notice);
    }
}
